import type { Ctx } from './ctx.ts';

/** Runs work that changes sessions, in the sight of those who keep or watch them. Every change goes through here. */
export function changing<Result>(
  { changes, actor }: Ctx,
  sessionIds: string[],
  work: () => Promise<Result>,
): Promise<Result> {
  return changes ? changes.around({ workspaceId: actor.workspaceId, sessionIds }, work) : work();
}
