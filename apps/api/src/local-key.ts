import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureWorkspace, newSecret, type Plan, storeKey } from '@pact/core';
import type { Database } from '@pact/db';

const WORKSPACE_ID = 'wks_local';

/**
 * The key of the embedded mode: the user's own, or one that is made once and kept in the data folder, readable by this
 * user alone. On plan team and without a rate limit, unless a plan is asked for.
 */
export async function provideLocalKey(
  db: Database,
  input: { dataDir: string; apiKey: string | undefined; plan: Plan | undefined; now: Date },
): Promise<string> {
  const secret = input.apiKey ?? (await keptSecret(join(input.dataDir, 'api-key')));
  await ensureWorkspace(db, { id: WORKSPACE_ID, name: 'Local', plan: input.plan ?? 'team', now: input.now });
  await storeKey(db, {
    workspaceId: WORKSPACE_ID,
    name: 'Local key',
    secret,
    rateLimited: input.plan !== undefined,
    now: input.now,
  });
  return secret;
}

async function keptSecret(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const secret = newSecret('test');
  await writeFile(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}
