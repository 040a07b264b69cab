import type { Concept, EntityType } from '../ctx.ts';
import { nodeId } from '../ids.ts';

/** What a name leads to in a session. */
export interface KnownName {
  nodeId: string;
  /** The fullest name of the entity so far. */
  fullKey: string;
  type: EntityType | null;
}

/** A concept with the node that it is a mention of. */
export interface Mention extends Concept {
  nodeId: string;
}

/** What the session knows of the names that some messages mention. */
export interface Names {
  byKey: ReadonlyMap<string, KnownName>;
  /** Keys that are topics of the session: a name written small before it was written as one. */
  topics: ReadonlySet<string>;
}

/** Forms of address, by whom they address: two that contradict each other are two people. */
const TITLES = new Map([
  ...['mr', 'sir', 'lord', 'uncle'].map((title) => [title, 'man'] as const),
  ...['mrs', 'ms', 'miss', 'lady', 'madam', 'aunt'].map((title) => [title, 'woman'] as const),
  ...['dr', 'prof', 'professor', 'captain'].map((title) => [title, 'anyone'] as const),
]);

/** Every key that `resolveNames` may ask about for these concepts. */
export function keysAskedFor(concepts: readonly Concept[]): string[] {
  return [...new Set(concepts.flatMap(({ key, otherKeys = [] }) => [key, ...otherKeys]))];
}

/**
 * Finds which node each concept is a mention of, in the order of the messages: the same name, a part of a fuller name
 * ("Priya" after "Priya Raman", "Chen" after "Dr. Chen"), a fuller form of a known name, or a new node. A short name that
 * two share goes to the one that was named in full last. A topic is an entity once its word is known as a full or first
 * name: "priya wants" after "Priya Raman". Pure.
 * @returns the mentions of each message, and the names to file: only those that changed.
 */
export function resolveNames(
  sessionId: string,
  messages: readonly (readonly Concept[])[],
  known: Names,
): { mentions: Mention[][]; filed: Map<string, KnownName> } {
  const names = new Map(known.byKey);
  const topics = new Set(known.topics);
  const filed = new Map<string, KnownName>();
  const file = (key: string, name: KnownName) => {
    const before = names.get(key);
    if (before?.nodeId === name.nodeId && before.fullKey === name.fullKey && before.type === name.type)
      return;
    names.set(key, name);
    filed.set(key, name);
  };
  const mentions = messages.map((concepts) =>
    concepts.map((concept): Mention => {
      if (concept.kind === 'topic' || (concept.isGuess && topics.has(concept.key)))
        return placeTopic(sessionId, concept, names, topics);
      const found = find(concept, names);
      const id =
        found?.nodeId ?? nodeId(sessionId, topics.has(concept.key) ? 'topic' : 'entity', concept.key);
      // "Insulin is expensive" must not make a name of every insulin.
      if (!concept.isGuess) fileAll(concept, found, id, names, file);
      return { ...concept, nodeId: id };
    }),
  );
  return { mentions, filed };
}

function placeTopic(
  sessionId: string,
  concept: Concept,
  names: ReadonlyMap<string, KnownName>,
  topics: Set<string>,
): Mention {
  const name = names.get(concept.key);
  // "fox" is not Samantha Fox, nor is "baker" anybody: last names are everyday words too often.
  const isName = name && (name.fullKey === concept.key || name.fullKey.startsWith(`${concept.key} `));
  if (isName)
    return { ...concept, kind: 'entity', nodeId: name.nodeId, ...(name.type ? { type: name.type } : {}) };
  topics.add(concept.key);
  return {
    ...concept,
    kind: 'topic',
    name: concept.name.toLowerCase(),
    nodeId: nodeId(sessionId, 'topic', concept.key),
  };
}

function find(
  { key, otherKeys = [], type }: Concept,
  names: ReadonlyMap<string, KnownName>,
): KnownName | undefined {
  const same = names.get(key);
  if (same && agreeInType(same.type, type)) return same;
  return otherKeys
    .filter((other) => {
      const name = names.get(other);
      if (!name || !agreeInType(name.type, type)) return false;
      return type === 'person' ? arePartsOfOneName(key, name.fullKey) : name.fullKey === other;
    })
    .map((other) => names.get(other)!)[0];
}

/** Files the name and its parts. A part that is the full name of somebody else stays theirs. */
function fileAll(
  { key, otherKeys = [], type }: Concept,
  found: KnownName | undefined,
  id: string,
  names: ReadonlyMap<string, KnownName>,
  file: (key: string, name: KnownName) => void,
): void {
  const fullKey = found ? fuller(found.fullKey, key) : key;
  const name = { nodeId: id, fullKey, type: found?.type ?? type ?? null };
  if (found) file(found.fullKey, name);
  file(key, name);
  for (const other of otherKeys) {
    const owner = names.get(other);
    if (!owner || owner.nodeId === id || owner.fullKey !== other) file(other, name);
  }
}

/** The one that says more: more parts beside the title, then a title. Of two alike, the first. */
function fuller(one: string, other: string): string {
  const [a, b] = [parse(one), parse(other)];
  if (a.parts.length !== b.parts.length) return a.parts.length > b.parts.length ? one : other;
  return b.isTitled && !a.isTitled ? other : one;
}

const agreeInType = (one: EntityType | null, other: EntityType | undefined) =>
  !one || !other || one === other;

/** Whether one of two names of people may be a part of the other. */
export function arePartsOfOneName(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  if (a.gender && b.gender && a.gender !== b.gender) return false;
  return isPartOf(a, b) || isPartOf(b, a);
}

interface ParsedName {
  isTitled: boolean;
  gender: 'man' | 'woman' | undefined;
  parts: string[];
}

function parse(key: string): ParsedName {
  const parts = key.split(' ');
  const title = TITLES.get(parts[0]!);
  return {
    isTitled: title !== undefined,
    gender: title === 'anyone' ? undefined : title,
    parts: title === undefined ? parts : parts.slice(1),
  };
}

function isPartOf(short: ParsedName, full: ParsedName): boolean {
  const [first, last] = [full.parts[0], full.parts.at(-1)];
  if (short.parts.length === 1) {
    // "Mr. Osei" goes by his last name; "Priya" may be either.
    return short.parts[0] === last || (short.parts[0] === first && !short.isTitled);
  }
  return short.parts[0] === first && short.parts.at(-1) === last;
}
