import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, send } from '../world.ts';

/** What became of what clients were told is saved. */
export interface Outcome {
  fault: string;
  load: string;
  acknowledged: number;
  found: number;
  lost: number;
  doubled: number;
  /** Attempts that were not answered with success, each of them made again. */
  refused: number;
  'worst ms': number;
}

const RETRY_MS = 50;

/**
 * Clients that save one turn after the other, each into a session of its own, with an idempotency key, and try again until
 * they are told that it is saved: what an SDK does.
 */
export class Workload {
  readonly acknowledged = new Map<string, string[]>();
  readonly statuses = new Map<number | 'no answer', number>();
  /** Where requests go; a load balancer's list. */
  origins: string[];
  worstMs = 0;
  private running = true;
  private readonly key: string;
  private readonly begin = performance.now();
  private clients: Promise<void>[] = [];
  private turn = 0;

  constructor(origins: string[], key: string) {
    this.origins = origins;
    this.key = key;
  }

  /** Opens a session for each client and starts them. */
  async start(count: number): Promise<void> {
    const sessions = await Promise.all(
      Array.from({ length: count }, () => this.send('POST', '/sessions', { body: {} })),
    );
    this.clients = sessions.map(({ body }, client) => this.client(body.session_id as string, client));
  }

  /** @returns when so many more saves were acknowledged. */
  async progress(saves: number, timeoutMs = 60_000): Promise<void> {
    const wanted = this.total + saves;
    for (const begin = performance.now(); this.total < wanted; await sleep(10)) {
      if (performance.now() - begin > timeoutMs) throw new Error(`Stuck at ${this.total} saves.`);
    }
  }

  get total(): number {
    return [...this.acknowledged.values()].reduce((sum, texts) => sum + texts.length, 0);
  }

  get refused(): number {
    return [...this.statuses].reduce((sum, [status, count]) => sum + (status === 201 ? 0 : count), 0);
  }

  /** Lets every client finish what it has begun, and counts what is there. */
  async finish(fault: string): Promise<Outcome> {
    this.running = false;
    await Promise.all(this.clients);
    const seconds = (performance.now() - this.begin) / 1_000;
    let found = 0;
    let lost = 0;
    let doubled = 0;
    for (const [sessionId, texts] of this.acknowledged) {
      const stored = await this.stored(sessionId);
      const counts = new Map<string, number>();
      for (const text of stored) counts.set(text, (counts.get(text) ?? 0) + 1);
      found += counts.size;
      lost += texts.filter((text) => !counts.has(text)).length;
      doubled += [...counts.values()].filter((count) => count > 1).length;
    }
    return {
      fault,
      load: `${this.clients.length} clients, ${Math.round(this.total / seconds)} saves/s`,
      acknowledged: this.total,
      ...{ found, lost, doubled },
      refused: this.refused,
      'worst ms': Math.round(this.worstMs),
    };
  }

  private async client(sessionId: string, client: number): Promise<void> {
    const texts: string[] = [];
    this.acknowledged.set(sessionId, texts);
    for (let at = 0; this.running; at += 1) {
      const text = `Client ${client} asks for the ${at}. time about the ferry to Rhodes.`;
      await this.save(sessionId, text);
      texts.push(text);
    }
  }

  private async save(sessionId: string, text: string): Promise<void> {
    const options = {
      body: { user_message: text, ai_message: 'Yes.' },
      headers: { 'idempotency-key': `${sessionId} ${text}` },
    };
    for (;;) {
      const answer = await this.send('POST', `/sessions/${sessionId}/interactions`, options).catch(
        () => undefined,
      );
      const status = answer?.status ?? 'no answer';
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      if (status === 201) return;
      if (typeof status === 'number' && ![409, 429, 503].includes(status)) {
        throw new Error(`A save was answered with ${status}: ${JSON.stringify(answer?.body)}`);
      }
      await sleep(RETRY_MS);
    }
  }

  private async send(method: string, path: string, options: Parameters<typeof send>[3]): Promise<Answer> {
    this.turn += 1;
    const origin = this.origins[this.turn % this.origins.length]!;
    const begin = performance.now();
    try {
      return await send({ origin }, method, path, { key: this.key, ...options });
    } finally {
      this.worstMs = Math.max(this.worstMs, performance.now() - begin);
    }
  }

  private async stored(sessionId: string): Promise<string[]> {
    const texts: string[] = [];
    let cursor = '';
    do {
      const { body } = await send(
        { origin: this.origins[0]! },
        'GET',
        `/sessions/${sessionId}/messages?limit=200${cursor}`,
        { key: this.key },
      );
      for (const { role, content } of body.data) if (role === 'user') texts.push(content);
      cursor = body.next_cursor ? `&cursor=${encodeURIComponent(body.next_cursor)}` : '';
    } while (cursor);
    return texts;
  }
}
