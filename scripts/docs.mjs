/**
 * `npm run docs`: documentation of every package that is published, from its docstrings, as HTML in `.cache/docs`. Fails when
 * something that a user can import has no docstring, or a docstring links to nothing.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, install, root } from './workspace.mjs';

/** Fields of an object are described by the object where they need no more words than their name and type. */
const MUST_BE_DOCUMENTED = [
  'Enum',
  'Variable',
  'Function',
  'Class',
  'Interface',
  'Method',
  'Accessor',
  'TypeAlias',
];

/** Folders of `packages` that are published. */
export function publishedPackages() {
  return readdirSync(join(root, 'packages')).filter((name) => manifestOf(join(root, 'packages', name)));
}

/** Writes a package's documentation into a folder. Returns whether there was nothing to complain about; complaints are printed. */
export async function documentPackage(folder, out) {
  const { Application } = await import('typedoc');
  const manifest = manifestOf(folder);
  const readme = join(folder, 'README.md');
  const application = await Application.bootstrap({
    name: `${manifest.name} ${manifest.version}`,
    // What a user can import, and so the sources behind the doors.
    entryPoints: Object.values(manifest.exports).map((door) => join(folder, door)),
    tsconfig: join(folder, 'tsconfig.json'),
    readme: existsSync(readme) ? readme : 'none',
    basePath: folder,
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    // Methods of a base class that is not exported are documented where they can be called.
    excludeExternals: true,
    externalPattern: ['**/node_modules/**'],
    validation: { notExported: false, invalidLink: true, invalidPath: true, notDocumented: true },
    requiredToBeDocumented: MUST_BE_DOCUMENTED,
    treatWarningsAsErrors: true,
    logLevel: 'Warn',
  });
  const project = await application.convert();
  if (!project || application.logger.hasErrors()) return false;
  application.validate(project);
  await application.generateDocs(project, out);
  return !application.logger.hasErrors() && !application.logger.hasWarnings();
}

/** Of a package that is published; undefined for any other folder. */
function manifestOf(folder) {
  const path = join(folder, 'package.json');
  const manifest = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  return manifest.publishConfig ? manifest : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
  for (const name of publishedPackages()) {
    const out = join(root, '.cache/docs', name);
    if (!(await documentPackage(join(root, 'packages', name), out))) {
      fail(`The documentation of packages/${name} has gaps: they are named above.`);
    }
    console.log(`✓ ${join('.cache/docs', name, 'index.html')}`);
  }
}
