import { emotionalStates, type ModelReading } from '@pact/db';
import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Ctx } from '../ctx.ts';
import { arousal, id, share, timestamp, valence } from '../fields.ts';
import { findSession, type SessionId, type SessionRow } from '../sessions.ts';
import { homeBase, movementOf } from './dynamics.ts';
import { isEscalating } from './escalation.ts';
import { currentEmotion, type EmotionalState, keyEmotions, restoreState, trendOf } from './state.ts';
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

const rate = () => z.number().min(0).nullable();

const ChangePoint = z.object({
  messageId: id(),
  timestamp: timestamp(),
  direction: z.enum(['positive', 'negative']),
  from: valence(),
  to: valence(),
});

const Escalation = z.object({
  active: z.boolean(),
  turns: z.int().meta({ description: 'User turns of the present run; active from two on.' }),
  since: timestamp().nullable(),
});

const DynamicsAnswer = z.object({
  homeBase: z.object({ valence: valence(), arousal: arousal() }).meta({
    description: 'Where the user usually is, drawn to neutral while there are few messages.',
  }),
  variability: rate().meta({
    description: 'Standard deviation of valence from message to message; null while it cannot be told.',
  }),
  inertia: z.number().min(-1).max(1).nullable().meta({
    description: 'Correlation of valence with that of the message before; high: feelings last.',
  }),
  riseRate: rate().meta({ description: 'Valence a message by which displacements leave the home base.' }),
  recoveryRate: rate().meta({ description: 'Valence a message by which they come back.' }),
});

const ModelReadingAnswer = z
  .object({ model: z.string(), emotion: EmotionName, valence: valence(), arousal: arousal() })
  .meta({
    description:
      'What a configured model provider made of a message that the built-in engine is unsure of. It moves nothing: state, trend and alerts follow the built-in readings.',
  });

export const EmotionalStateAnswer = EmotionalSummary.extend({
  sessionId: id(),
  changePoints: z.array(ChangePoint).optional().meta({
    description: 'Messages at which the valence settled at another level, oldest first; the latest ten.',
  }),
  escalation: Escalation.optional().meta({
    description: 'Valence falling while arousal rises, over two user turns or more.',
  }),
  dynamics: DynamicsAnswer.optional().meta({
    description: 'How the feeling moves: utterance emotion dynamics.',
  }),
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
        modelReading: ModelReadingAnswer.optional(),
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
  const state = stateOf(session);
  const latest = await ctx.db
    .select()
    .from(emotionalStates)
    .where(and(eq(emotionalStates.workspaceId, workspaceId), eq(emotionalStates.sessionId, session.id)))
    .orderBy(desc(emotionalStates.sequence))
    .limit(HISTORY_LENGTH);
  return {
    sessionId: session.id,
    ...summarizeState(state),
    ...detailsOf(state),
    emotionalHistory: latest.reverse().map((entry) => ({
      timestamp: entry.occurredAt.toISOString(),
      emotion: entry.emotion as z.output<typeof EmotionName>,
      valence: entry.valence,
      arousal: entry.arousal,
      messageId: entry.messageId,
      confidence: entry.confidence,
      words: entry.words,
      ...(entry.modelReading ? { modelReading: presentReading(entry.modelReading) } : {}),
    })),
  };
}

function presentReading({ model, emotion, valence, arousal }: ModelReading) {
  return { model, emotion: emotion as z.output<typeof EmotionName>, valence, arousal };
}

/** The filter's state that a session carries. */
export function stateOf(session: SessionRow): EmotionalState {
  return restoreState(session.emotionalState);
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

function detailsOf(state: EmotionalState) {
  const { changes, escalation, dynamics } = state;
  const home = homeBase(dynamics);
  const { variability, inertia, riseRate, recoveryRate } = movementOf(dynamics);
  return {
    changePoints: changes.points.map(({ messageId, atMs, from, to }) => ({
      messageId,
      timestamp: new Date(atMs).toISOString(),
      direction: to > from ? ('positive' as const) : ('negative' as const),
      from: round(from),
      to: round(to),
    })),
    escalation: {
      active: isEscalating(escalation),
      turns: escalation.turns,
      since: escalation.sinceMs === null ? null : new Date(escalation.sinceMs).toISOString(),
    },
    dynamics: {
      homeBase: { valence: round(home.valence), arousal: round(home.arousal) },
      variability: roundOrNull(variability),
      inertia: roundOrNull(inertia),
      riseRate: roundOrNull(riseRate),
      recoveryRate: roundOrNull(recoveryRate),
    },
  };
}

const roundOrNull = (value: number | null) => (value === null ? null : round(value));
/** Three decimals: more would claim a precision that no reading has. */
const round = (value: number) => Math.round(value * 1_000) / 1_000;
