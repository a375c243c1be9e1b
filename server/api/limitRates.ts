import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { networkOf } from '../domain/networkOf.ts';
import { ProblemError } from './problem.ts';
import type { RouteRate } from './routeAccess.ts';

/**
 * Requests that one address may make in a minute. A control room of fifty screens can share one, and
 * strangers behind the same NAT too, so these stop floods, not people; who guesses passwords waits
 * elsewhere (accounts/throttle.ts), which also bounds what guessing costs.
 */
export type RateLimits = Readonly<Record<RouteRate | 'other', number>>;

export const defaultRateLimits: RateLimits = {
  sign_in: 600,
  export: 30,
  history: 120,
  // a mobile network shows thousands of phones behind one address
  door: 60_000,
  other: 6_000,
};

/** Addresses that are counted at once; the ones not heard of longest are forgotten. */
const maxAddresses = 10_000;

const silently = {
  'x-ratelimit-limit': false,
  'x-ratelimit-remaining': false,
  'x-ratelimit-reset': false,
};

/** Limits how often an asker may call; each kind of route is counted by itself. */
export async function limitRates(app: FastifyInstance, limits: RateLimits): Promise<void> {
  const kindOf = ({ routeOptions }: FastifyRequest) => routeOptions.config.rate ?? 'other';
  await app.register(rateLimit, {
    global: false,
    max: (request: FastifyRequest) => limits[kindOf(request)],
    keyGenerator: (request) => `${kindOf(request)} ${networkOf(request.ip)}`,
    timeWindow: 60_000,
    cache: maxAddresses,
    addHeaders: silently,
    addHeadersOnExceeding: silently,
    // what tells whether the server runs must not depend on who else asks
    allowList: (request) => request.url === '/health/live',
    errorResponseBuilder: () => new ProblemError('too_many_requests'),
  });
  const limit = app.rateLimit();
  // before anybody is looked up, so that made-up credentials are counted too
  app.addHook('onRequest', async function (request, reply) {
    if (kindOf(request) !== 'door') await limit.call(this, request, reply);
  });
  // of devices when the message is there: thousands can share an address, and what one of them floods
  // must not keep out an SOS of another; the door itself limits the SOS of each
  app.addHook('preHandler', async function (request, reply) {
    if (kindOf(request) === 'door' && !namesSos(request)) await limit.call(this, request, reply);
  });
}

/** True for a request that may be an SOS: the word is in its query or its body. */
function namesSos({ url, body }: FastifyRequest): boolean {
  return /sos/i.test(url) || (Buffer.isBuffer(body) && /sos/i.test(body.toString('latin1')));
}
