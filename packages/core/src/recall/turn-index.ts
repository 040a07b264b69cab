import { CUES } from './cues.ts';

/** One turn as the index takes it in. */
export interface IndexedTurn {
  id: string;
  sessionId: string;
  sequence: number;
  role: number;
  speaker: string;
  at: number;
  tokens: number;
  features: TurnFeatures;
  given?: GivenMeaning;
}

/** What a model outside the process made of a turn; filled in when it has answered. Shared by all indexes of the turn. */
export interface GivenMeaning {
  model?: string;
  /** A unit vector times 127. */
  vector?: Int8Array;
}

/** What is read from a turn's text once, when it is saved. */
export interface TurnFeatures {
  /** Hashes of its terms, in order. */
  terms: Uint32Array;
  /** Its different word pieces, as the embedding numbers them. */
  pieces: Uint16Array;
  /** Its meaning: a unit vector times 127; empty for a text without a known word. */
  vector: Int8Array;
  cues: number;
}

/** Roles by the number that the index keeps for them. */
export const ROLES = ['user', 'assistant', 'system', 'tool'] as const;

/** Silence after which a conversation counts as taken up anew. */
const EPISODE_GAP_MS = 3 * 3_600_000;

/**
 * A forward index of turns in the order of the conversation, append-only, in flat arrays: a turn costs about 400 bytes,
 * and a query reads all of them faster than a database would answer for their inverted lists.
 */
export class TurnIndex {
  readonly dimensions: number;
  readonly embeddingName: string;
  readonly ids: string[] = [];
  readonly sessionIds: string[] = [];
  readonly speakers: string[] = [];
  readonly given: GivenMeaning[] = [];
  /** Terms of each episode's turns together. */
  readonly episodeTerms: number[] = [];
  /** Turns and terms by role: what a chat is like, without walking it. */
  readonly turnsOfRole = [0, 0, 0, 0];
  readonly termsOfRole = [0, 0, 0, 0];
  /** Turns of the role `assistant` whose speaker has a name. */
  namedAssistantTurns = 0;
  /** True: some turns stand without their features, because the text that these are read from was out of reach. */
  isPartial = false;
  length = 0;
  episodes = 0;
  sequences = new Int32Array(64);
  roles = new Uint8Array(64);
  speakerOf = new Uint16Array(64);
  cues = new Uint8Array(64);
  tokens = new Int32Array(64);
  at = new Float64Array(64);
  episodeOf = new Int32Array(64);
  /** Turn i's terms are `terms[termEnds[i - 1] … termEnds[i])`. */
  termEnds = new Uint32Array(64);
  terms = new Uint32Array(1_024);
  pieceEnds = new Uint32Array(64);
  pieces = new Uint16Array(1_024);
  vectors: Int8Array;
  private readonly speakerNumbers = new Map<string, number>();

  constructor(models: { embeddingName: string; embeddingDimensions: number }) {
    this.embeddingName = models.embeddingName;
    this.dimensions = models.embeddingDimensions;
    this.vectors = new Int8Array(64 * this.dimensions);
  }

  append(turn: IndexedTurn): void {
    const i = this.length;
    const { terms, pieces, vector, cues } = turn.features;
    const start = i === 0 ? 0 : this.termEnds[i - 1]!;
    const startOfPieces = i === 0 ? 0 : this.pieceEnds[i - 1]!;
    this.reserve(i + 1, start + terms.length, startOfPieces + pieces.length);
    this.ids.push(turn.id);
    this.sessionIds.push(turn.sessionId);
    this.given.push(turn.given ?? {});
    this.sequences[i] = turn.sequence;
    this.roles[i] = turn.role;
    this.speakerOf[i] = this.numberOf(turn.speaker);
    this.cues[i] = cues;
    this.tokens[i] = turn.tokens;
    this.at[i] = turn.at;
    this.terms.set(terms, start);
    this.termEnds[i] = start + terms.length;
    this.pieces.set(pieces, startOfPieces);
    this.pieceEnds[i] = startOfPieces + pieces.length;
    if (vector.length === this.dimensions) this.vectors.set(vector, i * this.dimensions);
    if (i === 0 || this.startsEpisode(i)) this.episodes += 1;
    const episode = this.episodes - 1;
    this.episodeOf[i] = episode;
    this.episodeTerms[episode] = (this.episodeTerms[episode] ?? 0) + terms.length;
    this.turnsOfRole[turn.role]! += 1;
    this.termsOfRole[turn.role]! += terms.length;
    if (turn.role === ROLES.indexOf('assistant') && turn.speaker !== 'assistant')
      this.namedAssistantTurns += 1;
    this.length += 1;
  }

