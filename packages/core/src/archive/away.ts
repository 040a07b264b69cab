import type { Ctx, ObjectStore } from '../ctx.ts';
import { PactError } from '../errors.ts';

/** When trying again makes sense, in seconds. */
const RETRY_AFTER = 30;

/** The archive, as opposed to the database, cannot be used now. */
export class ArchiveAwayError extends PactError {}

export const archiveAway = (cause: unknown) =>
  new ArchiveAwayError('unavailable', {
    message: 'The archive of older turns cannot be reached. Try again in a moment.',
    retryAfter: RETRY_AFTER,
    cause,
  });

/** Asks the archive for something. @throws {ArchiveAwayError} whatever went wrong there, or when there is none. */
export async function atTheArchive<Result>(
  { archive }: Pick<Ctx, 'archive'>,
  ask: (objects: ObjectStore) => Promise<Result>,
): Promise<Result> {
  if (!archive) throw archiveAway(new Error('No archive is configured'));
  try {
    return await ask(archive.objects);
  } catch (error) {
    throw archiveAway(error);
  }
}
