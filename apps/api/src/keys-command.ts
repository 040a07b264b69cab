/** `npm run keys -- …`: how an operator makes, lists, rotates and revokes API keys. Reads the settings that the server reads. */
import { parseArgs } from 'node:util';
import {
  createKey,
  ensureWorkspace,
  type KeyRow,
  listKeys,
  PactError,
  PLANS,
  type Plan,
  revokeKey,
  rotateKey,
  SCOPES,
  type Scope,
  workspaceOfKey,
} from '@pact/core';
import { connect, type Database, DatabaseUnavailableError, DataDirLockedError } from '@pact/db';
import { EnvError, parseEnv } from './env.ts';

const USAGE = `Usage:
  npm run keys -- create --workspace ID --name NAME [--plan ${PLANS.join('|')}] [--scopes ${SCOPES.join(',')}]
                         [--environment test|prod] [--expires DATE]
  npm run keys -- list --workspace ID
  npm run keys -- rotate KEY_ID [--overlap-hours 24]
  npm run keys -- revoke KEY_ID

A workspace that is new needs its plan; one that is there changes to the plan given. DATE is a day in UTC, 2027-01-31, at
whose beginning the key closes, or a point in time. Reads DATABASE_URL, or PACT_DATA_DIR while no server uses that folder.`;

const DEFAULT_OVERLAP_HOURS = 24;
/** A year: a secret that two people need for longer was not rotated. */
const MAX_OVERLAP_HOURS = 8_784;
const HOUR_MS = 3_600_000;

/** What was asked for cannot be done; `message` says why, in words for the operator. */
class CommandError extends Error {
  override readonly name = 'CommandError';
}

type Options = Record<
  'workspace' | 'name' | 'plan' | 'scopes' | 'environment' | 'expires' | 'overlap-hours',
  string | undefined
>;

interface Given {
  options: Options;
  keyId: string | undefined;
  now: Date;
}

/** What is done once the words were understood, and the database is open; resolves to what is printed. */
type Work = (db: Database) => Promise<string>;

const COMMANDS: Record<string, (given: Given) => Work> = { create, list, rotate, revoke };

function create({ options, now }: Given): Work {
  const workspaceId = needed(options.workspace, '--workspace');
  const plan = oneOf<Plan>(PLANS, options.plan, '--plan');
  const scopes = scopesOf(options.scopes);
  const expiresAt = options.expires === undefined ? undefined : dateOf(options.expires, now);
  const input = {
    workspaceId,
    name: needed(options.name, '--name'),
    environment: oneOf(['test', 'prod'] as const, options.environment, '--environment') ?? 'test',
    ...(scopes && { scopes }),
    ...(expiresAt && { expiresAt }),
    now,
  };
  return async (db) => {
    if (plan) await ensureWorkspace(db, { id: workspaceId, name: workspaceId, plan, now });
    const { keyId, secret } = await createKey(db, input).catch((error: unknown) => {
      if (!(error instanceof PactError) || error.code !== 'not_found') throw error;
      throw new CommandError(`There is no workspace ${workspaceId}. Give --plan to make it.`);
    });
    const end = expiresAt ? ` until ${expiresAt.toISOString()}` : '';
    return `${keyId} opens workspace ${workspaceId}${end}.\n${shown(secret)}`;
  };
}

function list({ options, now }: Given): Work {
  const workspaceId = needed(options.workspace, '--workspace');
  return async (db) => {
    const keys = await listKeys(db, { workspaceId });
    if (keys.length === 0) return `Workspace ${workspaceId} has no keys.`;
    const header = ['KEY', 'STARTS', 'NAME', 'STATE', 'SCOPES', 'LAST USED'];
    const lines = keys.map((key) => [
      key.id,
      `${key.start}…`,
      key.name,
      stateOf(key, now),
      key.scopes.join(','),
      key.lastUsedAt ? minute(key.lastUsedAt) : 'never',
    ]);
    return table([header, ...lines]);
  };
}

function rotate({ options, keyId: given, now }: Given): Work {
  const keyId = needed(given, 'KEY_ID');
  const overlapMs = hoursOf(options['overlap-hours']) * HOUR_MS;
  return async (db) => {
    const workspaceId = await workspaceOf(db, keyId);
    const issued = await rotateKey(db, { workspaceId, keyId, overlapMs, now });
    const fate =
      overlapMs === 0 ? 'opens nothing any more' : `opens until ${issued.oldExpiresAt.toISOString()}`;
    return `${issued.keyId} takes over; ${keyId} ${fate}.\n${shown(issued.secret)}`;
  };
}

