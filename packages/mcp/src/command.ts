import { parseArgs } from 'node:util';
import { PACTError } from '@neurobloom/pact';

/** What the command line and the environment ask for. */
export interface Command {
  action: 'help' | 'version' | 'stdio' | 'http';
  host: string | undefined;
  port: number | undefined;
  allowedHosts: string[] | undefined;
  shareKey: boolean;
  apiKey: string | undefined;
  baseUrl: string | undefined;
  user: string | undefined;
  session: string | undefined;
}

export const HELP = `pact-mcp: the memory of PACT for any agent that speaks MCP.

  pact-mcp                     serve over stdio: what an agent's configuration starts
  pact-mcp --http              serve over Streamable HTTP, at http://127.0.0.1:3333/mcp

  --user <id>                  whose memory it is: the end user's id (PACT_USER_ID; default: default)
  --session <name>             one ongoing memory of several, such as a project's (PACT_SESSION)
  --help, --version

With --http:
  --port <number>              default 3333
  --host <address>             default 127.0.0.1
  --allowed-host <name>        a name under which clients reach the server; may be repeated
  --share-key                  lend PACT_API_KEY to whoever brings no key of their own

Environment:
  PACT_API_KEY                 your key: sk_test_... or sk_prod_...
  PACT_BASE_URL                default https://api.neurobloom.ai/pact/v1

Over HTTP each caller brings a key (Authorization: Bearer sk_...), and may name a user (X-Pact-User) and a
session (X-Pact-Session) where the command line does not.
`;

/**
 * Reads the command line, without the program's name, and the environment. An empty variable is as good as none.
 *
 * @throws {PACTError} One sentence about what is not right.
 */
export function readCommand(args: string[], environment: Record<string, string | undefined>): Command {
  const values = valuesOf(args);
  const action = values.help ? 'help' : values.version ? 'version' : values.http ? 'http' : 'stdio';
  const apiKey = environment['PACT_API_KEY']?.trim() || undefined;
  if (action === 'stdio') {
    const stray = (['port', 'host', 'allowed-host', 'share-key'] as const).find(
      (name) => values[name] !== undefined,
    );
    if (stray) throw new PACTError(`--${stray} needs --http.`);
    if (!apiKey) throw new PACTError('There is no API key: set PACT_API_KEY in the environment of pact-mcp.');
  }
  return {
    action,
    host: values.host,
    port: portOf(values.port),
    allowedHosts: values['allowed-host'],
    shareKey: values['share-key'] ?? false,
    apiKey,
    baseUrl: environment['PACT_BASE_URL'] || undefined,
    user: values.user || environment['PACT_USER_ID'] || undefined,
    session: values.session || environment['PACT_SESSION'] || undefined,
  };
}

function valuesOf(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
        http: { type: 'boolean' },
        host: { type: 'string' },
        port: { type: 'string' },
        'allowed-host': { type: 'string', multiple: true },
        'share-key': { type: 'boolean' },
        user: { type: 'string' },
        session: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new PACTError(`${(error as Error).message.split('\n')[0]} See pact-mcp --help.`);
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new PACTError(`--port ${JSON.stringify(text)} is not a port.`);
  return port;
}
