#!/usr/bin/env node
import { HELP, readCommand } from './command.ts';
import { serveHttp } from './http.ts';
import { Memory } from './memory.ts';
import { serveStdio } from './stdio.ts';
import { VERSION } from './version.ts';

/** How long work under way may take to end after a signal. */
const LONGEST_FAREWELL_MS = 5000;

async function main(): Promise<void> {
  const { action, ...options } = readCommand(process.argv.slice(2), process.env);
  if (action === 'help') process.stdout.write(HELP);
  else if (action === 'version') process.stdout.write(`${VERSION}\n`);
  else if (action === 'http') {
    const server = await serveHttp(options);
    closeOnSignal(() => server.close());
    // Standard output is for the protocol alone, and stays so where there is none on it.
    console.error(`PACT serves MCP at ${server.url}`);
  } else {
    const server = serveStdio(new Memory({ ...options, apiKey: options.apiKey! }));
    closeOnSignal(() => server.close());
  }
}

/** At a signal: no new work, and the end once what is under way, such as a save, is done. A second signal ends at once. */
function closeOnSignal(close: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(0), LONGEST_FAREWELL_MS).unref();
      void close();
    });
  }
}

main().catch((error: unknown) => {
  console.error(`pact-mcp: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
