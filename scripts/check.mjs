/** `npm run check`: format, lint, types, import floors, unused exports, generated files. Fails at the first that fails. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, install, root, run, tool } from './workspace.mjs';

const TYPED = [
  'packages/db',
  'packages/models',
  'packages/core',
  'packages/sdk',
  'packages/mcp',
  'packages/langchain',
  'packages/ai-sdk',
  'apps/api',
  'apps/web',
  'bench',
  'tests',
];
const GENERATED = [
  'packages/db/migrations',
  'packages/models/weights/gru.wasm',
  'packages/sdk/openapi.json',
  'packages/sdk/src/generated',
];

const CHECKS = {
  'format and lint': () => tool('@biomejs/biome', ['check', '--error-on-warnings', '.']),
  types: () => {
    for (const project of TYPED) tool('typescript', ['--noEmit', '-p', project]);
  },
  'import floors': () =>
    tool('dependency-cruiser', ['--config', '.dependency-cruiser.cjs', 'packages', 'apps', 'bench', 'tests']),
  'unused files, exports and dependencies': () => tool('knip', []),
  'generated files are up to date': () => {
    const before = fingerprint();
    run(process.execPath, ['scripts/generate.mjs']);
    if (fingerprint() !== before) fail('Generated files were out of date. They are now: look at the diff.');
  },
};

/** Runs every check. Returns how many there are. */
export function check() {
  install();
  for (const [name, runCheck] of Object.entries(CHECKS)) {
    const started = Date.now();
    runCheck();
    console.log(`✓ ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }
  return Object.keys(CHECKS).length;
}

function fingerprint() {
  const hash = createHash('sha256');
  const add = (path) => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(path).update(readFileSync(path));
  };
  for (const path of GENERATED) add(join(root, path));
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) check();
