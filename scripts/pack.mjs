/**
 * `npm run pack`: builds each package that is published and packs it, as the registry would get it, into `.cache/packages`.
 * A package is published when its package.json has `publishConfig`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install, pnpm, root, tool } from './workspace.mjs';

const TARGET = join(root, '.cache/packages');

/** Folders of the packages that are published, and their names. */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, ...JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .filter(({ publishConfig }) => publishConfig);
}

/** Builds and packs them all. Returns the tarballs' paths, by package name. */
export function pack() {
  install();
  rmSync(TARGET, { recursive: true, force: true });
  mkdirSync(TARGET, { recursive: true });
  const packages = publishedPackages();
  for (const { folder } of packages) rmSync(join(folder, 'dist'), { recursive: true, force: true });
  // One call: a package's build follows those it stands on.
  const projects = packages.map(({ folder }) => join(folder, 'tsconfig.build.json'));
  tool('typescript', ['--build', '--force', ...projects]);
  for (const { folder } of packages) {
    // It fills in what `catalog:` and `workspace:` stand for, and what `publishConfig` says otherwise.
    pnpm(['pack', '--pack-destination', TARGET, '--loglevel', 'warn'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return Object.fromEntries(packages.map(({ name, version }) => [name, tarball(name, version)]));
}

const tarball = (name, version) => join(TARGET, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, path] of Object.entries(pack())) console.log(`${name}  ${path}`);
}
