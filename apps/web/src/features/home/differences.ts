/** What sets PACT apart. Each sentence can be checked on the session page or through the API. */
export const DIFFERENCES: { name: string; words: string }[] = [
  {
    name: 'It works without an LLM call',
    words:
      'Emotion, topics, names, embeddings and summaries are computed in the process. No second key, no tokens spent in the background.',
  },
  {
    name: 'You read what you wrote',
    words:
      'Once a save has answered, the turn is in the messages, the context, the emotional state, the graph and recall.',
  },
  {
    name: 'Deleting holds',
    words:
      'One call removes a session from every store, search index and summary included, and leaves a receipt that counts what went.',
  },
  {
    name: 'Every answer explains itself',
    words:
      'An emotion names the words that carried it, a summary sentence its messages, a recalled turn its scores, a turn left out the reason.',
  },
  {
    name: 'Emotion as state, trajectory and alert',
    words:
      'Where the user stands, how they came there message by message, and a trend that turns negative while there is time to act.',
  },
  {
    name: 'Laptop and cloud run the same code',
    words:
      'npm start brings an embedded PostgreSQL and needs no account. In production the same server runs on yours.',
  },
];
