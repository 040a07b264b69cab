import type { Database, EmotionWord } from '@pact/db';
import type { Emotion } from './emotions/vocabulary.ts';
import type { Id, IdPrefix } from './ids.ts';
import type { IndexCache } from './recall/turn-index.ts';

/** What a domain function may know of the world. It reads no clock, environment, global or randomness beside this. */
export interface Ctx {
  /** A handle of the actor's workspace, or the transaction that the caller holds. */
  db: Database;
  /**
   * The same workspace as it was a moment ago: a replica where one is configured, else the primary. For reads that nobody
   * expects to show a write just made. Not inside a transaction.
   */
  lagging: Database;
  actor: Actor;
  models: Models;
  /** Set where the operator configured one; recall works without. */
  embedder?: Embedder | undefined;
  /** Set where the operator configured one; everything works without. */
  languageModel?: LanguageModel | undefined;
  /** What recall keeps in memory of the sessions asked for lately. */
  indexes: IndexCache;
  /** Where follow-up work waits, kept with the change that made it necessary; absent, nothing follows by itself. */
  queue?: Queue | undefined;
  /** Where the texts of folded messages move in time; absent, all stay in the database. */
  archive?: Archive | undefined;
  /** Told of every change of a session; absent, nobody keeps or watches one. */
  changes?: SessionChanges | undefined;
  /** Where usage is counted before it is written; absent, all of it is in its table. */
  usage?: UsageCounts | undefined;
  now(): Date;
  newId<Prefix extends IdPrefix>(prefix: Prefix): Id<Prefix>;
  /** Set when the request carried an `Idempotency-Key`; honoured by `atomically`. */
  idempotency?: { key: string; requestHash: string } | undefined;
}

/** On whose behalf: the tenant, and the key that spoke. */
export interface Actor {
  workspaceId: string;
  keyId: string;
}

/** Whoever keeps or watches sessions outside the database: a cache, live viewers. */
export interface SessionChanges {
  /**
   * Runs work that changes sessions, transaction and all. What is kept of them is gone before the work begins, nobody puts
   * it back until it is over, and then viewers are told. Never fails by itself: what the work throws is thrown.
   */
  around<Result>(
    scope: { workspaceId: string; sessionIds: string[] },
    work: () => Promise<Result>,
  ): Promise<Result>;
}

/** Work that follows from a change, or from time. Holds ids alone: what it is about is read when it runs. */
export type Job =
  | { kind: 'consolidate' | 'archive' | 'archive-sweep'; workspaceId: string; sessionId: string }
  | { kind: 'erase'; workspaceId: string; erasureId: string }
  | { kind: 'archive-scan' | 'usage-rollup' | 'sweep' };

/** Keeps jobs until they are done, in the database that they are about. */
export interface Queue {
  /**
   * Written in the transaction that `db` is: neither the change nor its job exists without the other. Of two that are
   * alike and wait, one is kept: the earlier.
   */
  enqueue(db: Database, job: Job, afterMs?: number): Promise<void>;
  /** Takes a job away that waits and is done already. */
  done(db: Database, job: Job): Promise<void>;
  /** Takes away every job that names the session, in whatever state. @returns how many. */
  forget(db: Database, session: { workspaceId: string; sessionId: string }): Promise<number>;
}

/** A bucket or a folder. Whatever goes wrong is thrown; the domain says in its own words that the archive is away. */
export interface ObjectStore {
  /** Durable once it has returned. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @returns undefined where there is no such object; a store that cannot be reached is an error. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Removes every version of an object. @returns how many. */
  remove(key: string): Promise<number>;
  /** Removes every version of every object whose key begins so. @returns how many. */
  removeBelow(prefix: string): Promise<number>;
}

interface Archive {
  objects: ObjectStore;
  /** Milliseconds after which a folded message's text moves there. */
  afterMs: number;
  texts: TextCache;
}

/** Texts that were read from the archive lately, least lately used first. */
export interface TextCache {
  entries: Map<string, { texts: Map<string, string>; bytes: number; usedAt: number }>;
  /** What is being read now: many who want an object at once read it once. */
  loading: Map<string, Promise<Map<string, string>>>;
  maxBytes: number;
}

