/**
 * `npm start`: installs, builds the site, and serves API and dashboard. `--api-only`: the API alone. `--worker`: runs jobs
 * and serves nothing. `--jobs`: shows and retries the jobs that failed.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSite, install, root } from './workspace.mjs';

install();
const entry = ['worker', 'jobs'].find((name) => process.argv.includes(`--${name}`)) ?? 'main';
if (entry === 'main' && !process.argv.includes('--api-only')) buildSite();
// In this very process, so that a signal reaches the server and not a shell around it.
const { register } = await import(pathToFileURL(join(root, 'node_modules/tsx/dist/esm/api/index.mjs')).href);
register();
await import(pathToFileURL(join(root, `apps/api/src/${entry}.ts`)).href);
