/** An answer as it is kept: the bytes that are sent, and what serving them counts for. */
export interface Kept {
  body: Buffer;
  tokensServed: number;
  /** Tokens of the whole session that did not have to be sent. */
  tokensSaved: number;
}

/** A session of a workspace, in a form that no other session shares. */
export interface SessionName {
  workspaceId: string;
  sessionId: string;
}

/** What is found for an answer. */
export interface Look {
  /** Changes whenever the session may have: equal ones mean that nothing was written between them. */
  version: string;
  kept: Kept | undefined;
  /** True while somebody changes the session: what is read now may be old in a moment. */
  isBusy: boolean;
}

/** A change of a session that has begun. */
export interface Change {
  /** Answers that somebody read since the change before: at most two, the latest first. */
  read: string[];
  /**
   * The change is over.
   * @param isUncertain the database did not say how it ended: it may come to effect a little later.
   */
  end(isUncertain: boolean): Promise<void>;
  /** Resolves when no process believes a copy from before the change any more. To be awaited after `end`. */
  settled(): Promise<void>;
}

/** Where answers are kept. None of this throws: a store that is away has nothing, and takes nothing. */
export interface AnswerStore {
  /** @returns undefined while the store is away, or not to be trusted. */
  look(session: SessionName, answer: string): Promise<Look | undefined>;
  /**
   * Keeps an answer that was read from the database after `look` gave this version.
   * @param isRead somebody asked for it; otherwise it was made ready unasked.
   * @returns false, and keeps nothing, when the session has changed since or is being changed.
   */
  fill(
    session: SessionName,
    answer: string,
    what: { version: string; kept: Kept; isRead: boolean },
  ): Promise<boolean>;
  /** Forgets what is kept of the session, and takes nothing until the change is over. */
  begin(session: SessionName): Promise<Change>;
}

/** The largest answer that is kept, in bytes: one session must not push a thousand others out. */
export const MAX_KEPT_BYTES = 1024 * 1024;
/** Answers of one session that are kept: formats and budgets that are in use together. */
export const MAX_ANSWERS = 8;
/** Answers that a change makes ready again. */
export const MAX_REMADE = 2;

/** Keeps nothing: every answer comes from the database. */
export const NO_STORE: AnswerStore = {
  look: async () => undefined,
  fill: async () => false,
  begin: async () => ({ read: [], end: async () => {}, settled: async () => {} }),
};
