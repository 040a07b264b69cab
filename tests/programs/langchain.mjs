import { pactMiddleware } from '@neurobloom/pact-langchain';
import { AIMessage, createAgent, fakeModel } from 'langchain';

// Stands in for a chat model: its second answer is what it was told of the memory.
const model = fakeModel()
  .respond(new AIMessage('I am sorry. I will find out where it is.'))
  .respond((messages) => new AIMessage(messages[0].text));

const agent = createAgent({ model, tools: [], middleware: [pactMiddleware()] });
const chat = { configurable: { thread_id: `chat-${Date.now()}` } };
const ask = (content) => agent.invoke({ messages: [{ role: 'user', content }] }, chat);
await ask('I am furious: the espresso machine I ordered has still not arrived!');
console.log((await ask('Any news?')).messages.at(-1).text);
