import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** A folder with the client as it is published, in `dist`, and the programs that exercise it. */
export interface BuiltSdk {
  folder: string;
  remove(): Promise<void>;
}

export async function buildSdk(): Promise<BuiltSdk> {
  const folder = await mkdtemp(join(tmpdir(), 'pact-sdk-'));
  const compiler = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
  const project = join(REPOSITORY, 'packages/sdk/tsconfig.build.json');
  const { status, stdout } = spawnSync(
    process.execPath,
    [compiler, '-p', project, '--outDir', join(folder, 'dist')],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`The client could not be built:\n${stdout}`);
  await cp(join(REPOSITORY, 'tests/runtimes'), folder, { recursive: true });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What `runtimes/exercise.mjs` sees when all is well. */
export const EXPECTED = {
  emotion: 'happy',
  status: 201,
  hasRequestId: true,
  seen: ['message_added', 'emotional_state_changed', 'message_added'],
  contents: ['I am so happy about the croissants 🥐!', 'Good.'],
  refusals: ['AuthenticationError', 'PACTConnectionError'],
};
