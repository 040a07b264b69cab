import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

const config: NextConfig = {
  output: 'export',
  // A folder with an index for each page: every file server finds it, with and without the slash.
  trailingSlash: true,
  // The SDK's door is TypeScript source.
  transpilePackages: ['@neurobloom/pact'],
  turbopack: { root: fileURLToPath(new URL('../..', import.meta.url)) },
  images: { unoptimized: true },
  poweredByHeader: false,
  // `npm run check` checks types, with the settings of the whole repository.
  typescript: { ignoreBuildErrors: true },
};

export default config;
