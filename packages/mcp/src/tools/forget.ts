import { type Erasure, PACTError } from '@neurobloom/pact';
import { z } from 'zod';
import type { Memory } from '../memory.ts';
import { sessionId, tool } from '../tool.ts';

export const forget = tool({
  name: 'forget',
  title: 'Forget for good',
  description:
    'Erase memory for good, from every store; it cannot be undone. `session` erases one session, `user` everything ' +
    'that is held about this user. Call it only when the user clearly asked to be forgotten, and confirm first which ' +
    'of the two is meant. Answers with a receipt: what was removed from where.',
  input: z.strictObject({
    what: z.enum(['session', 'user']).describe('session: one session. user: all sessions of this user.'),
    session_id: sessionId,
  }),
  output: z.object({
    erasure_id: z.string().nullable().describe('Names the receipt; null when there was nothing to erase.'),
    subject: z.enum(['session', 'user']),
    subject_id: z.string().nullable(),
    removed: z
      .array(z.object({ store: z.string(), removed: z.number() }))
      .describe('Entries removed from each store that held some.'),
    completed_at: z.string().nullable().describe('Null while the erasure is under way.'),
  }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
  run: async (memory, { what, session_id }) => {
    const receipt =
      what === 'user' ? await eraseUser(memory, session_id) : await eraseSession(memory, session_id);
    const removed = (receipt?.stores ?? []).filter(({ removed }) => removed > 0);
    return {
      text: receipt ? textOf(receipt) : 'There was nothing to forget.',
      output: {
        erasure_id: receipt?.erasureId ?? null,
        subject: what,
        subject_id: receipt?.subjectId ?? null,
        removed,
        completed_at: receipt?.completedAt ?? null,
      },
    };
  },
});

async function eraseSession(memory: Memory, id: string | undefined): Promise<Erasure | undefined> {
  const receipt = await memory.reading(id, async (found) =>
    memory.pact.getErasure(await memory.pact.deleteSession(found)),
  );
  memory.forgetOngoing();
  return receipt;
}

async function eraseUser(memory: Memory, id: string | undefined): Promise<Erasure> {
  if (id !== undefined)
    throw new PACTError('Give session_id only to forget a session: forgetting the user takes all.');
  const receipt = await memory.pact.eraseUser({ userId: memory.user });
  memory.forgetOngoing();
  return receipt;
}

function textOf({ erasureId, subject, stores, completedAt }: Erasure): string {
  const count = (store: string) => stores.find((entry) => entry.store === store)?.removed ?? 0;
  const what = `${count('messages')} messages in ${count('sessions')} sessions`;
  const whose = subject === 'user' ? 'Everything about the user' : 'The session';
  return completedAt === null
    ? `${whose} is being erased. Receipt: ${erasureId}.`
    : `${whose} is erased for good: ${what}. Receipt: ${erasureId}.`;
}
