/** What the client must be able to do wherever it runs. Returns what it saw, as JSON can hold it. */
export async function exercise({ PACTClient }, options) {
  const pact = new PACTClient(options);
  const { sessionId } = await pact.createSession({ metadata: { user_id: 'ada' } });
  const events = pact.stream(sessionId);
  await events.opened();
  const saved = await pact
    .saveInteraction(sessionId, { userMessage: 'I am so happy about the croissants 🥐!', aiMessage: 'Good.' })
    .withResponse();
  const seen = [];
  for await (const { type } of events) if (seen.push(type) === 3) break;
  const contents = [];
  for await (const { content } of pact.listMessages(sessionId, { limit: 1 })) contents.push(content);
  const stranger = new PACTClient({ ...options, apiKey: 'sk_test_wrong', maxRetries: 0 });
  const refusal = await stranger.getSession(sessionId).catch((error) => error);
  const nowhere = new PACTClient({ ...options, baseUrl: 'http://127.0.0.1:9/pact/v1', maxRetries: 0 });
  const silence = await nowhere.getSession(sessionId).catch((error) => error);
  return {
    emotion: saved.data.emotionalAnalysis.userEmotion,
    status: saved.response.status,
    hasRequestId: saved.response.requestId?.startsWith('req_'),
    seen,
    contents,
    refusals: [refusal.name, silence.name],
  };
}
