import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from './running-server.ts';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('../python/pact-langchain/', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url));
/** Pythons that have the frameworks, by line: LangChain 1 and LangGraph, and LangChain 0.3. */
const LINES = {
  current: process.env['PACT_TEST_PYTHON_CURRENT'],
  legacy: process.env['PACT_TEST_PYTHON_LEGACY'],
};
const MINUTES = 60_000;

describe.skipIf(!LINES.current || !LINES.legacy)('the Python package', { timeout: 5 * MINUTES }, () => {
  let server: RunningServer;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    server = await startServer();
    const { PATH, HOME } = process.env;
    env = {
      PATH,
      HOME,
      PACT_BASE_URL: server.apiUrl,
      PACT_API_KEY: server.apiKey,
      PYTHONDONTWRITEBYTECODE: '1',
    };
  });
  afterAll(() => server.stop());

  /** Runs a module of a line's Python; what it printed is in the error when it fails. */
  const python = async (
    line: keyof typeof LINES,
    args: string[],
    cwd = PACKAGE,
    more: NodeJS.ProcessEnv = {},
  ) => {
    try {
      return (await run(LINES[line]!, args, { cwd, env: { ...env, ...more }, maxBuffer: 2 ** 26 })).stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`python ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
    }
  };

  test.each(['current', 'legacy'] as const)('passes its own tests on the %s LangChain', async (line) => {
    const printed = await python(line, ['-m', 'pytest', '--quiet']);
    console.log(`${line}: ${printed.trim().split('\n').at(-1)}`);
    expect(printed).toMatch(/\d+ passed/);
  });

  test('is formatted, linted and typed', async () => {
    await python('current', ['-m', 'ruff', 'format', '--check', '.']);
    await python('current', ['-m', 'ruff', 'check', '.']);
    await python('current', ['-m', 'mypy', '--cache-dir', '/dev/null']);
  });

  test('is documented from its docstrings', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pact-pdoc-'));
    try {
      await python('current', ['-m', 'pdoc', 'pact_langchain', '--output-directory', folder], PACKAGE, {
        PYTHONPATH: join(PACKAGE, 'src'),
      });
      expect(readdirSync(folder)).toContain('pact_langchain.html');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  describe('packed', () => {
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'pact-wheel-'));
      await python('current', ['-m', 'build', '--no-isolation', '--outdir', folder]);
      const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'))!;
      const target = ['--target', join(folder, 'installed')];
      await python('current', [
        '-m',
        'pip',
        'install',
        '--no-deps',
        '--no-index',
        ...target,
        join(folder, wheel),
      ]);
    }, 2 * MINUTES);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('has a wheel and a source distribution that an index takes', async () => {
      const files = readdirSync(folder).filter((name) => /\.(whl|tar\.gz)$/.test(name));
      expect(files).toHaveLength(2);
      await python('current', [
        '-m',
        'twine',
        'check',
        '--strict',
        ...files.map((name) => join(folder, name)),
      ]);
    });

    test.each(readdirSync(PROGRAMS).filter((name) => name.endsWith('.py')))(
      'runs %s in an empty folder',
      async (program) => {
        const empty = mkdtempSync(join(tmpdir(), 'pact-program-'));
        try {
          cpSync(join(PROGRAMS, program), join(empty, program));
          const printed = await python('current', [program], empty, {
            PYTHONPATH: join(folder, 'installed'),
          });
          expect(printed).toMatch(/espresso/i);
          expect(printed).toMatch(/angry|frustrated/i);
        } finally {
          rmSync(empty, { recursive: true, force: true });
        }
      },
    );
  });
});
