import type { EmotionalState } from '@neurobloom/pact';
import { z } from 'zod';
import { sessionId, tool } from '../tool.ts';

const RECENT = 10;

const feeling = {
  valence: z.number().describe('0 most negative, 0.5 neutral, 1 most positive'),
  arousal: z.number().describe('0 calmest, 0.5 calm-neutral, 1 most excited'),
};

export const getEmotionalState = tool({
  name: 'get_emotional_state',
  title: 'Get emotional state',
  description:
    'Read how the user feels over the whole session and how it came there: the present emotion, its trend, the ' +
    'strongest emotions, whether the user is getting more and more upset, and the latest turns one by one. Call it ' +
    'before a delicate answer, or when asked how the user is doing.',
  input: z.strictObject({ session_id: sessionId }),
  output: z.object({
    session_id: z.string().nullable().describe('Null before anything was saved.'),
    current_emotion: z.string(),
    ...feeling,
    trend: z.string().describe('Where valence is going: positive, negative or stable.'),
    escalating: z.boolean().describe('Valence falling while arousal rises, over two user turns or more.'),
    key_emotions: z.array(
      z.object({
        emotion: z.string(),
        intensity: z.number().describe("Share of the session's feeling, 0 to 1."),
      }),
    ),
    recent: z
      .array(z.object({ timestamp: z.string(), emotion: z.string(), ...feeling }))
      .describe(`The latest ${RECENT} user messages, oldest first.`),
  }),
  annotations: { readOnlyHint: true },
  run: async (memory, { session_id }) => {
    const state = await memory.reading(session_id, (id) => memory.pact.getEmotionalState(id));
    return {
      text: state ? textOf(state) : 'Nothing is remembered yet, so nothing is known of how the user feels.',
      output: {
        session_id: state?.sessionId ?? null,
        current_emotion: state?.currentEmotion ?? 'neutral',
        valence: state?.valence ?? 0.5,
        arousal: state?.arousal ?? 0.5,
        trend: state?.trend ?? 'stable',
        escalating: state?.escalation?.active ?? false,
        key_emotions: state?.keyEmotions ?? [],
        recent: (state?.emotionalHistory ?? [])
          .slice(-RECENT)
          .map(({ timestamp, emotion, valence, arousal }) => ({ timestamp, emotion, valence, arousal })),
      },
    };
  },
});

function textOf(state: EmotionalState): string {
  const { currentEmotion, valence, arousal, trend, keyEmotions, escalation, emotionalHistory } = state;
  const strongest = keyEmotions.map(
    ({ emotion, intensity }) => `${emotion} ${Math.round(intensity * 100)} %`,
  );
  return [
    `The user seems ${currentEmotion} (valence ${valence.toFixed(2)}, arousal ${arousal.toFixed(2)}, trend ${trend}).`,
    ...(escalation?.active ? [`It is getting worse, over ${escalation.turns} turns.`] : []),
    ...(strongest.length > 0 ? [`Strongest: ${strongest.join(', ')}.`] : []),
    ...(emotionalHistory.length > 1
      ? [
          `Latest turns: ${emotionalHistory
            .slice(-RECENT)
            .map(({ emotion }) => emotion)
            .join(', ')}.`,
        ]
      : []),
  ].join(' ');
}