  /** Takes over all turns of another index: a scope of several sessions is ranked as one. */
  appendAll(other: TurnIndex): void {
    for (let i = 0; i < other.length; i += 1) {
      const from = i * other.dimensions;
      this.append({
        id: other.ids[i]!,
        sessionId: other.sessionIds[i]!,
        sequence: other.sequences[i]!,
        role: other.roles[i]!,
        speaker: other.speakers[other.speakerOf[i]!]!,
        at: other.at[i]!,
        tokens: other.tokens[i]!,
        given: other.given[i]!,
        features: {
          terms: other.termsAt(i),
          pieces: other.piecesAt(i),
          vector: other.vectors.subarray(from, from + other.dimensions),
          cues: other.cues[i]!,
        },
      });
    }
  }

  /** Number of a turn's terms. */
  lengthOf(i: number): number {
    return this.termEnds[i]! - (i === 0 ? 0 : this.termEnds[i - 1]!);
  }

  termsAt(i: number): Uint32Array {
    return this.terms.subarray(i === 0 ? 0 : this.termEnds[i - 1]!, this.termEnds[i]!);
  }

  piecesAt(i: number): Uint16Array {
    return this.pieces.subarray(i === 0 ? 0 : this.pieceEnds[i - 1]!, this.pieceEnds[i]!);
  }

  has(i: number, cue: keyof typeof CUES): boolean {
    return (this.cues[i]! & CUES[cue]) !== 0;
  }

  /** Bytes that the arrays hold; ids come on top. */
  get byteLength(): number {
    const given = this.given[0]?.vector ? this.length * this.given[0].vector.length : 0;
    const arrays = this.vectors.byteLength + this.terms.byteLength + this.pieces.byteLength;
    return arrays + given + this.sequences.length * 38;
  }

  private startsEpisode(i: number): boolean {
    if (this.sessionIds[i] !== this.sessionIds[i - 1]) return true;
    return Math.abs(this.at[i]! - this.at[i - 1]!) > EPISODE_GAP_MS;
  }

  private numberOf(speaker: string): number {
    let number = this.speakerNumbers.get(speaker);
    if (number === undefined) {
      number = this.speakers.push(speaker) - 1;
      this.speakerNumbers.set(speaker, number);
    }
    return number;
  }

  private reserve(turns: number, terms: number, pieces: number): void {
    if (turns > this.sequences.length) {
      const capacity = this.sequences.length * 2;
      this.sequences = grown(this.sequences, capacity);
      this.roles = grown(this.roles, capacity);
      this.speakerOf = grown(this.speakerOf, capacity);
      this.cues = grown(this.cues, capacity);
      this.tokens = grown(this.tokens, capacity);
      this.at = grown(this.at, capacity);
      this.episodeOf = grown(this.episodeOf, capacity);
      this.termEnds = grown(this.termEnds, capacity);
      this.pieceEnds = grown(this.pieceEnds, capacity);
      this.vectors = grown(this.vectors, capacity * this.dimensions);
    }
    if (pieces > this.pieces.length)
      this.pieces = grown(this.pieces, Math.max(pieces, this.pieces.length * 2));
    if (terms > this.terms.length) this.terms = grown(this.terms, Math.max(terms, this.terms.length * 2));
  }
}

function grown<Values extends { length: number; set(values: Values): void }>(
  values: Values,
  length: number,
): Values {
  const larger = new (values.constructor as new (length: number) => Values)(length);
  larger.set(values);
  return larger;
}

/** Indexes of the sessions asked for lately, least lately used first. */
export interface IndexCache {
  entries: Map<string, { index: TurnIndex; usedAt: number }>;
  /** What all of them may hold. */
  maxBytes: number;
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

export function createIndexCache(maxBytes = DEFAULT_MAX_BYTES): IndexCache {
  return { entries: new Map(), maxBytes };
}
