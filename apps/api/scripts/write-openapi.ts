import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../src/openapi.ts';

/** The document that the clients are generated from: a file, so that they need nothing of the server. */
writeFileSync(
  new URL('../../../packages/sdk/openapi.json', import.meta.url),
  `${JSON.stringify(openApiDocument(), null, 2)}\n`,
);
