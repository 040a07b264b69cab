import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ASSISTANT, PEOPLE, type Recipe, SIGNALS } from '@pact/core/testing';
import { describeMachine } from './environment.ts';
import { type Dialogue, ownDialogues } from './recall/dialogues.ts';
import { learnWeights } from './recall/learn.ts';
import { constrain, examplesOf, rankAll, recipeOf } from './recall/rows.ts';
import { outcomesOf, tableRow } from './recall/score.ts';

const FILE = fileURLToPath(new URL('../packages/core/src/recall/weights.ts', import.meta.url));

/**
 * Learns the shipped recipes on the conversations written for PACT, and writes them. Each profile is checked by leaving one
 * dialogue out: the figure to believe. Twice around, because the hard turns are chosen by the weights before.
 */
export async function run(): Promise<void> {
  console.log(`Learning recall's weights. ${describeMachine()}\n`);
  const recipes: Recipe[] = [];
  const table: Record<string, Record<string, string>> = {};
  for (const [kind, before] of [
    ['people', PEOPLE],
    ['assistant', ASSISTANT],
  ] as const) {
    const dialogues = ownDialogues()
      .filter((dialogue) => dialogue.kind === kind)
      .map((dialogue) => ({ ...dialogue, questions: dialogue.questions.filter(({ isHard }) => !isHard) }));
    const first = learnOn(kind, dialogues, before);
    recipes.push(learnOn(kind, dialogues, first));
    const questions = dialogues.reduce((sum, dialogue) => sum + dialogue.questions.length, 0);
    table[`${kind}, left out (${dialogues.length} dialogues, ${questions} questions)`] = tableRow(
      dialogues.flatMap((dialogue) => {
        const others = dialogues.filter((other) => other !== dialogue);
        return outcomesOf(dialogue, rankAll(dialogue, learnOn(kind, others, first)));
      }),
    );
  }
  console.table(table);
  await writeFile(FILE, sourceOf(recipes));
  console.log(`Written: ${FILE}`);
}

function learnOn(name: string, dialogues: Dialogue[], before: Recipe): Recipe {
  const examples = dialogues.flatMap((dialogue) => examplesOf(dialogue, before));
  return recipeOf(name, learnWeights(examples, SIGNALS.length, constrain));
}

function sourceOf(recipes: Recipe[]): string {
  const constants = recipes.map(({ name, weights }) => {
    const lines = Object.entries(weights).map(([signal, weight]) => `    ${signal}: ${weight},`);
    return `export const ${name.toUpperCase()}: Recipe = {\n  name: '${name}',\n  weights: {\n${lines.join('\n')}\n  },\n};\n`;
  });
  return `import type { Recipe } from './recipes.ts';\n\n// Written by \`npm run bench -- recall-learn\`, from bench/conversations alone. Do not edit.\n\n${constants.join('\n')}`;
}
