import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** What a page that uses each of them carries, as the text of a module in `bench`. */
const PROGRAMS: Record<string, string> = {
  '@neurobloom/pact, its client': `export { PACTClient } from '@neurobloom/pact';`,
  '@neurobloom/pact, one error': `export { NotFoundError } from '@neurobloom/pact';`,
  '@trpc/client, batches': `
    import { createTRPCClient, httpBatchLink } from '@trpc/client';
    export const client = (url) => createTRPCClient({ links: [httpBatchLink({ url })] });`,
  '@trpc/client, batches and subscriptions': `
    import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from '@trpc/client';
    import { EventSource } from 'eventsource';
    export const client = (url) => createTRPCClient({ links: [splitLink({
      condition: ({ type }) => type === 'subscription',
      true: httpSubscriptionLink({ url, EventSource }),
      false: httpBatchLink({ url }),
    })] });`,
  'our parser of event streams': `export * from '../packages/sdk/src/event-parser.ts';`,
  'eventsource-parser': `export { createParser } from 'eventsource-parser';`,
};

interface Bundle {
  name: string;
  minified: number;
  gzipped: number;
}

/** Bytes of each, bundled and minified for a browser. */
export function measureBundles(): Promise<Bundle[]> {
  return Promise.all(
    Object.entries(PROGRAMS).map(async ([name, contents]) => {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: `${REPOSITORY}bench`, loader: 'js' },
        bundle: true,
        minify: true,
        write: false,
        format: 'esm',
        platform: 'browser',
        target: 'es2022',
      });
      const [file] = outputFiles;
      return { name, minified: file!.contents.length, gzipped: gzipSync(file!.contents).length };
    }),
  );
}
