import {
  CreateSession,
  type Ctx,
  createSession,
  type Models,
  newSecret,
  SaveInteraction,
  saveInteraction,
  storeKey,
} from '@pact/core';
import { connect, rows } from '@pact/db';
import * as engines from '@pact/models';
import { sql } from 'drizzle-orm';
import { describeMachine, summarize, time } from './environment.ts';
import { type Exchange, exchanges, typicalExchange } from './load/exchanges.ts';
import { httpRate, type Server, startApi, startRaw } from './load/http.ts';
import { captureSave, findPgbench, runPgbench, writeScript } from './load/pgbench.ts';
import { median, type Rate, rateOf, showRates } from './load/rates.ts';
import { benchWorkspace } from './workspace.ts';

const CLIENTS = [1, 16, 64];
const ROUNDS = 3;
const SECONDS = 3;
/** Saves in a row whose text the next recall is asked for. */
const FRESHNESS = 100;
/** Sessions that never fold here: a fold would be measured with the save. */
const NO_FOLDING = { consolidationThreshold: 1_000, tokenThreshold: 1_000_000 };

type Measure = () => Promise<Rate>;

/**
 * How much one process serves, beside the limits of the same machine in the same run: saves beside pgbench with the very
 * statement that a save sends, contexts beside node:http with the very bytes. Needs DATABASE_URL, and REDIS_URL for the
 * figures that are meant; leaves a workspace of its own in that database.
 */
export async function run(): Promise<void> {
  const databaseUrl = process.env['DATABASE_URL'];
  if (!databaseUrl) throw new Error('DATABASE_URL names the PostgreSQL server to measure on.');
  const connection = await connect({ databaseUrl, dataDir: '' });
  const ctx = await benchWorkspace(connection);
  const { workspaceId } = ctx.actor;
  const secret = newSecret('test');
  await storeKey(connection.acrossWorkspaces, {
    workspaceId,
    name: 'Bench',
    secret,
    rateLimited: false,
    now: ctx.now(),
  });
  const api = await startApi({ DATABASE_URL: databaseUrl });
  const client = new Client(api, secret);
  try {
    console.log(
      `Load. ${describeMachine()}; ${await serverOf(ctx)}; Redis: ${process.env['REDIS_URL'] ? 'yes' : 'no'}.`,
    );
    console.log(
      `Medians of ${ROUNDS} rounds of ${SECONDS} s each, in turn. One API process; load from another.\n`,
    );
    await compare(await savesOf(ctx, client, databaseUrl));
    await compare(await contextsOf(client));
    await freshness(client);
  } finally {
    await api.stop();
    await connection.close();
  }
}

async function serverOf({ db }: Ctx): Promise<string> {
  const [found] = await rows<{ version: string; sync: string; fsync: string }>(
    db,
    sql`select current_setting('server_version') as version, current_setting('synchronous_commit') as sync,
      current_setting('fsync') as fsync`,
  );
  return `PostgreSQL ${found!.version}, synchronous_commit ${found!.sync}, fsync ${found!.fsync}`;
}

/** Measurements of one kind by name, the first of them the limit that the others are held against. */
interface Comparison {
  title: string;
  rows: (clients: number) => Record<string, Measure>;
  end(): Promise<void>;
}

async function compare({ title, rows: rowsOf, end }: Comparison): Promise<void> {
  console.log(title);
  const table: Record<string, Record<string, string | number>> = {};
  for (const clients of CLIENTS) {
    const measures = Object.entries(rowsOf(clients));
    const rates = new Map<string, Rate[]>(measures.map(([name]) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, measure] of measures) rates.get(name)!.push(await measure());
    }
    const limit = rates.get(measures[0]![0])!;
    for (const [name, of] of rates) {
      const share = median(of.map(({ perSecond }, round) => perSecond / limit[round]!.perSecond));
      table[`${name}, ${clients} clients`] = { ...showRates(of), 'of the limit': Number(share.toFixed(2)) };
    }
  }
  await end();
  console.table(table);
}

async function savesOf(ctx: Ctx, client: Client, databaseUrl: string): Promise<Comparison> {
  if (!findPgbench()) throw new Error('pgbench is not in the PATH.');
  const exchange = typicalExchange(exchanges());
  const most = Math.max(...CLIENTS);
  const statement = await captureSave(ctx, exchange);
  const inProcess = await Promise.all(Array.from({ length: most }, () => open(ctx)));
  const remembering = { ...ctx, models: remembered(engines) };
  const overHttp = await Promise.all(Array.from({ length: most }, () => client.open()));
  const scripts: { remove(): Promise<void> }[] = [];
  return {
    title: `Saves: an exchange of median length (${exchange.userMessage.length + exchange.aiMessage.length} characters), its emotion, topics, graph and usage`,
    rows: (clients) => ({
      'pgbench, the same statement': async () => {
        const script = await writeScript(ctx, statement, clients);
        scripts.push(script);
        return runPgbench(databaseUrl, script.path, { clients, seconds: SECONDS });
      },
      'in process, texts read before': () =>
        rateOf(clients, SECONDS, (at) => save(remembering, inProcess[at]!, exchange)),
      'in process': () => rateOf(clients, SECONDS, (at) => save(ctx, inProcess[at]!, exchange)),
      'over HTTP': () =>
        httpRate(client.api.origin, {
          clients,
          seconds: SECONDS,
          request: (at) => client.saving(overHttp[at % most]!, exchange),
        }),
    }),
    end: async () => {
      for (const script of scripts) await script.remove();
    },
  };
}

