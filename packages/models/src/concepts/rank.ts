import type { EntityType } from './kinds.ts';
import { KNOWN_NAMES } from './names.ts';
import type { Mention } from './phrases.ts';
import { rarity } from './rarity.ts';
import { FAMILY, LIGHT_TOPICS, TITLES } from './words.ts';

/** Something a text is about. */
export interface Concept {
  kind: 'topic' | 'entity';
  /** The normal form: equal for "Meetings" and "meeting". Unique among the concepts of one kind. */
  key: string;
  /** As a person would write it: "machine learning", "Lisbon", "Dr. Chen". */
  name: string;
  /** Salience in this text, 0..1: rare words, names, compounds, repetition and an early place raise it. */
  weight: number;
  /** Other spellings met in this text, such as "Samantha" beside "Samantha Lee". */
  aliases: string[];
  /** What an entity is, where the text leaves no doubt. */
  type?: EntityType;
  /** Keys of other names that the same entity may go by: "chen" for "Dr. Chen". Not met in the text. */
  otherKeys?: string[];
  /** True: taken for a name by nothing but its capital at the start of a sentence. */
  isGuess?: boolean;
}

const MAX_CONCEPTS = 12;
const MIN_WEIGHT = 0.15;

/** A lone word this common in everyday talk is no topic, unless it is listed as one. */
const TOO_COMMON = 0.4;

interface Group {
  kind: Concept['kind'];
  key: string;
  names: Map<string, number>;
  count: number;
  first: number;
  type: EntityType | undefined;
  otherKeys: Set<string>;
  isGuess: boolean;
}

/** Merges mentions of one thing, weighs them and keeps the best. `mentions` come in the order of the text. */
export function rank(signs: readonly Mention[], mentions: readonly Mention[]): Concept[] {
  const groups = mergeNames(group(mentions));
  const concepts = [
    ...groups.map((found) => toConcept(found, weigh(found, kinOf(found, groups), mentions.length))),
    ...group(signs).map((found) => toConcept(found, 0.5)),
  ];
  return concepts
    .filter((concept) => concept.weight >= MIN_WEIGHT)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MAX_CONCEPTS);
}

function group(mentions: readonly Mention[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [place, { kind, key, name, type, otherKeys, isGuess }] of mentions.entries()) {
    if (key === '') continue;
    const id = `${kind} ${key}`;
    const found = groups.get(id) ?? blankGroup(kind, key, place);
    found.names.set(name, (found.names.get(name) ?? 0) + 1);
    found.count += 1;
    found.type ??= type;
    found.isGuess &&= isGuess ?? false;
    for (const other of otherKeys ?? []) found.otherKeys.add(other);
    groups.set(id, found);
  }
  return [...groups.values()];
}

const blankGroup = (kind: Group['kind'], key: string, first: number): Group => ({
  kind,
  key,
  names: new Map(),
  count: 0,
  first,
  type: undefined,
  otherKeys: new Set(),
  isGuess: true,
});

/** "Samantha" beside one "Samantha Lee" is the same person; beside two longer names nobody knows. Places stay apart. */
function mergeNames(groups: readonly Group[]): Group[] {
  const entities = groups.filter((found) => found.kind === 'entity');
  const kept: Group[] = [];
  for (const found of groups) {
    const owners = found.kind === 'entity' ? entities.filter((other) => isPartOf(found.key, other.key)) : [];
    const sameWord = found.kind === 'topic' ? entities.find((other) => other.key === found.key) : undefined;
    const owner = owners.length === 1 ? owners[0] : sameWord;
    if (owner === undefined) kept.push(found);
    else absorb(owner, found);
  }
  return kept;
}

function isPartOf(key: string, whole: string): boolean {
  if (key.includes(' ') || !whole.includes(' ') || KNOWN_NAMES.has(key)) return false;
  const parts = whole.split(' ').filter((part) => !TITLES.has(part));
  return parts[0] === key || parts.at(-1) === key;
}

function absorb(owner: Group, found: Group): void {
  for (const [name, count] of found.names) {
    if (found.kind === 'entity') owner.names.set(name, (owner.names.get(name) ?? 0) + count / 1000);
  }
  owner.count += found.count;
  owner.first = Math.min(owner.first, found.first);
}

/** Mentions of compounds that a lone word is part of: "mortgage rate" speaks of the mortgage too. */
function kinOf({ kind, key }: Group, groups: readonly Group[]): number {
  if (kind === 'entity' || key.includes(' ')) return 0;
  return groups
    .filter((other) => other.kind === 'topic' && other.key !== key && other.key.split(' ').includes(key))
    .reduce((sum, { count }) => sum + count, 0);
}

function weigh(found: Group, kin: number, total: number): number {
  const words = found.key.split(' ');
  const rarest = Math.max(...words.map(rarity));
  const isLone = words.length === 1;
  const isExpected = FAMILY.has(words[0]!) || LIGHT_TOPICS.has(words[0]!);
  if (found.kind === 'topic' && isLone && rarest < TOO_COMMON && !isExpected) return 0;
  const base = found.kind === 'entity' ? 0.62 + 0.2 * rarest : (isLone ? 0.1 : 0.25) + 0.5 * rarest;
  const repeated = 1 + 0.25 * Math.log2(found.count + kin);
  const place = 1 - (0.2 * found.first) / Math.max(total, 4);
  return Math.min(1, base * repeated * place);
}

function toConcept(found: Group, weight: number): Concept {
  const names = [...found.names].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  return {
    kind: found.kind,
    key: found.key,
    name: names[0]!,
    weight: Math.round(weight * 1000) / 1000,
    aliases: names.slice(1),
    ...(found.type ? { type: found.type } : {}),
    ...(found.isGuess ? { isGuess: true } : {}),
    ...(found.otherKeys.size > 0 ? { otherKeys: [...found.otherKeys] } : {}),
  };
}
