import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AuthenticatedKey,
  type Ctx,
  encodePosition,
  eventsAfter,
  type LiveEvent,
  PactError,
  startOf,
} from '@pact/core';
import { isUnavailable } from '@pact/db';
import type { Authenticate } from '../auth.ts';
import { repeat } from '../repeat.ts';
import type { WakeUps } from './wake-ups.ts';

/** Events that are read at once, and so held in memory for one viewer. */
const PAGE_EVENTS = 100;
/** How often a stream whose database is away asks again. */
const RETRY_MS = 2_000;
const CHECK_MS = 1_000;
/** Keys that are looked up at once, of those whose streams are open. */
const KEYS_AT_ONCE = 4;

export const STREAM_LIMITS = {
  /** Streams open at once. */
  perKey: 100,
  perProcess: 5_000,
  /** A stream on which nothing went out for so long gets a sign of life. */
  quietMs: 15_000,
  /** A client that takes nothing of what waits for it for so long is closed. */
  stalledMs: 60_000,
  /** How often the database is asked what is new, while nothing brings word of it. */
  pollMs: 2_000,
};
export type StreamLimits = typeof STREAM_LIMITS;

/** Whoever looks on, and over which connection. */
interface Viewer {
  domain: Ctx;
  caller: AuthenticatedKey;
  /** What it was admitted with: asked again while the stream is open. */
  authorization: string | undefined;
  response: ServerResponse;
  /** Writes something that a client does not notice. Absent where the protocol does so itself. */
  keepAlive?: (() => void) | undefined;
  /** Aborted when the client is gone. */
  signal: AbortSignal;
}

/** The first of a stream: with its id, a client that has seen nothing yet comes back without missing anything. */
interface Opened {
  id: string;
  type: 'stream_opened';
  data: { sessionId: string };
}
export type StreamEvent = Opened | LiveEvent;

export interface LiveStreams {
  /**
   * The events of a session from where the viewer left off, until it goes, the session is erased, its key is revoked or
   * this process ends.
   * @throws {PactError} not_found, invalid_request; rate_limit_exceeded for one stream too many; unavailable while ending.
   */
  open(viewer: Viewer, input: Parameters<typeof startOf>[1]): Promise<AsyncGenerator<StreamEvent, void>>;
  /** How many are open. */
  count(): number;
  /** Ends every stream, and opens no other: its client goes to another process. */
  end(): void;
  close(): Promise<void>;
}

interface Open {
  viewer: Viewer;
  ending: AbortController;
  /** Bytes that the network took, and when it last took some. */
  sent: number;
  sentAtMs: number;
  /** It was told to end, a check ago at least. */
  isLate: boolean;
}

export function createStreams(
  wakeUps: WakeUps,
  authenticate: Authenticate,
  limits: StreamLimits,
): LiveStreams {
  const streams = new Set<Open>();
  let isEnding = false;
  const pulse = repeat(CHECK_MS, async () => checkConnections(streams, limits));
  const admission = repeat(CHECK_MS, () => admitAgain(streams, authenticate));
  const admit = (viewer: Viewer): Open => {
    if (isEnding) throw new PactError('unavailable', { message: 'This server is ending.', retryAfter: 1 });
    const ofKey = [...streams].filter((open) => open.viewer.caller.keyId === viewer.caller.keyId).length;
    if (ofKey >= limits.perKey || streams.size >= limits.perProcess) {
      throw new PactError('rate_limit_exceeded', { message: 'Too many streams are open.', retryAfter: 10 });
    }
    const ending = new AbortController();
    const stream = { viewer, ending, sent: 0, sentAtMs: performance.now(), isLate: false };
    streams.add(stream);
    return stream;
  };
  const end = () => {
    isEnding = true;
    for (const { ending } of streams) ending.abort();
  };
  return {
    open: async (viewer, input) => {
      const stream = admit(viewer);
      const release = () => {
        stream.ending.abort();
        streams.delete(stream);
      };
      viewer.signal.addEventListener('abort', release, { once: true });
      if (viewer.signal.aborted) release();
      try {
        const position = await startOf(viewer.domain, input);
        return follow(wakeUps, stream, { sessionId: input.sessionId, position }, release);
      } catch (error) {
        release();
        throw error;
      }
    },
    count: () => streams.size,
    end,
    close: async () => {
      end();
      await Promise.all([pulse.stop(), admission.stop()]);
    },
  };
}

