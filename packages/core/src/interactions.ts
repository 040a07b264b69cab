import { z } from 'zod';
import { changing } from './changes.ts';
import type { Ctx } from './ctx.ts';
import { EmotionName, TrendName } from './emotions/index.ts';
import { trendOf } from './emotions/state.ts';
import { arousal, id, instant, label, MAX_MESSAGE_LENGTH, share, text, valence } from './fields.ts';
import { Role } from './messages.ts';
import { saveTurns } from './turns/save.ts';

export const SaveInteraction = z.object({
  sessionId: id(),
  userMessage: text(MAX_MESSAGE_LENGTH),
  aiMessage: text(MAX_MESSAGE_LENGTH),
  trackEmotion: z.boolean().default(true).meta({
    description:
      'False: nothing about emotion is read or stored. True reads it only where the session and the workspace allow it.',
  }),
  consolidate: z.boolean().default(true).meta({ description: 'False: this save never folds older turns.' }),
  occurredAt: instant().optional().meta({ description: 'When it was said; without it, now.' }),
});

export const SavedInteraction = z
  .object({
    interactionId: id(),
    emotionalAnalysis: z
      .object({
        userEmotion: EmotionName,
        valence: valence(),
        arousal: arousal(),
        trend: TrendName,
        confidence: share('Calibrated probability that the label is right.'),
      })
      .nullable()
      .meta({ description: 'Null when emotion is not tracked.' }),
    consolidationTriggered: z.boolean(),
    tokenCount: z.int().meta({ description: 'Tokens of the two messages.' }),
  })
  .meta({ id: 'SavedInteraction' });

export const SaveMessages = z.object({
  sessionId: id(),
  messages: z
    .array(
      z.object({
        role: Role,
        name: label(128).optional(),
        content: text(MAX_MESSAGE_LENGTH),
        occurredAt: instant().optional(),
        externalId: label().optional().meta({
          description: 'Your own id of the message. One that the session has already is not stored again.',
        }),
      }),
    )
    .min(1)
    .max(1_000),
});

export const SavedMessages = z
  .object({
    messageIds: z.array(id()),
    tokenCount: z.int().meta({ description: 'Tokens of the messages that were new.' }),
    consolidationTriggered: z.boolean(),
  })
  .meta({ id: 'SavedMessages' });

/** Saves what the user said and what the agent answered. @throws {PactError} not_found. */
export async function saveInteraction(
  ctx: Ctx,
  input: z.output<typeof SaveInteraction>,
): Promise<z.output<typeof SavedInteraction>> {
  const { sessionId, occurredAt } = input;
  const turns = [
    { role: 'user' as const, content: input.userMessage, occurredAt },
    { role: 'assistant' as const, content: input.aiMessage, occurredAt },
  ];
  const interactionId = ctx.newId('int');
  const { trackEmotion, consolidate } = input;
  const save = () =>
    saveTurns(ctx, {
      ...{ sessionId, turns, interactionId, trackEmotion, consolidate },
      answer: (saved) => {
        const { reading } = saved.turns[0]!;
        return {
          interactionId,
          emotionalAnalysis: reading && {
            userEmotion: reading.emotion,
            valence: reading.valence,
            arousal: reading.arousal,
            trend: trendOf(saved.state),
            confidence: reading.confidence,
          },
          consolidationTriggered: saved.consolidationTriggered,
          tokenCount: saved.tokenCount,
        };
      },
    });
  return changing(ctx, [sessionId], save);
}

/** Saves messages of any roles, in their order: an import, or a chat of many. @throws {PactError} not_found. */
export async function saveMessages(
  ctx: Ctx,
  input: z.output<typeof SaveMessages>,
): Promise<z.output<typeof SavedMessages>> {
  const { sessionId } = input;
  const once = withoutRepeats(input.messages);
  const save = () =>
    saveTurns(ctx, {
      ...{ sessionId, turns: once, interactionId: null, trackEmotion: true, consolidate: true },
      answer: (saved) => {
        const byExternalId = new Map(once.map(({ externalId }, at) => [externalId, saved.messageIds[at]!]));
        const plain = once.flatMap(({ externalId }, at) => (externalId ? [] : [saved.messageIds[at]!]));
        return {
          messageIds: input.messages.map(({ externalId }) =>
            externalId ? byExternalId.get(externalId)! : plain.shift()!,
          ),
          tokenCount: saved.tokenCount,
          consolidationTriggered: saved.consolidationTriggered,
        };
      },
    });
  return changing(ctx, [sessionId], save);
}

/** Drops a message whose external id came earlier in the same request. */
function withoutRepeats<Item extends { externalId?: string | undefined }>(items: Item[]): Item[] {
  const seen = new Set<string>();
  return items.filter(({ externalId }) => {
    if (!externalId) return true;
    if (seen.has(externalId)) return false;
    seen.add(externalId);
    return true;
  });
}
