import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
// @ts-expect-error A script of the workspace, without types.
import { documentPackage, publishedPackages } from './docs.mjs';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pact-docs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A package of one file. */
async function packageOf(source: string): Promise<string> {
  await mkdir(join(folder, 'src'));
  const manifest = {
    name: 'a-package',
    version: '1.0.0',
    publishConfig: {},
    exports: { '.': './src/index.ts' },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ include: ['src'] }));
  await writeFile(join(folder, 'src/index.ts'), source);
  return folder;
}

test.each(publishedPackages() as string[])(
  'everything that packages/%s exports is documented',
  async (name) => {
    expect(await documentPackage(join(REPOSITORY, 'packages', name), join(folder, 'out'))).toBe(true);
    expect(await readFile(join(folder, 'out/index.html'), 'utf8')).toContain('</html>');
  },
);

test.each([
  ['an export without a docstring', 'export const one = 1;'],
  ['a link to nothing', '/** See {@link two}. */\nexport const one = 1;'],
  ['a source that does not compile', '/** One. */\nexport const one: string = 1;'],
])('%s is not let through', async (_, source) => {
  expect(await documentPackage(await packageOf(source), join(folder, 'out'))).toBe(false);
});

test('a package without a gap is', async () => {
  expect(
    await documentPackage(await packageOf('/** One. */\nexport const one = 1;'), join(folder, 'out')),
  ).toBe(true);
});
