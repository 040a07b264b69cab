import type { Ctx } from '../ctx.ts';

/** What whoever saved has for folding before its answer leaves; after that somebody else does it. */
const GRACE_MS = 5_000;

/** Leaves the fold to the queue, in the transaction of the save that made it due: should this process die, it is done. */
export async function enqueueFold({ queue, db, actor }: Ctx, sessionId: string): Promise<void> {
  await queue?.enqueue(db, { kind: 'consolidate', workspaceId: actor.workspaceId, sessionId }, GRACE_MS);
}
