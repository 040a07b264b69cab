import { conceptKey } from '@pact/models';
import model from 'wink-eng-lite-web-model';
import winkNLP from 'wink-nlp';

/** What a method names in a text, best first: keys. */
export type Method = (text: string) => string[];

const STOP_WORDS = new Set(
  `a about above after again against all also am an and any are aren't as at be because been before being below between
  both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each few for from further
  get got had hadn't has hasn't have haven't having he her here hers him his how i i'd i'll i'm i've if in into is isn't it
  it's its itself just let let's like me more most my myself no nor not now of off ok on once only or other our ours out
  over own please really s same she should shouldn't since so some still such t than thanks thank that that's the their
  them then there there's these they they're this those through to too u under until up us very was wasn't we we're we've
  were what what's when where which while who whom why will with won't would you you're your yours yes`.split(
    /\s+/,
  ),
);

const words = (text: string) => text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) ?? [];
const isStop = (word: string) => STOP_WORDS.has(word.toLowerCase().replace('’', "'"));

/** Terms of one and two words by tf · idf, idf over the whole set of messages. */
export function tfIdf(texts: string[], count: number): Method {
  const found = new Map<string, number>();
  for (const text of texts)
    for (const term of new Set(termsOf(text))) found.set(term, (found.get(term) ?? 0) + 1);
  return (text) => {
    const frequency = new Map<string, number>();
    for (const term of termsOf(text)) frequency.set(term, (frequency.get(term) ?? 0) + 1);
    const idf = (term: string) => Math.log((texts.length + 1) / (found.get(term) ?? 1));
    return [...frequency]
      .map(([term, times]) => ({ term, score: times * idf(term) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, count)
      .map(({ term }) => term);
  };
}

function termsOf(text: string): string[] {
  return runsOf(text).flatMap((run) => [
    ...run.map(conceptKey),
    ...run.slice(1).map((word, at) => conceptKey(`${run[at]} ${word}`)),
  ]);
}

/** Rapid automatic keyword extraction (Rose and others, 2010): runs between stop words, by degree over frequency. */
export function rake(count: number): Method {
  return (text) => {
    const runs = runsOf(text).map((run) => run.map((word) => word.toLowerCase()));
    const degree = new Map<string, number>();
    const frequency = new Map<string, number>();
    for (const run of runs) {
      for (const word of run) {
        degree.set(word, (degree.get(word) ?? 0) + run.length);
        frequency.set(word, (frequency.get(word) ?? 0) + 1);
      }
    }
    const score = (run: string[]) =>
      run.reduce((sum, word) => sum + degree.get(word)! / frequency.get(word)!, 0);
    const phrases = new Map(runs.map((run) => [conceptKey(run.join(' ')), score(run)]));
    return [...phrases]
      .sort((a, b) => b[1] - a[1])
      .slice(0, count)
      .map(([key]) => key);
  };
}

/** Plain noun chunks: runs of adjectives and nouns that end in a noun, as the tagger alone gives them. */
export function nounChunks(): Method {
  const nlp = winkNLP(model, ['pos']);
  return (text) => {
    const tokens = nlp.readDoc(text).tokens();
    const parts = tokens.out(nlp.its.pos) as string[];
    const chunks: string[] = [];
    let open: string[] = [];
    let endsInNoun = false;
    const close = () => {
      if (endsInNoun) chunks.push(open.join(' '));
      open = [];
      endsInNoun = false;
    };
    for (const [at, token] of tokens.out().entries()) {
      const isNoun = parts[at] === 'NOUN' || parts[at] === 'PROPN';
      if (!isNoun && (parts[at] !== 'ADJ' || endsInNoun)) close();
      if (isNoun || parts[at] === 'ADJ') open.push(token);
      endsInNoun = isNoun;
    }
    close();
    return chunks.map(conceptKey);
  };
}

/** Capitals inside a sentence, and their runs: the least that a reader of names does. */
export const capitals: Method = (text) =>
  [...text.matchAll(/(?<=[\p{Ll},] )\p{Lu}[\p{L}\p{N}'-]*(?: \p{Lu}[\p{L}\p{N}'-]*)*/gu)].map(([name]) =>
    conceptKey(name),
  );

/** Runs of words between stop words and punctuation. */
function runsOf(text: string): string[][] {
  return text.split(/[^\p{L}\p{N}'’\s-]+|\n/u).flatMap((part) => {
    const runs: string[][] = [[]];
    for (const word of words(part)) {
      if (isStop(word)) runs.push([]);
      else runs.at(-1)!.push(word);
    }
    return runs.filter((run) => run.length > 0);
  });
}
