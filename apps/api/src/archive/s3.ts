import { createHash } from 'node:crypto';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  NoSuchKey,
  type ObjectIdentifier,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectStore } from '@pact/core';

const CONNECT_TIMEOUT_MS = 2_000;
/** Longest that one request may take; objects are a few megabytes. */
const REQUEST_TIMEOUT_MS = 15_000;
const MAX_ATTEMPTS = 2;

export interface BucketSettings {
  bucket: string;
  /** Before every key; empty, or with a slash at its end. */
  prefix: string;
  /** Where S3 is, when it is not AWS's own; region and credentials come as the SDK finds them. */
  endpoint: string | undefined;
}

/** Objects in a bucket of S3, with versions or without. */
export function createBucketStore({ bucket, prefix, endpoint }: BucketSettings): ObjectStore {
  const client = new S3Client({
    ...(endpoint ? { endpoint, forcePathStyle: isLoopback(endpoint) } : {}),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  const removeAll = async (below: string, isWanted: (key: string) => boolean) => {
    let removed = 0;
    // Until a listing is empty: while one is being removed, another may arrive.
    for (;;) {
      const found = await listVersions(client, { bucket, prefix: below });
      const wanted = found.filter(({ identifier }) => isWanted(identifier.Key!));
      if (wanted.length === 0) return removed;
      await removeVersions(
        client,
        bucket,
        wanted.map(({ identifier }) => identifier),
      );
      removed += wanted.filter(({ isObject }) => isObject).length;
    }
  };
  return {
    put: async (key, bytes) => {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: prefix + key,
          Body: bytes,
          ContentType: 'application/gzip',
          ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
        }),
      );
    },
    get: async (key) => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key }));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    remove: (key) => removeAll(prefix + key, (found) => found === prefix + key),
    removeBelow: (below) => removeAll(prefix + below, () => true),
  };
}

interface Version {
  identifier: ObjectIdentifier;
  /** False for a marker that an object was deleted. */
  isObject: boolean;
}

/** The first thousand versions and delete markers below a prefix: as many as one request removes. */
async function listVersions(
  client: S3Client,
  { bucket, prefix }: { bucket: string; prefix: string },
): Promise<Version[]> {
  const { Versions = [], DeleteMarkers = [] } = await client.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, MaxKeys: 1_000 }),
  );
  const versionOf =
    (isObject: boolean) => (entry: { Key?: string | undefined; VersionId?: string | undefined }) => ({
      identifier: { Key: entry.Key, VersionId: entry.VersionId },
      isObject,
    });
  return [...Versions.map(versionOf(true)), ...DeleteMarkers.map(versionOf(false))];
}

async function removeVersions(client: S3Client, bucket: string, versions: ObjectIdentifier[]): Promise<void> {
  const { Errors = [] } = await client.send(
    new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: versions, Quiet: true } }),
  );
  if (Errors.length > 0)
    throw new Error(`The bucket did not remove ${Errors.length} objects: ${Errors[0]!.Code}`);
}

/** A server on this machine has no name for each bucket. */
const isLoopback = (endpoint: string) =>
  ['localhost', '127.0.0.1', '[::1]'].includes(new URL(endpoint).hostname);
