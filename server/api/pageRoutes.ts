import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Stands in the built page where the nonce of its answer comes. */
const nonceMark = '__CSP_NONCE__';

/**
 * The page and its files. Everybody may have them: they hold no data, and the page is what asks
 * people to sign in.
 *
 * @param dir folder of the built page
 */
export function pageRoutes(dir: string): FastifyPluginAsyncTypebox {
  return async (app) => {
    const page = await readFile(path.join(dir, 'index.html'), 'utf8');
    const send = (request: FastifyRequest, reply: FastifyReply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-cache')
        .send(page.replaceAll(nonceMark, request.styleNonce));
    app.get('/', { config: { access: 'public' } }, send);
    app.get('/index.html', { config: { access: 'public' } }, send);

    app.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: route.config?.access ?? 'public' };
    });
    await app.register(fastifyStatic, {
      root: dir,
      index: false,
      // a route a file: what is not there is an address like any other that does not exist
      wildcard: false,
      globIgnore: ['index.html'],
      // basemapRoutes has a folder of its own
      decorateReply: false,
      setHeaders: (reply, file) => {
        // built files carry a hash of their content in their names
        const isHashed = path.relative(dir, file).startsWith('assets/');
        if (isHashed) reply.header('cache-control', 'public, max-age=31536000, immutable');
      },
    });
  };
}
