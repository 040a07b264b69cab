import { createHash } from 'node:crypto';
import { NotFoundError, PACTClient, PACTError, type Session } from '@neurobloom/pact';

/** Whose memory is served, where none is named. */
const DEFAULT_USER = 'default';

/** Marks the sessions that this server opened, in their metadata. */
const APPLICATION = 'pact-mcp';

/** Agents give a tool a minute: all three attempts fit into it, so that they hear what is wrong. */
const TIMEOUT_MS = 15_000;

/** Whose memory an agent gets, and the key it is reached with. */
export interface MemoryOptions {
  /** An API key of PACT: `sk_test_…` or `sk_prod_…`. */
  apiKey: string;
  /** Up to and with `/pact/v1`. Default: `PACT_BASE_URL` of the environment, or the production service. */
  baseUrl?: string | undefined;
  /** The end user whose memory it is, at most 256 characters. Default `default`. */
  user?: string | undefined;
  /** Names one of the user's ongoing sessions, such as a project's, at most 256 characters. Default: the unnamed one. */
  session?: string | undefined;
}

/**
 * One user's memory: all sessions of that user, and the one that goes on when none is named. No session of anybody else
 * can be read, added to or erased through it.
 *
 * @throws {PACTError} An option cannot be one.
 */
export class Memory {
  readonly pact: PACTClient;
  readonly user: string;
  readonly session: string | undefined;
  /** The ongoing session's own id: whoever opens it second is given the first one's. */
  readonly #externalId: string;
  #ongoing: string | undefined;

  constructor({ apiKey, baseUrl, user, session }: MemoryOptions) {
    this.pact = new PACTClient({ apiKey, baseUrl, timeoutMs: TIMEOUT_MS });
    this.user = user || DEFAULT_USER;
    this.session = session || undefined;
    for (const [what, name] of [
      ['user', this.user],
      ['session', this.session ?? ''],
    ] as const) {
      if (name.length > 256) throw new PACTError(`The name of the ${what} is longer than 256 characters.`);
    }
    // Hashed, so that two names can neither run into one another nor into the limit of an id.
    const names = JSON.stringify([this.user, this.session ?? null]);
    this.#externalId = `${APPLICATION}:${createHash('sha256').update(names).digest('base64url')}`;
  }

  /** Whether it is the session that goes on when none is named. */
  isOngoing(session: Session): boolean {
    return session.externalId === this.#externalId;
  }

  /**
   * Does something with a session of the user: the one with the id, or the ongoing one; without one there, `undefined`.
   *
   * @throws {PACTError} The id is of no session of the user.
   */
  async reading<T>(sessionId: string | undefined, read: (id: string) => Promise<T>): Promise<T | undefined> {
    if (sessionId !== undefined) return read(await this.#owned(sessionId));
    return this.#withOngoing(async () => {
      this.#ongoing ??= await this.#findOngoing();
      return this.#ongoing === undefined ? undefined : read(this.#ongoing);
    });
  }

  /**
   * As `reading`, but the ongoing session is opened where it is not there yet.
   *
   * @throws {PACTError} The id is of no session of the user.
   */
  async writing<T>(sessionId: string | undefined, write: (id: string) => Promise<T>): Promise<T> {
    if (sessionId !== undefined) return write(await this.#owned(sessionId));
    return this.#withOngoing(async () => {
      this.#ongoing ??= await this.#openOngoing();
      return write(this.#ongoing);
    });
  }

  /** Forgets which session is the ongoing one, after it was erased. */
  forgetOngoing(): void {
    this.#ongoing = undefined;
  }

  /** Tries again where the session that was known is gone: somebody else may have erased it. */
  async #withOngoing<T>(work: () => Promise<T>): Promise<T> {
    const wasKnown = this.#ongoing !== undefined;
    try {
      return await work();
    } catch (error) {
      if (!wasKnown || !(error instanceof NotFoundError)) throw error;
      this.forgetOngoing();
      return work();
    }
  }

  async #openOngoing(): Promise<string> {
    const { sessionId } = await this.pact.createSession({
      externalId: this.#externalId,
      metadata: {
        user_id: this.user,
        application: APPLICATION,
        ...(this.session !== undefined && { session: this.session }),
      },
    });
    return sessionId;
  }

  async #findOngoing(): Promise<string | undefined> {
    const sessions = await this.pact.listSessions({
      userId: this.user,
      application: APPLICATION,
      limit: 200,
    });
    for await (const session of sessions) if (this.isOngoing(session)) return session.sessionId;
    return undefined;
  }

  async #owned(sessionId: string): Promise<string> {
    const none = `There is no session ${JSON.stringify(sessionId)} of the user ${JSON.stringify(this.user)}.`;
    const session = await this.pact.getSession(sessionId).catch((error) => {
      throw error instanceof NotFoundError ? new PACTError(none) : error;
    });
    if (session.metadata['user_id'] !== this.user) throw new PACTError(none);
    return sessionId;
  }
}
