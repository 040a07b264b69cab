import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from '../redis-server.ts';

const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url));

/** One of several API processes on the same database: what a fleet calls a task. */
export interface Task {
  origin: string;
  child: ChildProcess;
  ended: Promise<number | null>;
  output(): string;
}

export async function startTask(env: Record<string, string>): Promise<Task> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'apps/api/src/main.ts', '--api-only'], {
    cwd: REPOSITORY,
    env: { ...process.env, PACT_LOG_LEVEL: 'warn', ...env, PACT_PORT: '0', PACT_HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`The task ended with ${child.exitCode}:\n${text}`);
    return text.includes('Storage');
  });
  const port = /localhost:(\d+)\/pact/.exec(text)![1];
  return { origin: `http://127.0.0.1:${port}`, child, ended, output: () => text };
}
