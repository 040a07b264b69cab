import { emotionalStates } from '@pact/db';
import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Ctx } from '../ctx.ts';
import { arousal, id, share, timestamp, valence } from '../fields.ts';
import { findSession, type SessionId, type SessionRow } from '../sessions.ts';
import { currentEmotion, type EmotionalState, initialState, keyEmotions, trendOf } from './state.ts';
import { EMOTIONS } from './vocabulary.ts';

/** Entries of the history that one answer holds: the latest. */
const HISTORY_LENGTH = 500;

export const EmotionName = z.enum(EMOTIONS).meta({ id: 'Emotion', description: 'One label a message.' });
export const TrendName = z
  .enum(['positive', 'negative', 'stable'])
  .meta({ id: 'Trend', description: 'Where valence is going over the latest user messages.' });

const KeyEmotion = z.object({
  emotion: EmotionName,
  intensity: share("Its share of the session's feeling, 0 to 1."),
});

/** Where the session stands now. */
export const EmotionalSummary = z
  .object({
    currentEmotion: EmotionName,
    valence: valence(),
    arousal: arousal(),
    trend: TrendName,
    keyEmotions: z.array(KeyEmotion),
  })
  .meta({ id: 'EmotionalSummary' });

export const EmotionalStateAnswer = EmotionalSummary.extend({
  sessionId: id(),
  emotionalHistory: z
    .array(
      z.object({
        timestamp: timestamp(),
        emotion: EmotionName,
        valence: valence(),
        arousal: arousal(),
        messageId: id(),
        confidence: share('Calibrated probability that the label is right.'),
        words: z
          .array(z.object({ text: z.string(), start: z.int(), end: z.int(), weight: z.number() }))
          .meta({
            description: 'The words that carried it: UTF-16 offsets into the message, strongest first.',
          }),
      }),
    )
    .meta({ description: `One entry a user message, oldest first; the latest ${HISTORY_LENGTH}.` }),
}).meta({ id: 'EmotionalState' });

/** How the session feels, and how it came there. @throws {PactError} not_found. */
export async function getEmotionalState(
  ctx: Ctx,
  input: z.output<typeof SessionId>,
): Promise<z.output<typeof EmotionalStateAnswer>> {
  const session = await findSession(ctx, input.sessionId);
  const { workspaceId } = ctx.actor;
  const latest = await ctx.db
    .select()
    .from(emotionalStates)
    .where(and(eq(emotionalStates.workspaceId, workspaceId), eq(emotionalStates.sessionId, session.id)))
    .orderBy(desc(emotionalStates.sequence))
    .limit(HISTORY_LENGTH);
  return {
    sessionId: session.id,
    ...summarizeState(stateOf(session)),
    emotionalHistory: latest.reverse().map((entry) => ({
      timestamp: entry.occurredAt.toISOString(),
      emotion: entry.emotion as z.output<typeof EmotionName>,
      valence: entry.valence,
      arousal: entry.arousal,
      messageId: entry.messageId,
      confidence: entry.confidence,
      words: entry.words,
    })),
  };
}

/** The filter's state that a session carries. */
export function stateOf(session: SessionRow): EmotionalState {
  return (session.emotionalState as EmotionalState | null) ?? initialState();
}

export function summarizeState(state: EmotionalState): z.output<typeof EmotionalSummary> {
  return {
    currentEmotion: currentEmotion(state),
    valence: round(state.valence.mean),
    arousal: round(state.arousal.mean),
    trend: trendOf(state),
    keyEmotions: keyEmotions(state).map(({ emotion, intensity }) => ({
      emotion,
      intensity: round(intensity),
    })),
  };
}

/** Three decimals: more would claim a precision that no reading has. */
const round = (value: number) => Math.round(value * 1_000) / 1_000;
