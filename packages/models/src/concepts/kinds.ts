import { conceptKey } from './key.ts';
import { KNOWN_TYPES } from './names.ts';
import { FIRST_NAMES } from './people.ts';
import type { Tagged } from './tagger.ts';
import { FAMILY, TITLES } from './words.ts';

/** What an entity is. Told only where the words leave no doubt. */
export type EntityType = 'person' | 'place' | 'organisation' | 'product' | 'date' | 'id';

const words = (list: string) => new Set(list.trim().split(/\s+/));

const ORGANISATION_ENDS = words(`
  corp corporation inc ltd limited llc llp plc gmbh ag sa as bv nv oy ab srl co company bank university college school academy elementary
  hospital clinic foundation institute airlines airways logistics labs laboratories studios group partners church council ministry museum
  agency association holdings consulting insurance energy systems technologies solutions capital ventures pharmacy hotel restaurant
  osteria trattoria motors industries society federation authority embassy library theatre orchestra
`);
/** Endings that say what a company is by law, and that people leave out. */
const LEGAL_FORMS = words(
  'corp corporation inc ltd limited llc llp plc gmbh ag sa as bv nv oy ab srl co company',
);
const ORGANISATION_STARTS = words('bank university ministry museum osteria trattoria studio');
const PLACE_ENDS = words(`
  street road avenue lane boulevard drive square bridge station airport park beach island lake river valley mountain mountains harbour
  harbor bay county city village district forest canyon plaza
`);
const PLACE_STARTS = words('lake mount monte cape port san santa saint fort');
const ROLES = words(`
  manager boss colleague coworker friend nanny teacher tutor professor therapist dentist neighbour neighbor landlord client customer
  assistant flatmate roommate ex doctor lawyer accountant plumber coach trainer intern recruiter supervisor advisor
`);
/** Verbs whose object, when it has a name, is a person: nobody reminds a town. */
const TOLD = words(
  'tell told remind reminded met meet meeting invite invited married marry thank hug dating',
);
const WORKED_AT = words(
  'work works worked working interview interviewed job engineer nurse teacher intern internship position role',
);
const BEING_NAMED = /(?:^| )(?:i am|i 'm|i'm|im|name is|name 's|name's|called|named) $/;

const isTitle = (word: string) => TITLES.has(word) && word !== 'st' && word !== 'st.';

/**
 * The type of a name, from its own words, well-known names, and the words beside it; undefined when not sure.
 * @param at where the name begins, and `length`, how many words it has.
 */
export function typeOfName(sentence: readonly Tagged[], at: number, length: number): EntityType | undefined {
  const name = sentence.slice(at, at + length).map(({ lower }) => lower);
  const [first, last] = [name[0]!, name.at(-1)!.replace(/\.$/, '')];
  const known = KNOWN_TYPES.get(name.join(' '));
  if (known) return known;
  if (isTitle(first)) return 'person';
  if (name.length > 1 && ORGANISATION_ENDS.has(last)) return 'organisation';
  if (name.length > 1 && PLACE_ENDS.has(last)) return 'place';
  if (name.length > 1 && ORGANISATION_STARTS.has(first)) return 'organisation';
  if (name.length > 1 && name.slice(1).some((word) => /\d/.test(word))) return 'product';
  if (FIRST_NAMES.has(first) && name.length < 4) return 'person';
  if (name.length > 1 && PLACE_STARTS.has(first)) return 'place';
  return typeFromContext(sentence, at, length);
}

function typeFromContext(sentence: readonly Tagged[], at: number, length: number): EntityType | undefined {
  const before = sentence[at - 1]?.lower ?? '';
  const earlier = sentence[at - 2]?.lower ?? '';
  const next = sentence[at + length]?.lower ?? '';
  const isPlain = sentence.slice(at, at + length).every(({ text }) => /^\p{Lu}\p{Ll}+$/u.test(text));
  if (!isPlain) return undefined;
  if (FAMILY.has(before) || ROLES.has(before) || TOLD.has(before)) return 'person';
  if ((before === 'and' && earlier === 'i') || (next === 'and' && sentence[at + length + 1]?.lower === 'i'))
    return 'person';
  const opening = `${sentence
    .slice(Math.max(0, at - 3), at)
    .map(({ lower }) => lower)
    .join(' ')} `;
  if (BEING_NAMED.test(opening) && /^[,.!;]?$|^(?:and|from|here)$/.test(next)) return 'person';
  if (before === 'at' && WORKED_AT.has(earlier)) return 'organisation';
  return before === 'near' && length < 3 ? 'place' : undefined;
}

/**
 * Other keys under which the same entity may be mentioned in the session: parts of a person's name, a company without
 * its legal form, a person without a title.
 */
export function otherKeysOf(name: string, type: EntityType | undefined): string[] {
  const key = conceptKey(name);
  const parts = key.split(' ');
  if (parts.length < 2) return [];
  const keys = new Set<string>();
  if (type === 'person') {
    const bare = parts.filter((part) => !isTitle(part));
    if (bare.length < parts.length) keys.add(bare.join(' '));
    for (const part of [bare[0], bare.at(-1)]) keys.add(part ?? '');
  }
  if (type === 'organisation' && LEGAL_FORMS.has(parts.at(-1)!)) keys.add(parts.slice(0, -1).join(' '));
  keys.delete(key);
  return [...keys].filter((other) => other.length > 1);
}
