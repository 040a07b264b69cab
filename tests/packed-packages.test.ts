import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from './running-server.ts';

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url));
/** Our packages are ESM alone: what older resolutions lack is no fault. */
const NOT_FOR_ESM = new Set(['node10', 'node16-cjs']);

/** Each program as a README has it, and what its folder has installed from the registry beside our packages. */
const PROGRAM_NEEDS: Record<string, readonly [ours: string[], frameworks: string[]]> = {
  'typescript.mjs': [['@neurobloom/pact'], []],
  'langchain.mjs': [
    ['@neurobloom/pact', '@neurobloom/pact-langchain'],
    ['langchain', '@langchain/core', '@langchain/langgraph'],
  ],
  'ai-sdk.mjs': [
    ['@neurobloom/pact', '@neurobloom/pact-ai-sdk'],
    ['ai', 'zod'],
  ],
  'mcp.mjs': [['@neurobloom/pact', '@neurobloom/pact-mcp'], ['@modelcontextprotocol/client']],
};

// Frameworks come from the registry: not for a machine that has Node alone, and perhaps no network.
describe.skipIf(!process.env['PACT_TEST_FULL'])('each package, packed', { timeout: 300_000 }, () => {
  let tarballs: Record<string, string>;
  let server: RunningServer;
  beforeAll(async () => {
    const { stdout } = await run(process.execPath, ['scripts/pack.mjs'], { cwd: REPOSITORY });
    tarballs = Object.fromEntries(
      [...stdout.matchAll(/^(@\S+) {2}(\S+\.tgz)$/gm)].map(([, name, path]) => [name!, path!]),
    );
    server = await startServer();
  }, 300_000);
  afterAll(() => server.stop());

  test('is all that the programs need', () => {
    const named = new Set(Object.values(PROGRAM_NEEDS).flatMap(([ours]) => ours));
    expect(Object.keys(tarballs).sort()).toEqual([...named].sort());
  });

  test('is resolved and typed as its package.json says, wherever ESM is', async () => {
    for (const path of Object.values(tarballs)) {
      const file = await readFile(path);
      const tarball = file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
      const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
      expect(
        messages.map((message) => formatMessage(message, pkg)),
        basename(path),
      ).toEqual([]);
      const result = await checkPackage(createPackageFromTarballData(new Uint8Array(file)));
      const problems = result.types ? result.problems : [{ kind: 'no types' }];
      const real = problems.filter(
        (problem) => !('resolutionKind' in problem && NOT_FOR_ESM.has(problem.resolutionKind)),
      );
      expect(real, basename(path)).toEqual([]);
    }
  });

  test.each(Object.entries(PROGRAM_NEEDS))(
    'runs %s in an empty folder',
    async (program, [ours, frameworks]) => {
      const folder = mkdtempSync(join(tmpdir(), 'pact-packed-'));
      try {
        cpSync(join(PROGRAMS, program), join(folder, program));
        const packages = [...ours.map((name) => tarballs[name]!), ...frameworks.map(pinned)];
        await run('npm', ['init', '--yes'], { cwd: folder });
        await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], {
          cwd: folder,
        });
        const { PATH, HOME } = process.env;
        const env = { PATH, HOME, PACT_API_KEY: server.apiKey, PACT_BASE_URL: server.apiUrl };
        const { stdout, stderr } = await run(process.execPath, [program], { cwd: folder, env });
        expect(stdout).toMatch(/espresso/i);
        expect(stdout).toMatch(/angry|frustrated/i);
        expect(stderr).toBe('');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

/** A framework in the version that the catalog names. */
function pinned(name: string): string {
  const catalog = readFileSync(join(REPOSITORY, 'pnpm-workspace.yaml'), 'utf8');
  const [, version] = new RegExp(`^ +"?${name}"?: (\\S+)$`, 'm').exec(catalog) ?? [];
  if (!version) throw new Error(`The catalog names no version of ${name}.`);
  return `${name}@${version}`;
}