/** Reads page after page, each when the one before was taken; then waits for word that there is more. */
async function* follow(
  wakeUps: WakeUps,
  { viewer, ending: { signal } }: Open,
  start: { sessionId: string; position: Parameters<typeof eventsAfter>[1]['position'] },
  release: () => void,
): AsyncGenerator<StreamEvent, void> {
  const { domain } = viewer;
  const { sessionId } = start;
  const bell = createBell(signal);
  const unwatch = wakeUps.watch({ workspaceId: domain.actor.workspaceId, sessionId }, bell.ring);
  let { position } = start;
  try {
    yield { id: encodePosition(position), type: 'stream_opened', data: { sessionId } };
    while (!signal.aborted) {
      const page = await readPage(domain, { sessionId, position });
      if (!page) {
        await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => {});
        continue;
      }
      for (const event of page.events) {
        if (signal.aborted) return;
        yield event;
      }
      if (page.isOver) return;
      position = page.position;
      if (!page.hasMore) await bell.heard();
    }
  } finally {
    unwatch();
    release();
  }
}

/** Undefined while the database, or the archive that holds the texts, is away: the stream waits for it. */
async function readPage(
  domain: Ctx,
  input: { sessionId: string; position: Parameters<typeof eventsAfter>[1]['position'] },
) {
  try {
    return await eventsAfter(domain, { ...input, limit: PAGE_EVENTS });
  } catch (error) {
    if (isUnavailable(error) || (error instanceof PactError && error.code === 'unavailable'))
      return undefined;
    throw error;
  }
}

/** Remembers one ring, however often it was rung. */
function createBell(signal: AbortSignal): { ring(): void; heard(): Promise<void> } {
  let isRung = false;
  let wake = () => {};
  const ring = () => {
    isRung = true;
    wake();
  };
  signal.addEventListener('abort', ring, { once: true });
  return {
    ring,
    heard: async () => {
      if (!isRung) await new Promise<void>((resolve) => (wake = resolve));
      isRung = signal.aborted;
    },
  };
}

function checkConnections(streams: Set<Open>, limits: StreamLimits): void {
  for (const stream of streams) checkConnection(stream, limits);
}

/** A client that takes nothing is cut off; one for whom there is nothing hears that the line still stands. */
function checkConnection(stream: Open, { quietMs, stalledMs }: StreamLimits): void {
  const { response, keepAlive } = stream.viewer;
  if (stream.ending.signal.aborted) {
    if (stream.isLate) response.destroy();
    stream.isLate = true;
    return;
  }
  const sent = (response.socket?.bytesWritten ?? 0) - response.writableLength;
  const now = performance.now();
  if (sent !== stream.sent) {
    stream.sent = sent;
    stream.sentAtMs = now;
    return;
  }
  const sinceMs = now - stream.sentAtMs;
  if (response.writableLength > 0) {
    if (sinceMs >= stalledMs) response.destroy();
    return;
  }
  if (sinceMs >= quietMs && response.headersSent) keepAlive?.();
}

/** Ends the streams of keys that are not good any more. One look-up a key, however many streams it has. */
async function admitAgain(streams: Set<Open>, authenticate: Authenticate): Promise<void> {
  const byKey = new Map<string | undefined, Open[]>();
  for (const stream of streams) {
    const { authorization } = stream.viewer;
    const ofKey = byKey.get(authorization);
    if (ofKey) ofKey.push(stream);
    else byKey.set(authorization, [stream]);
  }
  const left = [...byKey];
  while (left.length > 0) {
    await Promise.all(
      left.splice(0, KEYS_AT_ONCE).map(async ([authorization, ofKey]) => {
        // While the database is away nobody can say: a stream that stands then goes on standing.
        const isGood = await authenticate(authorization).then(
          (key) => key?.scopes.includes('memory:read') ?? false,
          () => true,
        );
        if (!isGood) for (const { ending } of ofKey) ending.abort();
      }),
    );
  }
}
