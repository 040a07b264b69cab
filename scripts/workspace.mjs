import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Runs a command in the repository; its output is the user's to see. Ends this process when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Installs what the lockfile says, bringing pnpm along. Does nothing, and needs no network, when that is done already. */
export function install() {
  requireNode();
  const wanted = hashOf(['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'], process.version);
  const stamp = join(root, 'node_modules', '.pact-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing what PACT needs …');
  pnpm(['install', '--frozen-lockfile', '--loglevel', 'warn']);
  writeFileSync(stamp, wanted);
}

/** Runs the pnpm that package.json names, fetching it when this machine has not got it. */
export function pnpm(args, options = {}) {
  const isWindows = process.platform === 'win32';
  run(isWindows ? 'npx.cmd' : 'npx', ['--yes', manifest.packageManager, ...args], {
    shell: isWindows,
    ...options,
  });
}

/** Builds the static site. Does nothing when its sources are as they were at the last build. */
export function buildSite() {
  const wanted = hashOf(['apps/web', 'packages/sdk', 'pnpm-lock.yaml'], process.version);
  const stamp = join(root, 'apps/web/out/.built-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Building the site …');
  run(process.execPath, [join(root, 'apps/web/node_modules/next/dist/bin/next'), 'build'], {
    cwd: join(root, 'apps/web'),
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  });
  writeFileSync(stamp, wanted);
}

/** Runs a tool of the workspace. */
export function tool(name, args, options) {
  run(process.execPath, [binary(name), ...args], options);
}

/** The script behind a tool's command. */
export function binary(name) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const short = name.split('/').at(-1);
  return join(folder, typeof bin === 'string' ? bin : (bin[short] ?? Object.values(bin)[0]));
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`PACT needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

/** SHA-256 over the named files and folders, and some words. */
function hashOf(paths, ...words) {
  const hash = createHash('sha256');
  for (const path of paths)
    for (const file of filesBelow(join(root, path))) hash.update(file).update(readFileSync(file));
  return hash.update(words.join('\n')).digest('hex');
}

function filesBelow(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !['node_modules', 'out', '.next', 'next-env.d.ts'].includes(name))
    .flatMap(({ name }) => filesBelow(join(path, name)))
    .sort();
}