function revoke({ keyId: given, now }: Given): Work {
  const keyId = needed(given, 'KEY_ID');
  return async (db) => {
    const workspaceId = await workspaceOf(db, keyId);
    const isRevoked = await revokeKey(db, { workspaceId, keyId, now });
    return isRevoked ? `${keyId} opens nothing any more.` : `${keyId} was revoked before.`;
  };
}

async function workspaceOf(db: Database, keyId: string): Promise<string> {
  return workspaceOfKey(db, { keyId }).catch((error: unknown) => {
    if (!(error instanceof PactError)) throw error;
    throw new CommandError(`There is no key ${keyId}. Its id begins with key_ and is not the secret.`);
  });
}

const shown = (secret: string) => `${secret}\nThis is its secret. It is shown this once: keep it now.`;

function needed(value: string | undefined, name: string): string {
  if (value?.trim()) return value.trim();
  throw new CommandError(`${name} is missing.\n\n${USAGE}`);
}

function oneOf<Choice extends string>(
  choices: readonly Choice[],
  value: string | undefined,
  name: string,
): Choice | undefined {
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found) return found;
  throw new CommandError(`${name}: ${JSON.stringify(value)} is none of ${choices.join(', ')}.`);
}

function scopesOf(value: string | undefined): Scope[] | undefined {
  return value?.split(',').map((scope) => oneOf<Scope>(SCOPES, scope.trim(), '--scopes')!);
}

function dateOf(value: string, now: Date): Date {
  const isDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(value);
  const date = new Date(isDate ? value : Number.NaN);
  // A day that no month has would be read as another day.
  if (Number.isNaN(date.getTime()) || (value.length === 10 && date.toISOString().slice(0, 10) !== value)) {
    throw new CommandError(
      `--expires: ${JSON.stringify(value)} is no date such as 2027-01-31 or 2027-01-31T12:00Z.`,
    );
  }
  if (date > now) return date;
  throw new CommandError(`--expires: ${value} is over.`);
}

function hoursOf(value: string | undefined): number {
  const hours =
    value === undefined ? DEFAULT_OVERLAP_HOURS : /^\d+(\.\d+)?$/.test(value) ? Number(value) : -1;
  if (hours >= 0 && hours <= MAX_OVERLAP_HOURS) return hours;
  throw new CommandError(
    `--overlap-hours: ${JSON.stringify(value)} is no number from 0 to ${MAX_OVERLAP_HOURS}.`,
  );
}

function stateOf({ revokedAt, expiresAt, replacedBy }: KeyRow, now: Date): string {
  const successor = replacedBy ? `, replaced by ${replacedBy}` : '';
  if (revokedAt) return `revoked ${minute(revokedAt)}${successor}`;
  if (!expiresAt) return `open${successor}`;
  return `${expiresAt <= now ? 'closed' : 'open until'} ${minute(expiresAt)}${successor}`;
}

const minute = (at: Date) => at.toISOString().slice(0, 16).replace('T', ' ');

function table(lines: string[][]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        workspace: text,
        name: text,
        plan: text,
        scopes: text,
        environment: text,
        expires: text,
        'overlap-hours': text,
      },
    });
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/** What a command left: the words for each stream, and its exit status. */
export interface Ended {
  code: 0 | 1;
  output: string;
  errors: string;
}

/** Runs one command. Refuses in plain words; only what nobody foresaw is thrown. */
export async function keysCommand(
  args: string[],
  variables: Record<string, string | undefined>,
): Promise<Ended> {
  try {
    return { code: 0, output: `${await run(args, variables)}\n`, errors: '' };
  } catch (error) {
    const isRefusal =
      error instanceof CommandError ||
      error instanceof PactError ||
      error instanceof EnvError ||
      error instanceof DatabaseUnavailableError ||
      error instanceof DataDirLockedError;
    if (!isRefusal) throw error;
    return { code: 1, output: '', errors: `${error.message}\n` };
  }
}

async function run(args: string[], variables: Record<string, string | undefined>): Promise<string> {
  const { values, positionals } = parse(args);
  const [verb = '', keyId, ...more] = positionals;
  const understand = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (!understand || more.length > 0) throw new CommandError(USAGE);
  // Before a database is opened: words that make no sense change nothing, not even its schema.
  const work = understand({ options: values as Options, keyId, now: new Date() });
  const env = parseEnv(variables);
  const connection = await connect({ databaseUrl: env.databaseUrl, dataDir: env.dataDir });
  try {
    return await work(connection.acrossWorkspaces);
  } finally {
    await connection.close();
  }
}
