import type { Item } from '@langchain/langgraph';
import { NotFoundError, type PACTClient, type Session } from '@neurobloom/pact';
import { LONGEST_TEXT, textsAt } from './texts.ts';

/** Under this, a session's metadata holds the value itself, and one list reads many; PACT takes 16,384 bytes. */
const MOST_METADATA_BYTES = 16_000;
/** The most messages that PACT takes in one call: texts after them are not searched. */
const MOST_MESSAGES = 1_000;
/** The speakers of an item's messages: a value too large for the metadata, and the texts that a search looks in. */
const VALUE_NAME = 'value';
export const INDEX_NAME = 'index';

/** One version of an item: a session of its own, because PACT changes no session and erases whole ones. */
export interface Version {
  readonly session: Session;
  readonly namespace: string[];
  readonly key: string;
}

export interface NewVersion {
  application: string;
  namespace: string[];
  key: string;
  value: Record<string, unknown>;
  /** Paths whose texts a search by meaning looks in. */
  paths: string[];
  /** When the item's first version was made. */
  createdAt: string | undefined;
}

/**
 * Where the items of a namespace are listed, searched and erased together: an end user of PACT named after its first two
 * labels, and marked, so that no person's memory is mixed with it.
 */
export async function groupOf(namespace: string[]): Promise<string> {
  const group = `store:${namespace.slice(0, 2).map(encodeURIComponent).join('/')}`;
  if (group.length <= 256) return group;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(group));
  return `store:sha256:${Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The versions of all items in a group, or of all in the store; newest first. */
export async function listVersions(
  client: PACTClient,
  application: string,
  group: string | undefined,
): Promise<Version[]> {
  const versions: Version[] = [];
  for await (const session of await client.listSessions({ application, userId: group, limit: 200 })) {
    const { namespace, key } = session.metadata;
    if (Array.isArray(namespace) && typeof key === 'string') versions.push({ session, namespace, key });
  }
  return versions;
}

/** Of each item its versions, newest first, in the order in which the items were first put. */
export function byItem(versions: Version[]): Version[][] {
  const items = new Map<string, Version[]>();
  for (const version of versions) {
    const address = JSON.stringify([version.namespace, version.key]);
    items.set(address, [...(items.get(address) ?? []), version]);
  }
  return [...items.values()].sort(([one], [other]) => {
    const [first, second] = [createdAt(one!), createdAt(other!)];
    if (first !== second) return first < second ? -1 : 1;
    return one!.key < other!.key ? -1 : 1;
  });
}

const createdAt = ({ session }: Version) => String(session.metadata['created_at'] ?? session.createdAt);

/** The newest of an item's versions that is whole. A half-written one is skipped; so is one erased meanwhile. */
export async function readItem(
  client: PACTClient,
  versions: Version[],
): Promise<(Item & { sessionId: string }) | null> {
  for (const version of versions) {
    const text = await valueText(client, version.session);
    if (text === undefined) continue;
    const { session, namespace, key } = version;
    return {
      sessionId: session.sessionId,
      namespace,
      key,
      value: JSON.parse(text),
      createdAt: new Date(createdAt(version)),
      updatedAt: new Date(String(session.metadata['updated_at'] ?? session.createdAt)),
    };
  }
  return null;
}

async function valueText(client: PACTClient, { sessionId, metadata }: Session): Promise<string | undefined> {
  if (typeof metadata['value'] === 'string') return metadata['value'];
  return unlessGone(async () => {
    const { data } = await client.listMessages(sessionId, { limit: 1 });
    return data[0]?.name === VALUE_NAME ? data[0].content : undefined;
  });
}

/** Writes a version whole. Until it returns, readers may still see the version before. */
export async function writeVersion(client: PACTClient, version: NewVersion): Promise<void> {
  const { application, namespace, key, value, paths } = version;
  const text = JSON.stringify(value);
  const now = new Date().toISOString();
  const metadata = {
    application,
    user_id: await groupOf(namespace),
    namespace,
    key,
    created_at: version.createdAt ?? now,
    updated_at: now,
  };
  const isSmall = byteLength({ ...metadata, value: text }) <= MOST_METADATA_BYTES;
  if (!isSmall && text.length > LONGEST_TEXT) {
    throw new Error(
      `The value of ${JSON.stringify(key)} has ${text.length} characters as JSON; PACT stores ${LONGEST_TEXT} at most.`,
    );
  }
  const { sessionId } = await client.createSession({
    metadata: isSmall ? { ...metadata, value: text } : metadata,
    trackEmotion: false,
    consolidationThreshold: 1_000,
    tokenThreshold: 1_000_000,
  });
  const messages = [
    ...(isSmall ? [] : [{ role: 'tool' as const, name: VALUE_NAME, content: text }]),
    ...textsAt(value, paths).map((content) => ({ role: 'tool' as const, name: INDEX_NAME, content })),
  ];
  if (messages.length === 0) return;
  try {
    await client.saveMessages(sessionId, { messages: messages.slice(0, MOST_MESSAGES) });
  } catch (error) {
    // Refused here, the put must not be seen by readers; what stopped it is told, not what may stop this.
    await client.deleteSession(sessionId).catch(() => undefined);
    throw error;
  }
}

const byteLength = (value: object) => new TextEncoder().encode(JSON.stringify(value)).length;

/** Erases versions from every store of PACT. */
export async function erase(client: PACTClient, versions: Version[]): Promise<void> {
  for (const { session } of versions) {
    await unlessGone(() => client.deleteSession(session.sessionId));
  }
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
