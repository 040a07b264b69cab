import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureWorkspace, isKeyShaped, newSecret, type Plan, revokeOtherKeys, storeKey } from '@pact/core';
import type { Database } from '@pact/db';

const WORKSPACE_ID = 'wks_local';

/**
 * The key of the embedded mode: the user's own, or one that is made once and kept in the data folder, readable by this
 * user alone. On plan team and without a rate limit, unless a plan is asked for.
 */
export async function provideLocalKey(
  db: Database,
  input: {
    dataDir: string;
    apiKey: string | undefined;
    plan: Plan | undefined;
    trackEmotion: boolean;
    now: Date;
  },
): Promise<string> {
  const secret = input.apiKey ?? (await keptSecret(join(input.dataDir, 'api-key')));
  const { plan = 'team', trackEmotion, now } = input;
  await ensureWorkspace(db, { id: WORKSPACE_ID, name: 'Local', plan, trackEmotion, now });
  const local = { workspaceId: WORKSPACE_ID, name: 'Local key', now: input.now };
  const keyId = await storeKey(db, { ...local, secret, rateLimited: input.plan !== undefined });
  // A key that was replaced is replaced: the one before it opens nothing any more.
  await revokeOtherKeys(db, { ...local, keyId });
  return secret;
}

async function keptSecret(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (isKeyShaped(kept.trim())) return kept.trim();
  const secret = newSecret('test');
  // Written aside and renamed: a crash leaves no half of a key.
  await writeFile(`${path}.new`, `${secret}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return secret;
}
