import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** A message as the archive keeps it: enough to be read without the database. */
export interface ArchivedMessage {
  id: string;
  role: string;
  name: string | null;
  content: string;
  occurredAt: Date;
}

export interface EncodedObject {
  bytes: Uint8Array;
  /** SHA-256 of the bytes, hex. */
  sha256: string;
}

/** JSON lines, a message each, gzipped. */
export async function encodeObject(messages: ArchivedMessage[]): Promise<EncodedObject> {
  const lines = messages.map(({ id, role, name, content, occurredAt }) =>
    JSON.stringify({ id, role, name, content, occurred_at: occurredAt.toISOString() }),
  );
  const bytes = await compress(`${lines.join('\n')}\n`);
  return { bytes, sha256: sha256Of(bytes) };
}

/**
 * Texts by message id.
 * @throws {Error} the bytes are not those that were written.
 */
export async function decodeObject({ bytes, sha256 }: EncodedObject): Promise<Map<string, string>> {
  if (sha256Of(bytes) !== sha256) throw new Error('An object of the archive differs from its checksum');
  const lines = (await decompress(bytes)).toString('utf8').split('\n');
  return new Map(
    lines
      .filter((line) => line !== '')
      .map((line) => {
        const { id, content } = JSON.parse(line) as { id: string; content: string };
        return [id, content];
      }),
  );
}

export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Everything of a session, and nothing else, is below this. */
export const prefixOf = (workspaceId: string, sessionId: string) =>
  `${encodeURIComponent(workspaceId)}/${encodeURIComponent(sessionId)}/`;

export const keyOf = (workspaceId: string, sessionId: string, archiveId: string) =>
  `${prefixOf(workspaceId, sessionId)}${archiveId}.jsonl.gz`;
