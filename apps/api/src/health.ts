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

/** Whether this process can serve: it can when its database answers. */
export async function checkHealth({ connection, domain, link }: Services): Promise<z.output<typeof Health>> {
  const [answered, cache] = await Promise.all([
    Promise.race([
      connection.ping().then(
        () => true,
        () => false,
      ),
      new Promise<false>((resolve) => setTimeout(resolve, PING_TIMEOUT_MS, false).unref()),
    ]),
    cacheHealth(link),
  ]);
  const database = answered ? 'healthy' : 'unavailable';
  return {
    status: database,
    version: VERSION,
    timestamp: domain.now().toISOString(),
    services: { database, cache, llmApi: 'disabled' },
  };
}

/** Without Redis answers are right, only slower and each process for itself: degraded, never unavailable. */
async function cacheHealth(link: Services['link']) {
  if (!link) return 'disabled';
  return (await link.ping()) ? 'healthy' : 'degraded';
}
