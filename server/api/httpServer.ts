import type { AddressInfo } from 'node:net';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Health } from '../domain/health.ts';
import { hostOf, isLoopback } from '../domain/loopback.ts';
import type { Roster } from '../tracking/roster.ts';
import type { Tracks } from '../tracking/tracks.ts';
import { type BasemapToServe, basemapRoutes } from './basemapRoutes.ts';
import { createLiveUpgrade } from './liveUpgrade.ts';
import { ProblemError, sendProblem } from './problem.ts';
import { unitRoutes } from './unitRoutes.ts';

/** What the HTTP server serves. */
export type HttpParts = {
  /** Screens included. */
  readonly maxConnections: number;
  readonly roster: Roster;
  readonly tracks: Tracks;
  readonly basemap: BasemapToServe;
  /** Folder of the built page. */
  readonly pageDir: string;
  readonly health: () => Health;
  /** Takes over an open live socket. */
  readonly takeScreen: (socket: WebSocket) => void;
  readonly log: Logger;
};

/** Largest request body, bytes. No route takes one yet. */
const maxBodyBytes = 64 * 1024;

/** The HTTP server with all its routes; listens when told to. */
export class HttpServer {
  readonly #app: FastifyInstance;

  constructor(parts: HttpParts) {
    this.#app = createApp(parts);
  }

  /** Listens. Returns the port. Rejects with the system's error (EADDRINUSE ...) when it cannot. */
  async start(host: string, port: number): Promise<number> {
    await this.#app.listen({ host, port });
    return (this.#app.server.address() as AddressInfo).port;
  }

  /** Stops listening and ends what is still open. */
  async close(): Promise<void> {
    await this.#app.close();
  }
}

function createApp(parts: HttpParts): FastifyInstance {
  const { log } = parts;
  const app = Fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    logger: false,
    // an address that cannot be read reaches no route and none of the hooks below
    frameworkErrors: (error, request, reply) => {
      void sendProblem(request, reply, 'bad_request', error.message);
    },
  })
    .setValidatorCompiler(TypeBoxValidatorCompiler)
    .withTypeProvider<TypeBoxTypeProvider>();

  // a page elsewhere can give its own name this machine's address and then read as if it were ours
  app.addHook('onRequest', (request, _reply, done) => {
    done(
      isLoopback(hostOf(request.headers.host ?? '')) ? undefined : new ProblemError('host_refused'),
    );
  });
  const policy = contentPolicy(parts.basemap);
  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    done();
  });
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, 'not_found'));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof ProblemError) {
      return sendProblem(request, reply, error.code, error.detail);
    }
    if (error.statusCode === 413) return sendProblem(request, reply, 'too_large');
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return sendProblem(request, reply, 'bad_request', error.message);
    }
    log.error({ event: 'requestFailed', err: error, url: request.url }, 'a request failed');
    return sendProblem(request, reply, 'internal');
  });

  app.get('/health/live', () => ({ status: 'live' }));
  // read by people too, in a browser or a terminal
  app.get('/health/ready', (_request, reply) => {
    const health = parts.health();
    return reply
      .code(health.status === 'not_ready' ? 503 : 200)
      .type('application/json')
      .send(JSON.stringify(health, null, 2));
  });
  app.register(unitRoutes(parts.roster, parts.tracks), { prefix: '/api/v1' });
  app.register(fastifyStatic, {
    root: parts.pageDir,
    // built files carry a hash of their content in their names; the page that names them does not.
    // Called for the map too, whose route has said what holds for it.
    setHeaders: (reply, file) => {
      const isHashed = path.relative(parts.pageDir, file).startsWith('assets/');
      if (isHashed) reply.header('cache-control', 'public, max-age=31536000, immutable');
      else if (file.endsWith('.html')) reply.header('cache-control', 'no-cache');
    },
  });
  app.register(basemapRoutes(parts.basemap));
  app.server.maxConnections = parts.maxConnections;
  app.server.on('upgrade', createLiveUpgrade(parts.takeScreen));
  return app;
}

/** What the page may load: itself, and the hosts of a map style only when the user named one. */
function contentPolicy(basemap: BasemapToServe): string {
  const maps = basemap.from === 'style' ? ' https: http:' : '';
  return [
    "default-src 'self'",
    "script-src 'self'",
    "worker-src 'self' blob:",
    // the component library writes its theme as style elements
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' data: blob:${maps}`,
    `connect-src 'self'${maps}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}
