import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOKEN_ENCODING } from '@pact/models';
import { meanOf } from './bootstrap.ts';
import { BASELINES, type Served } from './consolidation/baselines.ts';
import { type Memory, remember, serve } from './consolidation/product.ts';
import { contentWords, mean, type Retention, retentionOf } from './consolidation/retention.ts';
import { describeMachine, summarize } from './environment.ts';
import { type Dialogue, type DialogueQuestion, locomoDialogues, ownDialogues } from './recall/dialogues.ts';

const BUDGETS = [500, 1_000, 2_000];
const RESULTS = fileURLToPath(new URL('../.cache/bench/', import.meta.url));

interface Row extends Retention {
  set: string;
  dialogue: string;
  method: string;
  budget: number;
  question: DialogueQuestion;
}

/**
 * What of a conversation is still in the context that an agent is served? Shares of the questions' evidence, at three
 * budgets, with the query unknown and known, beside what memories do today. Runs the shipped code through an embedded
 * database: import, `consolidate`, `getContext`. `--data PATH` adds LoCoMo (`PATH/locomo/locomo-0-4.json`).
 */
export async function run(args: string[]): Promise<void> {
  const data = args.includes('--data') ? args[args.indexOf('--data') + 1] : undefined;
  console.log(`Consolidation, offline, no language model; tokens of ${TOKEN_ENCODING}. ${describeMachine()}`);
  console.log(
    'Through an embedded database. evidence: share of the evidence turns that are still there, in per cent, with its',
  );
  console.log(
    '95 % bootstrap interval over questions; (all): questions that keep every one; {answer}: answer words in the text.',
  );
  const own = ownDialogues();
  const sets: [string, Dialogue[]][] = [
    ...(data ? [['LoCoMo 0–4, categories 1–4', locomoDialogues(data)] as [string, Dialogue[]]] : []),
    ['our own, people', own.filter(({ kind }) => kind === 'people')],
    ['our own, assistant', own.filter(({ kind }) => kind === 'assistant')],
  ];
  const rows: Row[] = [];
  for (const [set, dialogues] of sets)
    if (dialogues.length > 0) rows.push(...(await measure(set, dialogues)));
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, 'consolidation.jsonl');
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  console.log(`\nOne line a question, method and budget: ${file}`);
  printWorst(rows);
}

async function measure(set: string, dialogues: Dialogue[]): Promise<Row[]> {
  const count = (of: (dialogue: Dialogue) => unknown[]) =>
    dialogues.reduce((sum, each) => sum + of(each).length, 0);
  console.log(
    `\n${set}: ${dialogues.length} dialogues, ${count(({ turns }) => turns)} turns, n = ${count(({ questions }) => questions)} questions`,
  );
  const rows: Row[] = [];
  const times = { consolidation: [] as number[], unknown: [] as number[], known: [] as number[] };
  for (const dialogue of dialogues) {
    for (const [method, baseline] of Object.entries(BASELINES)) {
      for (const budget of BUDGETS)
        rows.push(...score({ set, dialogue, method, budget }, () => baseline(dialogue, budget)));
    }
    const memory = await remember(dialogue);
    times.consolidation.push(memory.consolidationMs);
    rows.push(...(await measureProduct(set, dialogue, memory, times)));
    await memory.world.connection.close();
  }
  printTable(rows);
  for (const [name, durations] of Object.entries(times)) {
    const { p50, p99 } = summarize(durations);
    console.log(`${name}: ${durations.length} calls, median ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  }
  return rows;
}

async function measureProduct(
  set: string,
  dialogue: Dialogue,
  memory: Memory,
  times: { unknown: number[]; known: number[] },
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const budget of BUDGETS) {
    const served = await serve(memory, { maxTokens: budget });
    if (served.tokens > budget) throw new Error(`${served.tokens} tokens served for a budget of ${budget}`);
    times.unknown.push(served.durationMs);
    rows.push(...score({ set, dialogue, method: 'PACT, query unknown', budget }, () => served));
    for (const question of dialogue.questions) {
      const known = await serve(memory, { maxTokens: budget, query: question.text });
      times.known.push(known.durationMs);
      const asked = { ...dialogue, questions: [question] };
      rows.push(...score({ set, dialogue: asked, method: 'PACT, query known', budget }, () => known));
    }
  }
  return rows;
}

function score(
  { set, dialogue, method, budget }: { set: string; dialogue: Dialogue; method: string; budget: number },
  serveIt: () => Served,
): Row[] {
  const { pieces, text } = serveIt();
  const words = new Set(contentWords(text));
  return dialogue.questions.map((question) => ({
    set,
    dialogue: dialogue.id,
    method,
    budget,
    question,
    ...retentionOf(dialogue, question, pieces, words),
  }));
}

function printTable(rows: Row[]): void {
  const lines: Record<string, Record<string, string>> = {};
  const percent = (value: number) => (100 * value).toFixed(1);
  for (const method of new Set(rows.map((row) => row.method))) {
    const cells = BUDGETS.map((budget) => {
      const own = rows.filter((row) => row.method === method && row.budget === budget);
      const evidence = own.map((row) => row.evidence);
      const { value, low, high } = meanOf(evidence);
      const text = `${percent(value)} [${percent(low)}–${percent(high)}] (${percent(mean(own.map(({ whole }) => whole)))}) {${percent(mean(own.map(({ answer }) => answer)))}}`;
      return [`${budget} tokens`, text];
    });
    lines[method] = Object.fromEntries(cells);
  }
  console.table(lines);
}

/** The questions that lose most where most is to be had: the query known, the largest budget. */
function printWorst(rows: Row[]): void {
  for (const method of ['PACT, query unknown', 'PACT, query known']) {
    const worst = rows
      .filter((row) => row.method === method && row.budget === Math.max(...BUDGETS))
      .sort(
        (a, b) =>
          a.evidence - b.evidence || a.answer - b.answer || a.question.text.localeCompare(b.question.text),
      )
      .slice(0, 10);
    console.log(`\nTen of the worst, ${method}, ${Math.max(...BUDGETS)} tokens`);
    for (const { dialogue, question, evidence, answer } of worst) {
      console.log(
        `- ${dialogue} [${question.kind}] ${question.text} → ${question.answer} (evidence ${evidence.toFixed(2)}, answer ${answer.toFixed(2)})`,
      );
    }
  }
}
