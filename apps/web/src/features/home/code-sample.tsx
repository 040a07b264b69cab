import styles from './home.module.css';

const SAMPLE = `import { PACTClient } from '@neurobloom/pact';

const pact = new PACTClient({ apiKey: process.env.PACT_API_KEY });
const { sessionId } = await pact.createSession();

await pact.saveInteraction(sessionId, {
  userMessage: 'The payment failed again, I am really worried.',
  aiMessage: 'I see two declined charges. Let us look at them.',
});

const context = await pact.getContext(sessionId, { maxTokens: 800 });
context.emotionalState;       // where the user stands, in a word
context.consolidatedSummary;  // what is long ago, in sentences
context.messages;             // what matters, word for word`;

/** The shortest program that remembers. */
export function CodeSample() {
  return (
    <figure className={styles.sample}>
      <figcaption>Save a turn, ask for the context</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable from the keyboard */}
      <pre tabIndex={0}>
        <code>{SAMPLE}</code>
      </pre>
    </figure>
  );
}
