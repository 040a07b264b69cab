import { Client } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const { PACT_API_KEY, PACT_BASE_URL = '' } = process.env;
const env = { ...getDefaultEnvironment(), PACT_API_KEY, PACT_BASE_URL, PACT_USER_ID: 'ada' };
const agent = new Client({ name: 'my-agent', version: '1.0.0' });
await agent.connect(new StdioClientTransport({ command: 'npx', args: ['pact-mcp'], env }));

const user_message = 'My espresso machine still has not arrived and I am furious!';
const turn = { user_message, assistant_message: 'I am sorry. Let me look where it is.' };
const saved = await agent.callTool({ name: 'save_turn', arguments: turn });
const found = await agent.callTool({ name: 'recall', arguments: { query: 'Which order is late?' } });
for (const { content } of [saved, found]) console.log(content[0].text);
await agent.close();