/** Whoever counts usage in memory for a while. */
export interface UsageCounts {
  /** Writes what was counted so far. @throws when it cannot be written; it is kept. */
  flush(): Promise<void>;
}

/** How one message reads by itself. */
export interface EmotionReading {
  emotion: Emotion;
  /** Calibrated probability that the label is right, 0 to 1; 0 for a text that says nothing. */
  confidence: number;
  /** 0 most negative, 0.5 neutral, 1 most positive. */
  valence: number;
  /** 0 calmest, 0.5 calm-neutral, 1 most excited. */
  arousal: number;
  /** Probability of each label; they sum to 1. */
  scores: Record<Emotion, number>;
  /** The words that carried it, strongest first. */
  words: EmotionWord[];
}

/** Something a message is about. */
export interface Concept {
  kind: 'topic' | 'entity';
  /** Equal for spellings of the same thing. */
  key: string;
  name: string;
  /** Salience within its text, 0 to 1. */
  weight: number;
  aliases: string[];
  /** What an entity is, where that is sure. */
  type?: EntityType;
  /** Keys of other names that the same entity may go by elsewhere: "chen" for "Dr. Chen". */
  otherKeys?: string[];
  /** True for a name told by nothing but a capital at the start of a sentence. */
  isGuess?: boolean;
}

export type EntityType = 'person' | 'place' | 'organisation' | 'product' | 'date' | 'id';

/**
 * A model outside the process whose meanings are used beside the built-in ones: it reads a text as a whole, for a call over
 * the network.
 */
export interface Embedder {
  /** Vectors of different names are not comparable. */
  name: string;
  /**
   * Unit vectors of one length, in the order of the texts. Bounded in time.
   * @throws {Error} on any failure; the caller goes on with the built-in engine.
   */
  embed(texts: string[]): Promise<Float32Array[]>;
}

/**
 * A language model of a provider outside the process. It words and reads beside the built-in engines, never in their
 * place: whoever asks it has a result already. Every call is bounded in time.
 */
export interface LanguageModel {
  /** Vendor and model, as answers name it: `anthropic/claude-haiku-4-5`. */
  name: string;
  /**
   * The sentences as one text of at most about `maxTokens`.
   * @returns `text` null for an answer that cannot be used; its tokens are spent all the same.
   * @throws {Error} on any failure, or once the signal aborts; neither its message nor its cause quotes anybody.
   */
  wordSummary(
    input: { sentences: { speaker: string; day: string; text: string }[]; maxTokens: number },
    signal?: AbortSignal,
  ): Promise<{ text: string | null; spent: SpentTokens }>;
  /**
   * How each message reads, in their order; `before` is what it answers.
   * @returns `readings` null for an answer that cannot be used: one is missing, out of range, or no word of ours.
   * @throws {Error} as `wordSummary`.
   */
  readEmotions(
    messages: { text: string; before?: string | undefined }[],
    signal?: AbortSignal,
  ): Promise<{
    readings: Pick<EmotionReading, 'emotion' | 'valence' | 'arousal'>[] | null;
    spent: SpentTokens;
  }>;
}

/** What one call cost, in the provider's tokens. */
export interface SpentTokens {
  input: number;
  output: number;
}

/** The engines, as ports: each may be replaced without the domain noticing. All are synchronous and deterministic. */
export interface Models {
  readEmotion(text: string): EmotionReading;
  /** Strongest first, a bounded number. */
  extractConcepts(text: string): Concept[];
  /** The normal form under which a topic's name is filed. */
  conceptKey(name: string): string;
  splitSentences(text: string): string[];
  /** A unit vector, or the zero vector for a text without a known word. */
  embed(text: string): Float32Array;
  /** Name and version of the model behind `embed`: vectors of different names are not comparable. */
  embeddingName: string;
  embeddingDimensions: number;
  /** The different word pieces of a text, by number; at most 512. */
  embeddingPieces(text: string): Uint16Array;
  /** How near other word pieces are to one in meaning, -1 to 1. */
  nearPiece(piece: number): (other: number) => number;
  countTokens(text: string): number;
}
