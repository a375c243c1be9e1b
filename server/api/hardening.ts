import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hostOf, isLoopback, unmapped } from '../domain/loopback.ts';
import { isSecure } from './isSecure.ts';
import { ProblemError } from './problem.ts';

/** Under which names and by which ways the server may be reached. */
export type Reach = {
  /** Host names beside this machine's own and plain addresses, lower case. */
  readonly names: readonly string[];
  /** Plain HTTP is accepted from other machines too. */
  readonly allowsPlainHttp: boolean;
};

/** Half a year: long enough that a browser that knows the server never asks it in the clear. */
const hstsSeconds = 15_552_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** Lets the style elements of this one answer through its content policy. */
    styleNonce: string;
  }
}

/**
 * What holds for every answer: who may be asked under which name, over which connection, by which
 * page, and what a browser may do with the answer.
 */
export function harden(app: FastifyInstance, reach: Reach, mapHosts: 'own' | 'any'): void {
  app.decorateRequest('styleNonce', '');
  app.addHook('onRequest', (request, _reply, done) => {
    request.styleNonce = randomBytes(16).toString('base64url');
    const { origin, host = '' } = request.headers;
    if (!isKnownHost(hostOf(host), reach.names)) done(new ProblemError('host_refused'));
    else if (isTooPlain(request, reach)) done(new ProblemError('plain_http'));
    // programs send no origin; browsers do with sockets, and with all that changes something
    else if (origin !== undefined && !isOwnOrigin(origin, host, isSecure(request)))
      done(new ProblemError('origin_refused'));
    else done();
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    reply.headers({
      'content-security-policy': contentPolicy(mapHosts, request.styleNonce),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    });
    if (isSecure(request)) {
      reply.header('strict-transport-security', `max-age=${hstsSeconds}`);
    }
    // answers of the interface are somebody's; files say for themselves how long they hold
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) {
      reply.header('cache-control', 'no-store');
    }
    done();
  });
}

/**
 * A page elsewhere can give its own name this machine's address and then read as if it were ours; it
 * cannot do that with an address.
 */
function isKnownHost(host: string, names: readonly string[]): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return isLoopback(host) || isIP(bare) !== 0 || names.includes(bare);
}

function isTooPlain(request: FastifyRequest, { allowsPlainHttp }: Reach): boolean {
  return !isSecure(request) && !allowsPlainHttp && !isLoopback(unmapped(request.ip));
}

/** A page that came in the clear may have been made by anybody on the way, so it may not speak to TLS. */
function isOwnOrigin(origin: string, host: string, isTls: boolean): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.host === host.toLowerCase() && (!isTls || url.protocol === 'https:');
}

/** What the page may load: itself, and the hosts of a map style only when the user named one. */
function contentPolicy(mapHosts: 'own' | 'any', styleNonce: string): string {
  const maps = mapHosts === 'any' ? ' https: http:' : '';
  return [
    "default-src 'self'",
    "script-src 'self'",
    "worker-src 'self' blob:",
    // the component library writes its theme as a style element
    `style-src 'self' 'nonce-${styleNonce}'`,
    `img-src 'self' data: blob:${maps}`,
    `connect-src 'self'${maps}`,
    "object-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}
