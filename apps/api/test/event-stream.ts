import { type IncomingMessage, request } from 'node:http';

interface Event {
  event: string;
  id: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what came, whatever it is
  data: any;
}

/** A client of `GET /sessions/{id}/stream`, line by line, as the wire has it. */
export interface EventStream {
  status: number;
  headers: IncomingMessage['headers'];
  /** What came so far. */
  events: Event[];
  comments: string[];
  /** Resolves when so many events have come. */
  came(count: number): Promise<Event[]>;
  /** Resolves when the stream ended, by itself or because its connection broke. */
  ended: Promise<void>;
  raw: IncomingMessage;
  leave(): void;
}

export async function openEventStream(
  { origin }: { origin: string },
  sessionId: string,
  options: { key?: string; lastEventId?: string | undefined; from?: string; paused?: boolean } = {},
): Promise<EventStream> {
  const { key, lastEventId, from } = options;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${origin}/pact/v1/sessions/${sessionId}/stream${from ? `?from=${from}` : ''}`, {
      headers: {
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
    })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
  const events: Event[] = [];
  const comments: string[] = [];
  let wake = () => {};
  let rest = '';
  let isOver = false;
  const take = (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => splitLine(line)));
      if (fields['data']) {
        events.push({ event: fields['event']!, id: fields['id']!, data: JSON.parse(fields['data']) });
      } else comments.push(block);
    }
    wake();
  };
  const ended = new Promise<void>((resolve) => {
    response.on('close', () => {
      isOver = true;
      wake();
      resolve();
    });
  });
  response.on('error', () => {}).setEncoding('utf8');
  if (!options.paused) response.on('data', take);
  return {
    status: response.statusCode!,
    headers: response.headers,
    events,
    comments,
    came: async (count) => {
      if (options.paused && response.listenerCount('data') === 0) response.on('data', take);
      while (events.length < count) {
        if (isOver) throw new Error(`The stream ended after ${events.length} events, not ${count}.`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
      return events;
    },
    ended,
    raw: response,
    leave: () => response.destroy(),
  };
}

function splitLine(line: string): [string, string] {
  const at = line.indexOf(': ');
  return [line.slice(0, at), line.slice(at + 2)];
}

/** Waits until something is so. The test's own time limit is the only one. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
