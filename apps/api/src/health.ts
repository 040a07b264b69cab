import { timestamp } from '@pact/core';
import { z } from 'zod';
import type { Services } from './services.ts';
import { VERSION } from './version.ts';

const ServiceHealth = z.enum(['healthy', 'degraded', 'unavailable', 'disabled']);

export const Health = z
  .object({
    status: ServiceHealth,
    version: z.string(),
    timestamp: timestamp(),
    services: z.object({ database: ServiceHealth, cache: ServiceHealth, llmApi: ServiceHealth }),
  })
  .meta({ id: 'Health' });

const PING_TIMEOUT_MS = 2_000;

/**
 * Whether this process can serve: it can when its database answers. A replica that does not leaves its work to the primary:
 * the database is degraded, the service is not.
 */
export async function checkHealth({ connection, domain, redis }: Services): Promise<z.output<typeof Health>> {
  const answered = await Promise.race([
    connection.ping().then(
      () => true,
      () => false,
    ),
    new Promise<false>((resolve) => setTimeout(resolve, PING_TIMEOUT_MS, false).unref()),
  ]);
  const replicaIsGone = connection.replica?.isAnswering() === false;
  const database = !answered ? 'unavailable' : replicaIsGone ? 'degraded' : 'healthy';
  return {
    status: answered ? 'healthy' : 'unavailable',
    version: VERSION,
    timestamp: domain.now().toISOString(),
    services: { database, cache: cacheHealth(redis), llmApi: 'disabled' },
  };
}

/** Without Redis answers are right, only slower and each process for itself: degraded, never unavailable. */
function cacheHealth(redis: Services['redis']) {
  if (!redis) return 'disabled';
  return redis.status === 'ready' ? 'healthy' : 'degraded';
}
