import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSISTANT, PEOPLE, SIGNALS } from '@pact/core/testing';
import { describeMachine } from './environment.ts';
import { BASELINES } from './recall/baselines.ts';
import { type Dialogue, locomoDialogues, ownDialogues } from './recall/dialogues.ts';
import { measureLatency } from './recall/latency.ts';
import { learnWeights } from './recall/learn.ts';
import { embedderOf, withMeanings } from './recall/meanings.ts';
import { recallThroughProduct } from './recall/product.ts';
import { constrain, examplesOf, rankAll, recipeOf } from './recall/rows.ts';
import { type Outcome, outcomesOf, recallAt, tableRow } from './recall/score.ts';

const RESULTS = fileURLToPath(new URL('../.cache/bench/', import.meta.url));

/**
 * Which turns come back for a question? LoCoMo (with `--data PATH`, laid out as `PATH/locomo/locomo-0-4.json`) and the
 * conversations written for PACT, beside what people use today. `--scale` adds how a workspace of up to a million turns
 * answers.
 */
export async function run(args: string[]): Promise<void> {
  const data = args.includes('--data') ? args[args.indexOf('--data') + 1] : undefined;
  console.log(`Recall, offline, no language model. ${describeMachine()}`);
  console.log(
    'In per cent; R@10 with its 95 % bootstrap interval over questions. Evidence: all turns that carry the answer.\n',
  );
  const rowsOfAll: Outcome[] = [];
  if (data)
    rowsOfAll.push(...(await table('LoCoMo 0–4, categories 1–4', locomoDialogues(data), 'not learned')));
  const own = ownDialogues();
  for (const kind of ['people', 'assistant'] as const) {
    const some = own.filter((dialogue) => dialogue.kind === kind);
    const only = (isHard: boolean) =>
      some.map((dialogue) => ({
        ...dialogue,
        questions: dialogue.questions.filter((question) => question.isHard === isHard),
      }));
    rowsOfAll.push(...(await table(`Written for PACT, ${kind}, natural questions`, only(false), 'learned')));
    if (some.some(({ questions }) => questions.some(({ isHard }) => isHard))) {
      rowsOfAll.push(
        ...(await table(`Written for PACT, ${kind}, hard questions`, only(true), 'not learned')),
      );
    }
  }
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, 'recall.jsonl');
  await writeFile(file, rowsOfAll.map((outcome) => `${JSON.stringify(rowOf(outcome))}\n`).join(''));
  console.log(`\nOne line a question: ${file}`);
  printWorst(rowsOfAll);
  await measureLatency(args.includes('--scale'));
}

async function table(
  title: string,
  dialogues: Dialogue[],
  use: 'learned' | 'not learned',
): Promise<Outcome[]> {
  const questions = dialogues.reduce((sum, dialogue) => sum + dialogue.questions.length, 0);
  const turns = dialogues.reduce((sum, dialogue) => sum + dialogue.turns.length, 0);
  console.log(`\n${title}: ${dialogues.length} dialogues, ${turns} turns, ${questions} questions`);
  const lines: Record<string, Record<string, string>> = {};
  for (const [name, baseline] of Object.entries(BASELINES)) {
    const outcomes: Outcome[] = [];
    for (const dialogue of dialogues) outcomes.push(...outcomesOf(dialogue, await baseline(dialogue)));
    lines[name] = tableRow(outcomes);
  }
  lines['PACT, weights of this set, one dialogue left out'] = tableRow(leaveOneOut(dialogues));
  const shipped: Outcome[] = [];
  for (const dialogue of dialogues)
    shipped.push(...outcomesOf(dialogue, await recallThroughProduct(dialogue)));
  const embedder = embedderOf(process.env);
  if (embedder) {
    lines[`PACT and ${embedder.name}, one dialogue left out`] = tableRow(
      leaveOneOut(await withMeanings(embedder, dialogues)),
    );
    const asked: Outcome[] = [];
    for (const dialogue of dialogues)
      asked.push(...outcomesOf(dialogue, await recallThroughProduct(dialogue, embedder)));
    lines[`PACT and ${embedder.name}, as shipped`] = tableRow(asked);
  }
  lines[use === 'learned' ? 'PACT as shipped (learned on these)' : 'PACT as shipped'] = tableRow(shipped);
  console.table(lines);
  return shipped;
}

function leaveOneOut(dialogues: Dialogue[]): Outcome[] {
  const before = dialogues[0]?.kind === 'assistant' ? ASSISTANT : PEOPLE;
  const examples = dialogues.map((dialogue) => examplesOf(dialogue, before));
  return dialogues.flatMap((dialogue, out) => {
    const others = examples.filter((_, at) => at !== out).flat();
    const recipe = recipeOf('left-out', learnWeights(others, SIGNALS.length, constrain));
    return outcomesOf(dialogue, rankAll(dialogue, recipe));
  });
}

const rowOf = ({ dialogue, question, found }: Outcome) => ({
  dialogue,
  kind: question.kind,
  question: question.text,
  evidence: question.evidence,
  found: found.slice(0, 20),
  recallAt10: recallAt(10)({ dialogue, question, found }),
});

/** The questions that find least: no evidence among fifty turns, fewest pieces of evidence first. */
function printWorst(outcomes: Outcome[]): void {
  const worst = outcomes
    .filter((outcome) => recallAt(50)(outcome) === 0)
    .sort((a, b) => a.question.evidence.length - b.question.evidence.length)
    .slice(0, 10);
  console.log('\nTen of the worst: nothing found among fifty');
  for (const { dialogue, question } of worst) {
    console.log(`- ${dialogue} [${question.kind}] ${question.text} → ${question.answer}`);
  }
}
