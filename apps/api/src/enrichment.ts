import { type Actor, type Ctx, enrichSession, PactError } from '@pact/core';
import type { Logger } from 'pino';
import type { Provider } from './providers/index.ts';

/** Sessions that are enriched at once. */
const CONCURRENCY = 2;
/** Sessions that may wait; of more, the later ones are left to their next fold. */
const MAX_WAITING = 1_000;

/** A session to look at, and the key on whose account. */
interface Task {
  workspaceId: string;
  sessionId: string;
  keyId: string;
}

/** Lets the configured provider add to sessions, behind the requests that changed them. */
export interface Enrichment {
  /** Takes a session and returns at once. One that waits already waits once. Never fails. */
  add(task: Task): void;
  /** Resolves when nothing is left to do. */
  settled(): Promise<void>;
  /** Gives up what waits and what is being asked, and resolves when nothing touches the database any more. */
  close(): Promise<void>;
}

export function createEnrichment(
  contextOf: (actor: Actor) => Ctx,
  options: { provider: Provider; monthlyTokens: number | undefined; log: Logger },
): Enrichment {
  const waiting = new Map<string, Task>();
  const running = new Map<string, Promise<void>>();
  const ending = new AbortController();
  const enrich = createStep(contextOf, options, ending.signal);
  const pump = () => {
    for (const [name, task] of waiting) {
      if (running.size >= CONCURRENCY) return;
      // One that came again while it runs has its turn after.
      if (running.has(name)) continue;
      waiting.delete(name);
      const done = enrich(task).finally(() => {
        running.delete(name);
        pump();
      });
      running.set(name, done);
    }
  };
  const settled = async () => {
    while (running.size > 0) await Promise.all(running.values());
  };
  return {
    add: (task) => {
      const isTaken = !ending.signal.aborted && waiting.size < MAX_WAITING;
      // A provider that rests would be asked for nothing.
      if (!isTaken || options.provider.isResting()) return;
      waiting.set(`${task.workspaceId}/${task.sessionId}`, task);
      pump();
    },
    settled,
    close: async () => {
      waiting.clear();
      ending.abort();
      await settled();
    },
  };
}

/** Enriches one session; says in the log what did not work, and never fails. */
function createStep(
  contextOf: (actor: Actor) => Ctx,
  { monthlyTokens, log }: { monthlyTokens: number | undefined; log: Logger },
  signal: AbortSignal,
): (task: Task) => Promise<void> {
  /** The month in which each workspace was said to be over its budget: once is enough. */
  const said = new Map<string, string>();
  return async ({ workspaceId, sessionId, keyId }) => {
    try {
      const ctx = contextOf({ workspaceId, keyId });
      const { wording, readings, isOverBudget } = await enrichSession(ctx, {
        sessionId,
        monthlyTokens,
        signal,
      });
      if (wording !== 'stored' && wording !== 'none') {
        log.info({ session_id: sessionId, reason: wording }, 'a summary in a model’s words was refused');
      }
      if (readings === 'unusable') log.info({ session_id: sessionId }, 'a model’s readings were refused');
      const month = ctx.now().toISOString().slice(0, 7);
      if (isOverBudget && said.get(workspaceId) !== month) {
        said.set(workspaceId, month);
        log.warn({ workspace_id: workspaceId }, 'PACT_LLM_MONTHLY_TOKENS is used up; built-in engines alone');
      }
    } catch (error) {
      // The provider has said so itself; a session that was erased meanwhile is nobody's loss.
      const isExpected = error instanceof PactError || (error as Error | undefined)?.name === 'ProviderError';
      if (!isExpected)
        log.error({ err: error instanceof Error ? error.name : typeof error }, 'enrichment failed');
    }
  };
}
