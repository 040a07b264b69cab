import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataDirLockedError } from './failures.ts';

/** What a lock file says about its owner. `started` guards against a process id that was given out again. */
interface Owner {
  pid: number;
  started: string;
  /** Tells apart two attempts of one process. */
  attempt: string;
}

/**
 * Takes the embedded folder for this process. A lock whose owner is no longer alive, after a crash or `kill -9`, is
 * taken over at once. The lock appears whole or not at all (a link to a finished file), and a dead one is moved aside
 * before it is judged, so that of two processes that find it one takes it over.
 * @returns a function that gives the folder back.
 * @throws {DataDirLockedError} a living process has it.
 */
export async function lockDataDir(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'pact.lock');
  const attempt = randomUUID();
  const mine = `${path}.${attempt}`;
  const owner: Owner = { pid: process.pid, started: await startOf(process.pid), attempt };
  const text = JSON.stringify(owner);
  await writeFile(mine, text);
  try {
    for (let tries = 0; tries < 20; tries++) {
      if ((await linked(mine, path)) && (await isStill(path, text))) {
        return () => release(path, text);
      }
      const holder = await readOwner(path);
      if (holder && (await isAlive(holder))) throw new DataDirLockedError(sentence(folder, holder));
      await moveAside(path);
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw new DataDirLockedError(`The data folder ${folder} is being opened by several processes at once.`);
}

/** Long enough for a process that judges an older lock to have moved ours aside by mistake. */
const SETTLED_MS = 150;

/** Whether the lock is ours once everyone who saw a dead one has had their say. */
async function isStill(path: string, text: string): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  return (await readFile(path, 'utf8').catch(() => '')) === text;
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead lock away. What is moved may be a living one that replaced it in between: then it is put back. */
async function moveAside(path: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await readOwner(aside);
  if (moved && (await isAlive(moved))) await linked(aside, path);
  await rm(aside, { force: true });
}

/** Gives back what is still ours. */
async function release(path: string, text: string): Promise<void> {
  const now = await readFile(path, 'utf8').catch(() => undefined);
  if (now === text) await rm(path, { force: true });
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