async function contextsOf(client: Client): Promise<Comparison> {
  const sessionId = await client.open();
  for (const exchange of exchanges().slice(0, 20)) await client.save(sessionId, exchange);
  const path = `/pact/v1/sessions/${sessionId}/context`;
  const bytes = Buffer.from(await (await client.get(path)).arrayBuffer());
  const raw = await startRaw(bytes);
  return {
    title: `Contexts: ${bytes.length} bytes, the same session again and again, nothing saved in between`,
    rows: (clients) => ({
      'node:http, the same bytes': () =>
        httpRate(raw.origin, { clients, seconds: SECONDS, request: () => ({ method: 'GET', path: '/' }) }),
      'context over HTTP': () =>
        httpRate(client.api.origin, {
          clients,
          seconds: SECONDS,
          request: () => ({ method: 'GET', path, headers: client.headers }),
        }),
    }),
    end: () => raw.stop(),
  };
}

/** From the answer of a save to the answer of a recall that holds it. */
async function freshness(client: Client): Promise<void> {
  const sessionId = await client.open();
  let found = 0;
  const durations: number[] = [];
  for (let at = 0; at < FRESHNESS; at += 1) {
    const code = `code ${100_000 + at * 37}`;
    await client.save(sessionId, { userMessage: `My locker has the ${code}.`, aiMessage: 'Noted.' });
    durations.push(
      ...(await time(1, async () => {
        const answer = await client.post('/pact/v1/recall', {
          query: `Which locker has the ${code}?`,
          session_id: sessionId,
        });
        if (JSON.stringify(await answer.json()).includes(code)) found += 1;
      })),
    );
  }
  const { p50, p99 } = summarize(durations);
  console.log('Saved, then asked for by recall over HTTP');
  console.table({
    'save → recall': {
      found: `${found} of ${FRESHNESS}`,
      'p50 ms': p50.toFixed(1),
      'p99 ms': p99.toFixed(1),
    },
  });
}

const open = async (ctx: Ctx) => (await createSession(ctx, CreateSession.parse(NO_FOLDING))).sessionId;

const save = (ctx: Ctx, sessionId: string, exchange: Exchange) =>
  saveInteraction(ctx, SaveInteraction.parse({ sessionId, ...exchange, consolidate: false }));

/** Engines that answer from memory what they answered before: what storing costs without reading. */
function remembered(models: Models): Models {
  const memo = <Answer>(read: (text: string) => Answer) => {
    const known = new Map<string, Answer>();
    return (text: string) => {
      const answer = known.get(text) ?? read(text);
      known.set(text, answer);
      return answer;
    };
  };
  return {
    ...models,
    readEmotion: memo(models.readEmotion),
    extractConcepts: memo(models.extractConcepts),
    embed: memo(models.embed),
    embeddingPieces: memo(models.embeddingPieces),
    countTokens: memo(models.countTokens),
  };
}

class Client {
  readonly api: Server;
  readonly headers: Record<string, string>;

  constructor(api: Server, secret: string) {
    this.api = api;
    this.headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  }

  async open(): Promise<string> {
    const answer = await this.post('/pact/v1/sessions', {
      consolidation_threshold: NO_FOLDING.consolidationThreshold,
      token_threshold: NO_FOLDING.tokenThreshold,
    });
    return ((await answer.json()) as { session_id: string }).session_id;
  }

  saving(sessionId: string, { userMessage, aiMessage }: Exchange) {
    return {
      method: 'POST' as const,
      path: `/pact/v1/sessions/${sessionId}/interactions`,
      headers: this.headers,
      body: JSON.stringify({ user_message: userMessage, ai_message: aiMessage, consolidate: false }),
    };
  }

  async save(sessionId: string, exchange: Exchange): Promise<void> {
    const { path, method, headers, body } = this.saving(sessionId, exchange);
    const answer = await fetch(`${this.api.origin}${path}`, { method, headers, body });
    if (answer.status !== 201) throw new Error(`A save was answered with ${answer.status}.`);
  }

  get(path: string): Promise<Response> {
    return fetch(`${this.api.origin}${path}`, { headers: this.headers });
  }

  post(path: string, body: unknown): Promise<Response> {
    return fetch(`${this.api.origin}${path}`, {
      method: 'POST',
      headers: this.headers,
      body: JSON.stringify(body),
    });
  }
}
