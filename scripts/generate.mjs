/** `npm run generate`: everything that is made from something else, made again. */

import { join } from 'node:path';
import { install, root, run } from './workspace.mjs';

install();
// A migration that the tables need and nobody named yet is written here, and shows in the diff.
run(process.execPath, [join(root, 'packages/db/node_modules/drizzle-kit/bin.cjs'), 'generate'], {
  cwd: join(root, 'packages/db'),
  stdio: ['ignore', 'ignore', 'inherit'],
});
const models = join(root, 'packages/models');
run(
  process.execPath,
  [
    join(models, 'node_modules/assemblyscript/bin/asc.js'),
    'kernel/gru.ts',
    ...[
      '-o',
      'weights/gru.wasm',
      '-O3',
      '--enable',
      'simd',
      '--runtime',
      'stub',
      '--noAssert',
      '--importMemory',
    ],
  ],
  { cwd: models },
);
const typescript = (script) => run(process.execPath, ['--import', 'tsx', script]);
typescript('apps/api/scripts/write-openapi.ts');
typescript('packages/sdk/scripts/generate.ts');
