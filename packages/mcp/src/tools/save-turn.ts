import { z } from 'zod';
import { sessionId, tool } from '../tool.ts';

const message = z.string().max(200_000);

export const saveTurn = tool({
  name: 'save_turn',
  title: 'Save a turn',
  description:
    'Save one turn of the conversation to long-term memory: what the user said and what you answered, word for word. ' +
    'Call it once after each of your answers. PACT reads emotion, topics and entities itself; do not summarise. ' +
    'Answers with how the user felt. If it fails, the turn is not saved.',
  input: z.strictObject({
    user_message: message.describe('What the user said, word for word.'),
    assistant_message: message.describe('What you answered, word for word.'),
    session_id: sessionId,
  }),
  output: z.object({
    session_id: z.string(),
    interaction_id: z.string(),
    emotion: z
      .object({
        user_emotion: z.string(),
        confidence: z.number().describe('Calibrated probability of the label, 0 to 1.'),
        valence: z.number().describe('0 most negative, 0.5 neutral, 1 most positive'),
        arousal: z.number().describe('0 calmest, 0.5 calm-neutral, 1 most excited'),
        trend: z.string().describe('Where valence is going: positive, negative or stable.'),
      })
      .nullable()
      .describe('Null where emotion is not tracked.'),
    token_count: z.number(),
    consolidation_triggered: z.boolean().describe('True when older turns were folded into the summary.'),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  run: (memory, input) =>
    memory.writing(input.session_id, async (id) => {
      const saved = await memory.pact.saveInteraction(id, {
        userMessage: input.user_message,
        aiMessage: input.assistant_message,
      });
      const analysis = saved.emotionalAnalysis;
      return {
        text: analysis ? `Saved. The user seemed ${analysis.userEmotion} in this turn.` : 'Saved.',
        output: {
          session_id: id,
          interaction_id: saved.interactionId,
          emotion: analysis && {
            user_emotion: analysis.userEmotion,
            confidence: analysis.confidence,
            valence: analysis.valence,
            arousal: analysis.arousal,
            trend: analysis.trend,
          },
          token_count: saved.tokenCount,
          consolidation_triggered: saved.consolidationTriggered,
        },
      };
    }),
});
