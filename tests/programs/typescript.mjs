import { PACTClient } from '@neurobloom/pact';

const pact = new PACTClient(); // reads PACT_API_KEY and PACT_BASE_URL
const { sessionId } = await pact.createSession({ metadata: { user_id: 'ada' } });

await pact.saveInteraction(sessionId, {
  userMessage: 'I am so angry: the espresso machine I paid for has not arrived!',
  aiMessage: 'I am sorry. I am asking the carrier where it is.',
});

const { emotionalState, messages } = await pact.getContext(sessionId, { maxTokens: 1000 });
const { results } = await pact.recall({ query: 'What has not arrived?', userId: 'ada' });
console.log(`The user is ${emotionalState}. ${messages.length} messages in context.`);
console.log(`Recalled: ${results[0]?.message.content}`);
