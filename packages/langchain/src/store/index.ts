import {
  BaseStore,
  type GetOperation,
  type Item,
  type ListNamespacesOperation,
  type Operation,
  type OperationResults,
  type PutOperation,
  type SearchOperation,
} from '@langchain/langgraph';
import { PACTClient } from '@neurobloom/pact';
import { beginsWith, passes, select } from './filter.ts';
import {
  byItem,
  erase,
  groupOf,
  INDEX_NAME,
  listVersions,
  readItem,
  type Version,
  writeVersion,
} from './versions.ts';

/** The most results of one recall. */
const MOST_RESULTS = 100;

/** How a store reaches PACT, and what of its items is searched by meaning. */
export interface PACTStoreFields {
  /** Default: a new client, which reads `PACT_API_KEY`. */
  client?: PACTClient | undefined;
  /** Keeps stores of one workspace apart. Default `langgraph-store`. */
  application?: string | undefined;
  /** Paths of a value whose texts a search by meaning looks in, unless a put says otherwise. Default `['$']`: all of it. */
  fields?: string[] | undefined;
}

type FoundItem = Item & { sessionId: string; score?: number };
type FoundSearchItem = Item & { score?: number };

/**
 * LangGraph's long-term store, kept in PACT, searched by meaning without an embedding model of your own.
 *
 *     const agent = createAgent({ model, tools, store: new PACTStore() });
 *
 * What is put is read at once. Each version of an item is a session of PACT: overwriting writes the new one and then erases
 * those before it, deleting erases them all, in every store of PACT. Of two puts at the same time the later one stays.
 * Reading lists the items of a namespace's first two labels, 200 a request; a search or listing whose prefix has
 * fewer than two labels lists the whole store. A value has 200,000 characters as JSON at most. A search with a query scores
 * the 100 texts that fit best; other items follow without a score.
 *
 * When PACT cannot be reached, or refuses, the operation rejects with the client's error: nothing is lost silently.
 */
export class PACTStore extends BaseStore {
  readonly #client: PACTClient;
  readonly #application: string;
  readonly #paths: string[];

  constructor({ client, application, fields }: PACTStoreFields = {}) {
    super();
    this.#client = client ?? new PACTClient();
    this.#application = application ?? 'langgraph-store';
    this.#paths = fields ?? ['$'];
  }

  /** Reads see the store as it was before the batch; of several puts to one item the last one counts. */
  override async batch<Operations extends Operation[]>(
    operations: Operations,
  ): Promise<OperationResults<Operations>> {
    const results: unknown[] = [];
    const puts = new Map<string, PutOperation>();
    for (const operation of operations) {
      if ('namespacePrefix' in operation) results.push(await this.#search(operation));
      else if ('value' in operation) {
        puts.set(JSON.stringify([operation.namespace, operation.key]), operation);
        results.push(undefined);
      } else if ('key' in operation) results.push(await this.#get(operation));
      else results.push(await this.#listNamespaces(operation));
    }
    for (const put of puts.values()) await this.#put(put);
    return results as OperationResults<Operations>;
  }

  async #get(operation: GetOperation): Promise<Item | null> {
    const item = await readItem(this.#client, await this.#versionsOf(operation));
    return item && withoutSession(item);
  }

  async #put({ namespace, key, value, index }: PutOperation): Promise<void> {
    const older = await this.#versionsOf({ namespace, key });
    if (value !== null) {
      await writeVersion(this.#client, {
        application: this.#application,
        namespace,
        key,
        value,
        paths: index === false ? [] : (index ?? this.#paths),
        createdAt: older[0] && String(older[0].session.metadata['created_at'] ?? older[0].session.createdAt),
      });
    }
    await erase(this.#client, older);
  }

  async #versionsOf({ namespace, key }: GetOperation): Promise<Version[]> {
    const versions = await listVersions(this.#client, this.#application, await groupOf(namespace));
    return versions.filter(
      (version) =>
        version.key === key &&
        version.namespace.length === namespace.length &&
        beginsWith(version.namespace, namespace),
    );
  }

  async #search(operation: SearchOperation): Promise<FoundSearchItem[]> {
    const { namespacePrefix: prefix, filter, query, offset = 0, limit = 10 } = operation;
    const group = prefix.length >= 2 ? await groupOf(prefix) : undefined;
    const versions = await listVersions(this.#client, this.#application, group);
    const below = byItem(versions.filter(({ namespace }) => beginsWith(namespace, prefix)));
    const items: FoundItem[] = [];
    for (const item of below) {
      const whole = await readItem(this.#client, item);
      if (whole && passes(whole.value, filter)) items.push(whole);
    }
    const ranked = query ? await this.#rank(items, query, group ?? onlyGroup(below)) : items;
    return ranked.slice(offset, offset + limit).map(withoutSession);
  }

  /** Best first; items without a text that answers keep their order behind them. */
  async #rank(items: FoundItem[], query: string, userId: string | undefined): Promise<FoundItem[]> {
    const { results } = await this.#client.recall({
      query: query.slice(0, 4_000).toWellFormed(),
      userId,
      limit: MOST_RESULTS,
      filters: { roles: ['tool'] },
    });
    const scores = new Map<string, number>();
    for (const { message, sessionId, score } of results) {
      if (message.name === INDEX_NAME && !scores.has(sessionId)) scores.set(sessionId, score);
    }
    const scored = items.flatMap((item) => {
      const score = scores.get(item.sessionId);
      return score === undefined ? [] : [{ ...item, score }];
    });
    const others = items.filter(({ sessionId }) => !scores.has(sessionId));
    return [...scored.sort((one, other) => other.score - one.score), ...others];
  }

  async #listNamespaces(operation: ListNamespacesOperation): Promise<string[][]> {
    const versions = await listVersions(this.#client, this.#application, undefined);
    return select(
      versions.map(({ namespace }) => namespace),
      operation,
    );
  }
}

/** The one group that the items are of, if it is one. */
function onlyGroup(items: Version[][]): string | undefined {
  const groups = new Set(items.flat().map(({ session }) => String(session.metadata['user_id'])));
  return groups.size === 1 ? [...groups][0] : undefined;
}

function withoutSession({ sessionId: _, ...item }: FoundItem): FoundSearchItem {
  return item;
}
