import type { Database, Handles } from './database.ts';

/** The role that statements run as. Superusers and, but for FORCE, owners are not held to row-level security; this one is. */
export const APP_ROLE = 'pact_app';
/** The setting that the policies of every table read. */
export const SCOPE_SETTING = 'pact.workspace';
/** What the policies take for every workspace. */
const EVERY_WORKSPACE = '*';
/** Handles kept; they are cheap to make, and cheaper to find. */
const MAX_HANDLES = 1_000;

/** One handle a workspace, made by `open` when it is first asked for. */
export function handlesOf(open: (scope: string) => Database): Handles {
  const handles = new Map<string, Database>();
  return {
    acrossWorkspaces: open(EVERY_WORKSPACE),
    forWorkspace: (workspaceId) => {
      const known = handles.get(workspaceId);
      if (known) return known;
      if (workspaceId === '' || workspaceId === EVERY_WORKSPACE) {
        throw new RangeError(`No workspace is called ${JSON.stringify(workspaceId)}.`);
      }
      if (handles.size >= MAX_HANDLES) handles.clear();
      const opened = open(workspaceId);
      handles.set(workspaceId, opened);
      return opened;
    },
  };
}
