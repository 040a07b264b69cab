import { extractConcepts } from '@pact/models';
import { capitals, type Method, nounChunks, rake, tfIdf } from './concepts/baselines.ts';
import { type Gold, type Half, type LabelledMessage, readMessages } from './concepts/messages.ts';
import { judge, measuredF1, type Outcome, score } from './concepts/score.ts';
import { measureSessions } from './concepts/sessions.ts';
import { describeMachine, summarize } from './environment.ts';

const WORST = 10;
const MOST_TERMS = 10;

/**
 * Does it name what a person would? Topics and entities of authored messages, beside the baselines that memory layers
 * use. A baseline may choose how many terms it names: the number that is best for it on the development half.
 * `--half development` prints the errors of that half alone, for whoever tunes.
 */
export async function run(args: string[]): Promise<void> {
  const only = args.includes('--half') ? args[args.indexOf('--half') + 1] : undefined;
  const halves: Half[] = only === 'development' ? ['development'] : ['development', 'frozen'];
  const texts = (['development', 'frozen'] as const).flatMap(readMessages).map(({ text }) => text);
  console.log(`Topics and entities. ${describeMachine()}\n`);
  for (const half of halves) {
    const messages = readMessages(half);
    console.log(`${half}: n = ${messages.length} messages, ${countGold(messages)} things to name`);
    console.table(tableOf(messages, texts));
    console.log(typeLine(messages));
  }
  console.log(
    'Names across the messages of a session: entities that are one node, split, missed; nodes that mix two',
  );
  console.table(await measureSessions());
  printWorst(halves.at(-1)!);
  printTimes(texts);
}

const keysOf = (text: string, kind?: 'topic' | 'entity') =>
  extractConcepts(text).flatMap((concept) => (kind && concept.kind !== kind ? [] : [concept.key]));

function tableOf(messages: LabelledMessage[], texts: string[]) {
  const tuned = (of: (count: number) => Method) => {
    const development = readMessages('development');
    const counts = Array.from({ length: MOST_TERMS }, (_, at) => at + 1);
    const f1 = (count: number) => score(outcomesOf(development, of(count))).f1;
    return of(counts.reduce((best, count) => (f1(count) > f1(best) ? count : best)));
  };
  const entities = (gold: Gold[]) => gold.filter(({ kind }) => kind === 'entity');
  const topics = (gold: Gold[]) => gold.filter(({ kind }) => kind === 'topic');
  return {
    'all: PACT': rowOf(outcomesOf(messages, (text) => keysOf(text))),
    'all: noun chunks': rowOf(outcomesOf(messages, nounChunks())),
    'all: TF-IDF terms': rowOf(
      outcomesOf(
        messages,
        tuned((count) => tfIdf(texts, count)),
      ),
    ),
    'all: RAKE': rowOf(outcomesOf(messages, tuned(rake))),
    'topics: PACT': rowOf(outcomesOf(messages, (text) => keysOf(text, 'topic'), topics)),
    'entities: PACT': rowOf(outcomesOf(messages, (text) => keysOf(text, 'entity'), entities)),
    'entities: capitals': rowOf(outcomesOf(messages, capitals, entities)),
  };
}

function outcomesOf(messages: LabelledMessage[], method: Method, narrow = (gold: Gold[]) => gold): Outcome[] {
  return messages.map(({ text, gold }) => judge(method(text), narrow(gold)));
}

function rowOf(outcomes: Outcome[]) {
  const { precision, recall } = score(outcomes);
  const { value, low, high } = measuredF1(outcomes);
  return {
    precision: precision.toFixed(3),
    recall: recall.toFixed(3),
    F1: value.toFixed(3),
    '95 %': `${low.toFixed(3)}–${high.toFixed(3)}`,
  };
}

const countGold = (messages: LabelledMessage[]) =>
  messages.reduce((sum, { gold }) => sum + gold.filter(({ isOptional }) => !isOptional).length, 0);

/** Of the entities that were found and whose type is beyond doubt: how many got it, and how many another. */
function typeLine(messages: LabelledMessage[]): string {
  const pairs = messages.flatMap(({ text, gold }) =>
    extractConcepts(text).flatMap((concept) => {
      const match = gold.find(
        ({ kind, type, keys }) => kind === 'entity' && type && keys.includes(concept.key),
      );
      return match && concept.kind === 'entity'
        ? [{ wanted: match.type!, given: concept.type ?? 'none' }]
        : [];
    }),
  );
  const right = pairs.filter(({ wanted, given }) => wanted === given).length;
  const untold = pairs.filter(({ given }) => given === 'none').length;
  return `types of ${pairs.length} entities found: ${right} right, ${untold} left open, ${pairs.length - right - untold} wrong\n`;
}

function printWorst(half: Half): void {
  const worst = readMessages(half)
    .map(({ text, gold }) => ({ text, ...judge(keysOf(text), gold) }))
    .map((outcome) => ({ ...outcome, errors: outcome.wrong.length + outcome.missed.length }))
    .sort((a, b) => b.errors - a.errors)
    .slice(0, half === 'development' ? Number.POSITIVE_INFINITY : WORST)
    .filter(({ errors }) => errors > 0);
  console.log(`Worst of ${half}:`);
  for (const { text, wrong, missed } of worst) {
    console.log(
      `  ${JSON.stringify(text)}\n    too many: ${wrong.join(', ') || '–'}; missed: ${missed.join(', ') || '–'}`,
    );
  }
}

function printTimes(texts: string[]): void {
  const durations = texts.map((text) => {
    const started = performance.now();
    extractConcepts(text);
    return performance.now() - started;
  });
  const { p50, p99 } = summarize(durations);
  console.log(`\nMilliseconds a message: median ${p50.toFixed(2)}, 99th percentile ${p99.toFixed(2)}.`);
}
