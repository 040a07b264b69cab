import { type Ctx, createId, createIndexCache, ensureWorkspace } from '@pact/core';
import type { Connection } from '@pact/db';
import * as engines from '@pact/models';

/** A workspace of its own for one measurement, with the built-in engines, as the server hands them in. */
export async function benchWorkspace(connection: Connection): Promise<Ctx> {
  const now = () => new Date();
  const workspaceId = createId('wks', now());
  const workspace = { id: workspaceId, name: 'Bench', plan: 'team' as const, now: now() };
  await ensureWorkspace(connection.acrossWorkspaces, workspace);
  return {
    db: connection.forWorkspace(workspaceId),
    lagging: connection.lagging.forWorkspace(workspaceId),
    actor: { workspaceId, keyId: 'key_bench' },
    models: engines,
    indexes: createIndexCache(),
    now,
    newId: (prefix) => createId(prefix, now()),
  };
}
