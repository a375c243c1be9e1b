import { readFileSync } from 'node:fs';
import { type AddressInfo, BlockList, isIPv6 } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import cookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance, type FastifyPluginCallback } from 'fastify';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Access } from '../domain/access.ts';
import { describeMismatch } from '../domain/describeMismatch.ts';
import type { Health } from '../domain/health.ts';
import { unmapped } from '../domain/loopback.ts';
import { isDatabaseAway } from '../storage/isDatabaseAway.ts';
import { type BasemapToServe, basemapRoutes } from './basemapRoutes.ts';
import { doorRoutes, type HttpDoor } from './doorRoutes.ts';
import { harden, type Reach } from './hardening.ts';
import { healthRoutes } from './healthRoutes.ts';
import { limitConnections } from './limitConnections.ts';
import { defaultRateLimits, limitRates, type RateLimits } from './limitRates.ts';
import { acceptSockets, liveRoute } from './liveRoute.ts';
import { methodsOf } from './methodsOf.ts';
import { pageRoutes } from './pageRoutes.ts';
import { ProblemError, sendProblem } from './problem.ts';
import { type Gate, type RouteWithAccess, requireAccess } from './requireAccess.ts';

/** What the HTTP server serves. */
export type HttpParts = {
  /** Screens included. */
  readonly maxConnections: number;
  readonly reach: Reach;
  /** Files of the certificate and its key, PEM; undefined: plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Addresses and networks of proxies whose word counts for who asks, and by which way. */
  readonly trustedProxies: readonly string[];
  readonly rateLimits?: RateLimits;
  readonly gate: Gate;
  readonly basemap: BasemapToServe;
  /** Folder of the built page. */
  readonly pageDir: string;
  readonly health: () => Health;
  /** Takes over an open live socket. */
  readonly takeScreen: (socket: WebSocket, access: Access) => void;
  /** Where devices send by HTTP, under /in. */
  readonly door: HttpDoor;
  /** Everything else, under /api/v1. */
  readonly routes: readonly FastifyPluginCallback[];
  readonly log: Logger;
};

/** Largest request body, bytes. */
const maxBodyBytes = 64 * 1024;
/** A request that has not come in wholly by then is given up, and its connection with it. */
const requestMs = 30_000;
const slowAskers = { headersTimeout: 10_000, connectionsCheckingInterval: 5_000 };
/** Longest part of an address that a route reads, such as an id; longer ones are no route's. */
const maxParamLength = 100;

/** The HTTP server with all its routes; listens when told to. */
export class HttpServer {
  readonly #app: FastifyInstance;
  readonly #tls: HttpParts['tls'];

  private constructor(app: FastifyInstance, tls: HttpParts['tls']) {
    this.#app = app;
    this.#tls = tls;
  }

  /** @throws Error when a certificate cannot be read, or a route does not say who may call it */
  static async create(parts: HttpParts): Promise<HttpServer> {
    return new HttpServer(await createApp(parts), parts.tls);
  }

  /** Every address that it answers, with who may call it. */
  get routes(): readonly RouteWithAccess[] {
    return this.#app.accessOfRoutes();
  }

  /** Listens. Returns the port. Rejects with the system's error (EADDRINUSE ...) when it cannot. */
  async start(host: string, port: number): Promise<number> {
    await this.#app.listen({ host, port });
    return (this.#app.server.address() as AddressInfo).port;
  }

  /**
   * Reads the certificate and its key anew, for connections from now on.
   *
   * @throws Error when they cannot be used; the ones before go on
   */
  reloadTls(): void {
    const { server } = this.#app;
    if (this.#tls !== undefined && server instanceof TlsServer) {
      server.setSecureContext(readCertificate(this.#tls));
    }
  }

  /** Stops listening and ends what is still open. */
  async close(): Promise<void> {
    await this.#app.close();
  }
}

/** The application without a port: what HttpServer runs, and what tests walk. */
export async function createApp(parts: HttpParts): Promise<FastifyInstance> {
  const { log, tls, basemap, trustedProxies } = parts;
  const app = Fastify({
    bodyLimit: maxBodyBytes,
    routerOptions: { maxParamLength },
    forceCloseConnections: true,
    requestTimeout: requestMs,
    logger: false,
    ...(trustedProxies.length > 0 && { trustProxy: [...trustedProxies] }),
    ...(tls === undefined && { http: slowAskers }),
    ...(tls !== undefined && {
      https: {
        ...readCertificate(tls),
        ...slowAskers,
      },
    }),
    schemaErrorFormatter: describeMismatch,
    // an address that cannot be read reaches no route and none of the hooks below
    frameworkErrors: (error, request, reply) => {
      // nobody else ends the connection of one that wanted to become a socket
      if (request.headers.upgrade !== undefined) {
        reply.raw.once('finish', () => request.raw.socket.destroySoon());
      }
      void sendProblem(request, reply, 'bad_request', error.message);
    },
  })
    .setValidatorCompiler(TypeBoxValidatorCompiler)
    .withTypeProvider<TypeBoxTypeProvider>();

  // the only other kind that the framework reads by itself
  app.removeContentTypeParser('text/plain');
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsOf(app.accessOfRoutes(), request.url);
    if (methods.length === 0) return sendProblem(request, reply, 'not_found');
    reply.header('allow', methods.join(', '));
    return sendProblem(request, reply, 'method_not_allowed');
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof ProblemError) {
      if (error.code === 'too_many_requests') void reply.header('retry-after', 60);
      return sendProblem(request, reply, error.code, error.detail, error.members);
    }
    if (error.statusCode === 415) return sendProblem(request, reply, 'not_json');
    if (error.statusCode === 413) return sendProblem(request, reply, 'too_large');
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return sendProblem(request, reply, 'bad_request', error.message);
    }
    if (isDatabaseAway(error)) return sendProblem(request, reply, 'database_away');
    // the address without its query: that may hold a token
    const url = request.url.split('?', 1)[0];
    log.error({ event: 'requestFailed', err: error, url }, 'a request failed');
    return sendProblem(request, reply, 'internal');
  });

  await acceptSockets(app);
  harden(app, parts.reach, basemap.from === 'style' ? 'any' : 'own');
  await limitRates(app, parts.rateLimits ?? defaultRateLimits);
  await app.register(cookie);
  requireAccess(app, parts.gate);

  // for basemapRoutes, which says itself what it sends
  await app.register(fastifyStatic, { root: parts.pageDir, serve: false });
  await app.register(healthRoutes(parts.health));
  liveRoute(app, parts.takeScreen);
  await app.register(basemapRoutes(basemap));
  for (const routes of parts.routes) await app.register(routes, { prefix: '/api/v1' });
  await app.register(doorRoutes(parts.door), { prefix: '/in' });
  await app.register(pageRoutes(parts.pageDir));
  app.server.maxConnections = parts.maxConnections;
  const proxies = blockListOf(trustedProxies);
  limitConnections(app.server, parts.maxConnections, (address) => isListed(proxies, address));
  return app;
}

function readCertificate({ certFile, keyFile }: NonNullable<HttpParts['tls']>) {
  return {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    minVersion: 'TLSv1.2' as const,
  };
}

/** @param proxies addresses and networks, checked by config.ts */
function blockListOf(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', length] = proxy.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (length === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(length), family);
  }
  return list;
}

function isListed(list: BlockList, address: string): boolean {
  const plain = unmapped(address);
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
