import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectStore } from '@pact/core';

/** Objects as files below a folder, for this user alone. A file is there whole or not at all, whatever ends this process. */
export async function createFolderStore(root: string): Promise<ObjectStore> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  return {
    put: async (key, bytes) => {
      await stat(root);
      const path = join(root, key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // Written aside, forced to the disk, renamed. What a dead process left aside goes with its folder.
      const aside = `${path}.${randomBytes(6).toString('hex')}.part`;
      try {
        await writeDurably(aside, bytes);
        await rename(aside, path);
      } catch (error) {
        await rm(aside, { force: true });
        throw error;
      }
      await syncFolder(dirname(path));
    },
    get: (key) => unlessMissing(root, undefined, () => readFile(join(root, key))),
    remove: (key) =>
      unlessMissing(root, 0, async () => {
        const path = join(root, key);
        await unlink(path);
        await syncFolder(dirname(path));
        return 1;
      }),
    removeBelow: (prefix) =>
      unlessMissing(root, 0, async () => {
        const folder = join(root, prefix);
        const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
          entry.isFile(),
        );
        await rm(folder, { recursive: true, force: true });
        await syncFolder(dirname(folder));
        return files.filter(({ name }) => !name.endsWith('.part')).length;
      }),
  };
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename or a removal is on the disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A missing file is no failure; a missing root is one: the disk that it was on is away. */
async function unlessMissing<Result, Missing>(
  root: string,
  missing: Missing,
  work: () => Promise<Result>,
): Promise<Result | Missing> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await stat(root);
    return missing;
  }
}
