import { connect } from '@pact/db';
import { pino } from 'pino';
import { parseEnv } from './env.ts';
import { refuseToStart } from './process.ts';
import { openQueue } from './queue.ts';

const USAGE = 'Usage: npm run jobs -- list-dead | retry ID';

/** `npm run jobs`: shows the jobs that failed every time, and gives one its attempts again. */
async function main(): Promise<void> {
  const [command, id] = process.argv.slice(2).filter((argument) => argument !== '--jobs');
  const isKnown = command === 'list-dead' || (command === 'retry' && id);
  if (!isKnown) throw new UsageError(USAGE);
  const env = parseEnv(process.env);
  const connection = await connect({ databaseUrl: env.databaseUrl, dataDir: env.dataDir });
  const queue = await openQueue(connection, pino({ level: 'silent' }));
  try {
    if (command === 'list-dead') {
      const dead = await queue.dead();
      for (const { id: jobId, job, failedAt, failure } of dead) {
        console.log(`${jobId}  ${failedAt}  ${JSON.stringify(job)}  ${failure}`);
      }
      console.log(`${dead.length} dead`);
    } else if (!(await queue.retry(id!))) {
      throw new UsageError(`There is no dead job ${id}.`);
    }
  } finally {
    await queue.close();
    await connection.close();
  }
}

class UsageError extends Error {}

main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) refuseToStart(error);
  console.error(error.message);
  process.exit(1);
});
