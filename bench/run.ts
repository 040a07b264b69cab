/** `npm run bench -- NAME`: one measurement a name; each prints a table beside a baseline of the same run. */
const BENCHMARKS: Record<string, () => Promise<{ run(args: string[]): Promise<void> }>> = {
  consolidation: () => import('./consolidation.ts'),
  'consolidation-learn': () => import('./consolidation-learn.ts'),
  concepts: () => import('./concepts.ts'),
  emotion: () => import('./emotion.ts'),
  growth: () => import('./growth.ts'),
  load: () => import('./load.ts'),
  recall: () => import('./recall.ts'),
  'recall-learn': () => import('./recall-learn.ts'),
  sdk: () => import('./sdk.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = BENCHMARKS[name];
if (!load) {
  console.error(`Usage: npm run bench -- ${Object.keys(BENCHMARKS).join(' | ')}`);
  process.exit(2);
}
await (await load()).run(args);
