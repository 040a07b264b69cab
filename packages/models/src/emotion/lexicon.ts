import { readFileSync } from 'node:fs';

/** Shape of `lexicon.json`, which training and reading share. Word lists are separated by spaces. */
interface LexiconFile {
  english: string;
  foreign: string;
  emoji: Record<string, string>;
  emoticons: Record<string, string>;
}

interface Lexicon {
  /** Frequent words that carry the grammar of English, and of other languages. */
  english: ReadonlySet<string>;
  foreign: ReadonlySet<string>;
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
  const emoji = new Map<string, string>();
  for (const [group, chars] of Object.entries(file.emoji)) for (const char of chars) emoji.set(char, group);
  return {
    english: new Set(file.english.split(' ')),
    foreign: new Set(file.foreign.split(' ')),
    emoji,
    emoticons: new Map(Object.entries(file.emoticons)),
  };
}
