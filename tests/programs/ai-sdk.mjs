import { pactMiddleware, pactTools } from '@neurobloom/pact-ai-sdk';
import { generateText, wrapLanguageModel } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';

// Stands in for a model: it answers with what it was told of the memory.
const mock = new MockLanguageModelV3({
  doGenerate: async ({ prompt }) => ({
    content: [{ type: 'text', text: prompt[0].role === 'system' ? prompt[0].content : 'I am sorry.' }],
    finishReason: { unified: 'stop' },
    usage: { inputTokens: {}, outputTokens: {} },
    warnings: [],
  }),
});

const threadId = `chat-${Date.now()}`;
const model = wrapLanguageModel({ model: mock, middleware: pactMiddleware({ threadId }) });
await generateText({ model, prompt: 'I am furious: the espresso machine I ordered has still not arrived!' });
console.log((await generateText({ model, prompt: 'Any news?' })).text);
console.log(await pactTools({ threadId }).emotionalState.execute({}, {}));
