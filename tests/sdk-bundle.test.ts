import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const FOLDER = new URL('../packages/sdk/', import.meta.url);

/** Gzipped bytes of what a browser would be sent, and what it would have to find elsewhere. */
async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: new URL('.', import.meta.url).pathname },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  const missing = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return { bytes: gzipSync(outputFiles[0]!.contents).length, missing };
}

test('the whole TypeScript client is at most 7,000 bytes, minified and gzipped, and needs nothing else', async () => {
  const { bytes, missing } = await bundle(`export * from '@neurobloom/pact';`);
  expect(bytes).toBeLessThanOrEqual(7_000);
  expect(missing).toEqual([]);
  expect(JSON.parse(readFileSync(new URL('package.json', FOLDER), 'utf8'))).not.toHaveProperty(
    'dependencies',
  );
});

test('who imports one error of it carries that error alone', async () => {
  const { bytes } = await bundle(`export { NotFoundError } from '@neurobloom/pact';`);
  expect(bytes).toBeLessThanOrEqual(300);
});
