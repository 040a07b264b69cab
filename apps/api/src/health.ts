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
export async function checkHealth(services: Services): Promise<z.output<typeof Health>> {
  const { connection, domain, provider } = services;
  const [answered, cache] = await Promise.all([
    Promise.race([
      connection.ping().then(
        () => true,
        () => false,
      ),
      new Promise<false>((resolve) => setTimeout(resolve, PING_TIMEOUT_MS, false).unref()),
    ]),
    cacheHealth(services),
  ]);
  const replicaIsGone = connection.replica?.isAnswering() === false;
  const database = !answered ? 'unavailable' : replicaIsGone ? 'degraded' : 'healthy';
  return {
    status: answered ? 'healthy' : 'unavailable',
    version: VERSION,
    timestamp: domain.now().toISOString(),
    services: { database, cache, llmApi: llmHealth(provider) },
  };
}

/** Without Redis answers are right, only slower and each process for itself: degraded, never unavailable. */
async function cacheHealth({ link, limiter }: Services) {
  if (!link) return 'disabled';
  // Connected, and yet too slow to decide rate limits: as good as away.
  return (await link.ping()) && limiter.isShared() ? 'healthy' : 'degraded';
}

/** Not asked, only told of: a provider that failed a moment ago rests, and the built-in engines do without. */
function llmHealth(provider: Services['provider']) {
  if (!provider) return 'disabled';
  return provider.isResting() ? 'degraded' : 'healthy';
}
