import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataDirLockedError } from './failures.ts';

/** What a lock file says about its owner. `started` guards against a process id that was given out again. */
interface Owner {
  pid: number;
  started: string;
}

/**
 * Takes the embedded folder for this process. A lock whose owner is no longer alive, after a crash or `kill -9`, is
 * taken over at once.
 * @returns a function that gives the folder back.
 * @throws {DataDirLockedError} a living process has it.
 */
export async function lockDataDir(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'pact.lock');
  const owner: Owner = { pid: process.pid, started: await startOf(process.pid) };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeFile(path, JSON.stringify(owner), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readOwner(path);
    if (holder && (await isAlive(holder))) throw new DataDirLockedError(sentence(folder, holder));
    await rm(path, { force: true });
  }
  throw new DataDirLockedError(`The data folder ${folder} is being opened by several processes at once.`);
}

function sentence(folder: string, holder: Owner): string {
  return (
    `The data folder ${folder} is in use by process ${holder.pid}. ` +
    'The embedded database serves one process at a time: stop that one, or set PACT_DATA_DIR to another folder.'
  );
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return (await startOf(owner.pid)) === owner.started;
}

/** The kernel's start time of a process, where it tells: field 22 of `/proc/PID/stat`. Elsewhere empty, and equal. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
