const IRREGULAR: Record<string, string> = {
  people: 'person',
  children: 'child',
  men: 'man',
  women: 'woman',
  feet: 'foot',
  teeth: 'tooth',
  mice: 'mouse',
  geese: 'goose',
  lives: 'life',
  wives: 'wife',
  knives: 'knife',
  leaves: 'leaf',
  loaves: 'loaf',
  halves: 'half',
  shelves: 'shelf',
  wolves: 'wolf',
  calves: 'calf',
  thieves: 'thief',
  movies: 'movie',
  cookies: 'cookie',
  selfies: 'selfie',
  calories: 'calorie',
  zombies: 'zombie',
  pies: 'pie',
  ties: 'tie',
  lies: 'lie',
  series: 'series',
  species: 'species',
  shoes: 'shoe',
  canoes: 'canoe',
  toes: 'toe',
  buses: 'bus',
  gases: 'gas',
  viruses: 'virus',
  bonuses: 'bonus',
  campuses: 'campus',
  statuses: 'status',
  analyses: 'analysis',
  crises: 'crisis',
  diagnoses: 'diagnosis',
  theses: 'thesis',
  quizzes: 'quiz',
  caches: 'cache',
  headaches: 'headache',
  axes: 'axis',
  criteria: 'criterion',
  indices: 'index',
  vertices: 'vertex',
  matrices: 'matrix',
};

/** Words that end in s and are no plural, beside those in -ss, -us and -is. */
const SINGULAR_IN_S = new Set(
  'news physics maths mathematics economics politics athletics gymnastics statistics diabetes herpes christmas texas kansas arkansas athens paris wales dallas vegas angeles thanks kubernetes aws gas bias atlas canvas pancreas lens chaos mars james charles thomas lucas nicholas jonas adidas pants jeans scissors glasses redis postgres windows macos ios sas css rss sms gps pos rds dns'.split(
    ' ',
  ),
);

const SINGULAR_ENDING = /(?:ss|us|is|'s|’s)$/;

/**
 * The normal form under which a topic or entity is one: lower case, no accents, hyphens as spaces, each word in
 * the singular. `#tags`, `@mentions`, e-mail addresses and hosts only change case. May be empty; then it names nothing.
 */
export function conceptKey(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mn}|\p{Cf}/gu, '')
    .toLowerCase()
    .trim();
  if (/^[#@]\S+$/.test(plain) || /^\S+[@.]\S+\.?\S$/.test(plain)) return plain;
  const words = plain.replace(/[’']s?(?=\s|$)/g, '').match(/[\p{L}\p{N}&+#]+(?:['.’][\p{L}\p{N}]+)*/gu) ?? [];
  return words.map(singular).join(' ');
}

/** The singular of a lower-case English noun; a word that is no plural comes back as it is. */
export function singular(word: string): string {
  if (Object.hasOwn(IRREGULAR, word)) return IRREGULAR[word]!;
  if (word.length < 4 || !/[a-z]s$/.test(word)) return word;
  if (SINGULAR_IN_S.has(word) || SINGULAR_ENDING.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|zz|tto|ato|ero|cho)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}
