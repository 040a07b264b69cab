import { sessions, workspaces } from '@pact/db';
import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../ctx.ts';
import { isPossibleId } from '../fields.ts';

/**
 * Whether emotion may be read from what is saved in a session: its workspace and the session itself must both allow it.
 * False for a session that is not there, of whose text nothing shall be read either; the save then says what is missing.
 */
export async function tracksEmotion({ db, actor }: Ctx, sessionId: string): Promise<boolean> {
  if (!isPossibleId(sessionId)) return false;
  const [found] = await db
    .select({ session: sessions.trackEmotion, workspace: workspaces.trackEmotion })
    .from(sessions)
    .innerJoin(workspaces, eq(workspaces.id, sessions.workspaceId))
    .where(and(eq(sessions.workspaceId, actor.workspaceId), eq(sessions.id, sessionId)));
  return found ? found.session && found.workspace : false;
}
