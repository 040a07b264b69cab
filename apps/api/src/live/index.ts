import { revisionsOf, type SessionChanges } from '@pact/core';
import type { Connection } from '@pact/db';
import type { Redis } from 'ioredis';
import type { Authenticate } from '../auth.ts';
import { createStreams, type LiveStreams, type StreamLimits } from './streams.ts';
import { createWakeUps, tellingViewers } from './wake-ups.ts';

/** Live viewing: the streams that are open here, and how what changes wakes them, here and in every other process. */
interface Live extends LiveStreams {
  /** Told of every change of a session, around whoever else keeps it. */
  changes: SessionChanges;
}

/** @param inner who keeps sessions: viewers are told when its work is over too. */
export function createLive(
  connection: Connection,
  redis: Redis | undefined,
  authenticate: Authenticate,
  limits: StreamLimits,
  inner?: SessionChanges,
): Live {
  const wakeUps = createWakeUps(
    redis,
    (input) => revisionsOf(connection.forWorkspace(input.workspaceId), input),
    limits.pollMs,
  );
  const streams = createStreams(wakeUps, authenticate, limits);
  return {
    ...streams,
    changes: tellingViewers(wakeUps, inner),
    close: async () => {
      await Promise.all([streams.close(), wakeUps.close()]);
    },
  };
}
