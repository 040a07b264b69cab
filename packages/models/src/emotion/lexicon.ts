import { readFileSync } from 'node:fs';

/** Shape of `lexicon.json`, which training and reading share. Word lists are separated by spaces. */
interface LexiconFile {
  negators: string;
  scopeEnds: string;
  comparatives: string;
  first: string;
  others: string;
  good: string;
  bad: string;
  words: Record<string, string>;
  emoji: Record<string, string>;
  emoticons: Record<string, string>;
}

export interface Lexicon {
  negators: ReadonlySet<string>;
  scopeEnds: ReadonlySet<string>;
  comparatives: ReadonlySet<string>;
  first: ReadonlySet<string>;
  others: ReadonlySet<string>;
  good: ReadonlySet<string>;
  bad: ReadonlySet<string>;
  /** Word to the emotions it names. */
  classes: ReadonlyMap<string, readonly string[]>;
  /** Emoji (one code point) to its group. */
  emoji: ReadonlyMap<string, string>;
  emoticons: ReadonlyMap<string, string>;
}

let loaded: Lexicon | undefined;

/** The shared word lists, read once. */
export function lexicon(): Lexicon {
  loaded ??= parse(
    JSON.parse(readFileSync(new URL('./lexicon.json', import.meta.url), 'utf8')) as LexiconFile,
  );
  return loaded;
}

function parse(file: LexiconFile): Lexicon {
  const set = (words: string) => new Set(words.split(' '));
  const classes = new Map<string, string[]>();
  for (const [label, words] of Object.entries(file.words)) {
    for (const word of words.split(' ')) classes.set(word, [...(classes.get(word) ?? []), label]);
  }
  const emoji = new Map<string, string>();
  for (const [group, chars] of Object.entries(file.emoji)) for (const char of chars) emoji.set(char, group);
  return {
    negators: set(file.negators),
    scopeEnds: set(file.scopeEnds),
    comparatives: set(file.comparatives),
    first: set(file.first),
    others: set(file.others),
    good: set(file.good),
    bad: set(file.bad),
    classes,
    emoji,
    emoticons: new Map(Object.entries(file.emoticons)),
  };
}
