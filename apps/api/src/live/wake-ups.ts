import type { SessionChanges } from '@pact/core';
import type { Redis } from 'ioredis';
import { repeat } from '../repeat.ts';
import { type Channels, createChannels } from './channels.ts';

interface SessionName {
  workspaceId: string;
  sessionId: string;
}

/** Every so many polls all watched sessions are looked at: after 15 s at most, nobody has missed anything. */
const POLLS_A_ROUND = 7;
const SESSIONS_A_QUERY = 500;

/** Says when a watched session may have changed. It says so too often rather than not at all. */
export interface WakeUps {
  /** A session of this name was changed by this process. */
  tell(session: SessionName): void;
  /** @returns a function that ends the watch. */
  watch(session: SessionName, wake: () => void): () => void;
  close(): Promise<void>;
}

type ReadRevisions = (input: { workspaceId: string; sessionIds: string[] }) => Promise<Map<string, number>>;

interface Watched extends SessionName {
  wakes: Set<() => void>;
  /** As the last poll found it; undefined before one, null for a session that was gone. */
  revision: number | null | undefined;
}

/** @param pollMs how often sessions are looked at of which Redis brings no word: it is away. */
export function createWakeUps(
  redis: Redis | undefined,
  readRevisions: ReadRevisions,
  pollMs: number,
): WakeUps {
  const watched = new Map<string, Watched>();
  const wake = (name: string) => {
    for (const each of watched.get(name)?.wakes ?? []) each();
  };
  const channels = redis && createChannels(redis, wake);
  let polls = 0;
  const polling = repeat(pollMs, async () => {
    polls += 1;
    await channels?.check();
    const isRound = polls % POLLS_A_ROUND === 0;
    const due = [...watched].filter(([name]) => isRound || (channels && !channels.covers(name)));
    await lookAt(
      due.map(([, session]) => session),
      readRevisions,
    );
  });
  return {
    tell: (session) => {
      const name = nameOf(session);
      wake(name);
      channels?.tell(name);
    },
    watch: (session, each) => watchOne(watched, channels, session, each),
    close: async () => {
      channels?.close();
      await polling.stop();
    },
  };
}

/** Work that changes sessions, told to whoever watches them once it is over, whatever became of it. */
export function tellingViewers(wakeUps: Pick<WakeUps, 'tell'>, inner?: SessionChanges): SessionChanges {
  return {
    around: async (scope, work) => {
      try {
        return await (inner ? inner.around(scope, work) : work());
      } finally {
        const { workspaceId, sessionIds } = scope;
        for (const sessionId of sessionIds) wakeUps.tell({ workspaceId, sessionId });
      }
    },
  };
}

const nameOf = ({ workspaceId, sessionId }: SessionName) => `pact:live:${workspaceId}:${sessionId}`;

function watchOne(
  watched: Map<string, Watched>,
  channels: Channels | undefined,
  session: SessionName,
  wake: () => void,
): () => void {
  const name = nameOf(session);
  const known = watched.get(name) ?? { ...session, wakes: new Set(), revision: undefined };
  known.wakes.add(wake);
  if (!watched.has(name)) {
    watched.set(name, known);
    channels?.want(name);
  }
  return () => {
    if (!known.wakes.delete(wake) || known.wakes.size > 0) return;
    watched.delete(name);
    channels?.forget(name);
  };
}

/** Wakes those whose revision is another than the last time, or that are gone. One query for many. */
async function lookAt(sessions: Watched[], readRevisions: ReadRevisions): Promise<void> {
  const byWorkspace = new Map<string, Watched[]>();
  for (const session of sessions) {
    const ours = byWorkspace.get(session.workspaceId);
    if (ours) ours.push(session);
    else byWorkspace.set(session.workspaceId, [session]);
  }
  for (const [workspaceId, ours] of byWorkspace) {
    for (let at = 0; at < ours.length; at += SESSIONS_A_QUERY) {
      const some = ours.slice(at, at + SESSIONS_A_QUERY);
      const sessionIds = some.map(({ sessionId }) => sessionId);
      // The database may be away as well: the next turn asks again.
      const revisions = await readRevisions({ workspaceId, sessionIds }).catch(() => undefined);
      if (!revisions) return;
      for (const session of some) {
        const revision = revisions.get(session.sessionId) ?? null;
        if (revision === session.revision) continue;
        session.revision = revision;
        for (const wake of session.wakes) wake();
      }
    }
  }
}
