import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';

const BUILT_SITE = fileURLToPath(new URL('../../web/out', import.meta.url));

/** What the dashboard needs to know on a laptop: where the API is, and the local key. */
export interface LocalSettings {
  apiUrl: string;
  apiKey: string | undefined;
}

/**
 * Serves the built site on this machine. In production it comes from S3 and CloudFront; there is no key in it.
 * @returns undefined when the site was not built.
 */
export async function createSite(settings: () => LocalSettings): Promise<FastifyInstance | undefined> {
  const isBuilt = await access(BUILT_SITE).then(
    () => true,
    () => false,
  );
  if (!isBuilt) return undefined;
  const site = Fastify({ forceCloseConnections: 'idle' });
  site.get('/local-settings.json', (request, reply) => {
    // Only this machine reads the key: not another one, and not a page of another site that points its name here.
    if (!isLoopback(request.hostname) || !isLoopback(request.ip)) return reply.code(404).send();
    return reply.header('Cache-Control', 'no-store').send(settings());
  });
  await site.register(fastifyStatic, { root: BUILT_SITE, extensions: ['html'] });
  site.setNotFoundHandler((_, reply) => reply.code(404).type('text/html').sendFile('404.html'));
  return site;
}

const isLoopback = (address: string) => /^(localhost|(::ffff:)?127(\.\d+){3}|\[?::1\]?)$/.test(address);
