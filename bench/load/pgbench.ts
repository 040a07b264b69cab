import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  CreateSession,
  type Ctx,
  createSession,
  SaveInteraction,
  saveInteraction,
  USAGE_SLOTS,
} from '@pact/core';
import { type Database, rows } from '@pact/db';
import { sql } from 'drizzle-orm';
import { summarize } from '../environment.ts';
import type { Exchange } from './exchanges.ts';
import type { Rate } from './rates.ts';

interface Statement {
  sql: string;
  params: unknown[];
}

/** The very statement that a save of this exchange sends, with its parameters. */
export async function captureSave(ctx: Ctx, exchange: Exchange): Promise<Statement> {
  const sent: { name: unknown; statement: Statement }[] = [];
  const { session } = ctx.db._;
  const spying = {
    prepareQuery: (statement: Statement, fields: undefined, name: string, isArray: boolean) => {
      sent.push({ name, statement });
      return session.prepareQuery(statement as never, fields, name, isArray);
    },
  };
  const db = new Proxy(ctx.db, {
    get: (target, property) => {
      if (property === '_') return { ...target._, session: spying };
      const value = Reflect.get(target, property) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  }) as Database;
  const { sessionId } = await createSession(ctx, CreateSession.parse({}));
  await saveInteraction(
    { ...ctx, db },
    SaveInteraction.parse({ sessionId, ...exchange, consolidate: false }),
  );
  const saved = sent.find(({ name }) => name === 'pact_save');
  if (!saved) throw new Error('A save no longer sends the statement pact_save.');
  return saved.statement;
}

/**
 * A pgbench script of that statement: each client appends to a session of its own, with ids, sequences and revisions that
 * move on, put in by `replace` in the server (some microseconds of its time).
 */
export async function writeScript(
  ctx: Ctx,
  { sql: text, params }: Statement,
  clients: number,
): Promise<{ path: string; remove(): Promise<void> }> {
  const sessionId = params.find((value) => /^sess_/.test(String(value))) as string;
  await copySessions(ctx, sessionId, clients);
  const moving = (value: string) =>
    value
      .replaceAll(sessionId, 'sess_bench_@c@')
      .replaceAll(
        /(msg|int)_([0-9a-z]{26})/g,
        (_, kind: string, id: string) => `${kind}_@c@_@n@_${id.slice(-4)}`,
      )
      .replaceAll(
        /"(sequence|firstSequence|lastSequence)":([12])\b/g,
        (_, name: string, at: string) => `"${name}":@${at === '1' ? 'a' : 'b'}@`,
      );
  const literal = (value: unknown, position: number): string => {
    if (value === null || value === undefined) return 'null';
    if (typeof value === 'number') {
      if (isUsageSlot(text, position)) return `(:client_id % ${USAGE_SLOTS})`;
      return isRevision(text, position) ? '(:n - 1)' : String(value);
    }
    // pgbench looks for its variables inside of literals too: no colon may stand there as one.
    const escaped = moving(String(value))
      .replaceAll('\\', '\\\\')
      .replaceAll("'", "''")
      .replaceAll(':', '\\x3a');
    const quoted = `E'${escaped}'`;
    return ['c', 'n', 'a', 'b'].reduce(
      (inner, letter) =>
        quoted.includes(`@${letter}@`)
          ? `replace(${inner}, '@${letter}@', (:${letter === 'c' ? 'client_id' : letter})::text)`
          : inner,
      quoted,
    );
  };
  const filled = text.replaceAll(/\$(\d+)/g, (_, at: string) => literal(params[Number(at) - 1], Number(at)));
  const folder = await mkdtemp(join(tmpdir(), 'pact-pgbench-'));
  const path = join(folder, 'save.sql');
  const script = [
    '\\set n :n + 1',
    '\\set b :n * 2',
    '\\set a :b - 1',
    `${filled.replaceAll(/\s*\n\s*/g, ' ')};`,
  ];
  await writeFile(path, `${script.join('\n')}\n`);
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Saves of one key spread their usage over slots: clients of pgbench must not queue on one of them. */
const isUsageSlot = (text: string, position: number) => text.includes(`::date, $${position}::int, 1,`);
const isRevision = (text: string, position: number) => text.includes(`s.revision = $${position}::bigint`);

/** Empty sessions with names that a script can make. */
async function copySessions({ db, actor }: Ctx, sessionId: string, clients: number): Promise<void> {
  await rows(
    db,
    sql`delete from sessions where workspace_id = ${actor.workspaceId} and id like 'sess_bench_%'`,
  );
  await rows(
    db,
    sql`insert into sessions (workspace_id, id, metadata, consolidation_threshold, token_threshold, created_at, updated_at)
      select workspace_id, 'sess_bench_' || client, metadata, consolidation_threshold, token_threshold, created_at, updated_at
      from sessions, generate_series(0, ${clients - 1}::int) as client
      where workspace_id = ${actor.workspaceId} and id = ${sessionId}`,
  );
}

/** Runs it: the rate that this server allows for that statement, with next to no work beside it. */
export async function runPgbench(
  databaseUrl: string,
  script: string,
  { clients, seconds }: { clients: number; seconds: number },
): Promise<Rate> {
  const url = new URL(databaseUrl);
  const folder = await mkdtemp(join(tmpdir(), 'pact-pgbench-'));
  const log = join(folder, 'log');
  const given = [
    '-n',
    '-M',
    'prepared',
    '-f',
    script,
    '-c',
    String(clients),
    '-j',
    '1',
    '-T',
    String(seconds),
  ];
  const where = ['-h', url.hostname, '-p', url.port || '5432', '-U', decodeURIComponent(url.username)];
  const output = await runTool(
    [...given, '-D', 'n=0', '-l', '--log-prefix', log, ...where, url.pathname.slice(1)],
    {
      PGPASSWORD: decodeURIComponent(url.password),
    },
  );
  const tps = Number(/tps = ([\d.]+)/.exec(output)?.[1]);
  const lines = readdirSync(folder).map((name) => readFile(join(folder, name), 'utf8'));
  const durations = (await Promise.all(lines))
    .flatMap((text) => text.trim().split('\n'))
    .map((line) => Number(line.split(' ')[2]) / 1_000);
  await rm(folder, { recursive: true, force: true });
  const failed = Number(/number of failed transactions: (\d+)/.exec(output)?.[1] ?? 0);
  return { perSecond: tps, ...summarize(durations), count: durations.length, failed };
}

/** Where Debian and others put it. */
export function findPgbench(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian)
    ? readdirSync(debian).map((version) => join(debian, version, 'bin'))
    : [];
  return [...(process.env['PATH'] ?? '').split(delimiter), ...versions.reverse()]
    .map((folder) => join(folder, 'pgbench'))
    .find((path) => existsSync(path));
}

function runTool(args: string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(findPgbench()!, args, { env: { ...process.env, ...env } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(output.slice(-2_000)))));
  });
}
