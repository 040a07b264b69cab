import { type Ctx, createTextCache } from '@pact/core';
import type { ArchiveEnv } from '../env.ts';
import { createFolderStore } from './folder.ts';
import { createBucketStore } from './s3.ts';

const DAY_MS = 24 * 60 * 60_000;

/** The archive that the environment names. */
export async function openArchive({ place, afterDays }: ArchiveEnv): Promise<NonNullable<Ctx['archive']>> {
  const objects = 'folder' in place ? await createFolderStore(place.folder) : createBucketStore(place);
  return { objects, afterMs: afterDays * DAY_MS, texts: createTextCache() };
}
