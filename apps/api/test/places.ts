import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectStore } from '@pact/core';
import { createFolderStore } from '../src/archive/folder.ts';
import { createBucketStore } from '../src/archive/s3.ts';

/** A real place for the archive, which a test can take away and look into. */
export interface Place {
  objects: ObjectStore;
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  /** Everything that is stored, old versions too. */
  contents(): Promise<Buffer[]>;
  /** What somebody else did to every object: an old version and a delete marker, where the place has such. */
  clutter?(): Promise<void>;
  close(): Promise<void>;
}

const S3_ENDPOINT = process.env['PACT_TEST_S3_ENDPOINT'];

/** Every place that this machine has. */
export const PLACES: [string, () => Promise<Place>][] = [
  ['a folder', folderPlace],
  ...(S3_ENDPOINT
    ? [['a bucket with versions', () => bucketPlace(S3_ENDPOINT)] as [string, () => Promise<Place>]]
    : []),
];

async function folderPlace(): Promise<Place> {
  const parent = await mkdtemp(join(tmpdir(), 'pact-archive-'));
  const root = join(parent, 'archive');
  const away = join(parent, 'away');
  return {
    objects: await createFolderStore(root),
    takeAway: () => rename(root, away),
    bringBack: () => rename(away, root),
    contents: async () => {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
    },
    close: () => rm(parent, { recursive: true, force: true }),
  };
}

async function bucketPlace(server: string): Promise<Place> {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  process.env['AWS_REGION'] ??= 'eu-central-1';
  const client = new S3Client({ endpoint: server, forcePathStyle: true });
  const Bucket = `pact-test-${Date.now()}-${Math.floor(Math.random() * 1e9)}`;
  await client.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
  );
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  const line = await lineTo(new URL(server));
  const endpoint = `http://127.0.0.1:${line.port}`;
  const versions = async () => (await client.send(new ListObjectVersionsCommand({ Bucket }))).Versions ?? [];
  return {
    objects: createBucketStore({ bucket: Bucket, prefix: 'below/', endpoint }),
    takeAway: line.cut,
    bringBack: line.mend,
    contents: async () =>
      Promise.all(
        (await versions()).map(async ({ Key, VersionId }) => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
          return Buffer.from(await Body!.transformToByteArray());
        }),
      ),
    clutter: async () => {
      for (const { Key } of await versions()) {
        await client.send(new DeleteObjectCommand({ Bucket, Key }));
      }
    },
    close: async () => {
      await line.cut().catch(() => {});
      client.destroy();
    },
  };
}

/** The way to a server, which a test can cut and mend. */
async function lineTo(target: URL): Promise<{ port: number; cut(): Promise<void>; mend(): Promise<void> }> {
  const open = new Set<Socket>();
  const forward = (near: Socket) => {
    const far = connectSocket(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
    near.pipe(far).pipe(near);
  };
  let server: Server;
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server = createServer(forward).listen(port, '127.0.0.1', () => {
        resolve((server.address() as { port: number }).port);
      });
    });
  const port = await listen(0);
  return {
    port,
    cut: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
    mend: async () => void (await listen(port)),
  };
}
