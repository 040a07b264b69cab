/**
 * `npm test`: installs, checks, builds the site, runs every test, and closes with `N passed, N failed`.
 * Names of files or folders after it run those tests alone, without the checks.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { binary, buildSite, install, root } from './workspace.mjs';

/** What the full suite has beside Node; `.ci/run` starts it all. */
const OPTIONAL = {
  PACT_TEST_DATABASE_URL: 'the same tests on a PostgreSQL server, and races on it',
  PACT_TEST_S3_ENDPOINT: 'the archive in a bucket with versions',
  PACT_TEST_CHROMIUM: 'the dashboard and the TypeScript client in a browser',
  PACT_TEST_BUN: 'the TypeScript client in Bun',
  PACT_TEST_DENO: 'the TypeScript client in Deno',
  PACT_TEST_WORKERD: 'the TypeScript client in a worker',
  PACT_TEST_PYTHON: 'the published Python client',
  PACT_TEST_PYTHON_CURRENT: 'the Python package, on LangChain 1 and LangGraph',
  PACT_TEST_PYTHON_LEGACY: 'the Python package, on LangChain 0.3',
};
const ON_POSTGRES = ['packages/db', 'packages/core', 'apps/api'];
const REPORT = join(root, '.cache/tests.json');

install();
const only = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
if (only.length === 0) {
  const { check } = await import('./check.mjs');
  total.passed += check();
}
buildSite();
const { PACT_TEST_DATABASE_URL: databaseUrl, ...embedded } = process.env;
vitest('embedded database', only, embedded);
if (databaseUrl) vitest('PostgreSQL', only.length > 0 ? only : ON_POSTGRES, process.env);
for (const [name, what] of Object.entries(OPTIONAL)) {
  if (!process.env[name]) console.log(`Not run, because ${name} is not set: ${what}.`);
}
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed > 0 ? 1 : 0);

/** Runs a part of the suite and adds its counts. Ends here when one failed: what follows would only bury it. */
function vitest(name, paths, env) {
  console.log(`\nTests on the ${name}`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(REPORT, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [
      binary('vitest'),
      'run',
      ...paths,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${REPORT}`,
    ],
    { cwd: root, stdio: 'inherit', env: { ...env, NODE_ENV: 'test' } },
  );
  const report = JSON.parse(readFileSync(REPORT, 'utf8'));
  total.passed += report.numPassedTests;
  // A file that could not be loaded has no tests to count: it is a failure all the same.
  total.failed += report.numFailedTests || (status === 0 ? 0 : 1);
  total.skipped += report.numPendingTests;
  if (total.failed === 0) return;
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exit(1);
}
