import type { FastifyRequest } from 'fastify';
import { type PhoneLinks, type PhoneReach, phoneLinks } from '../accounts/phoneLinks.ts';
import { hostOf, isLoopback } from '../domain/loopback.ts';

/**
 * How phones reach the server; undefined: nobody knows. `host` is where the one who asks reached it,
 * unless that is a name that this machine has for itself only.
 */
export type PhoneReachOf = (host: string | undefined) => PhoneReach | undefined;

/** The links to answer with a new secret; null without one, and where no address is known. */
export function phoneOf(
  reachOf: PhoneReachOf,
  { headers }: FastifyRequest,
  id: string,
  secret: string | undefined,
): PhoneLinks | null {
  if (secret === undefined) return null;
  const host = hostOf(headers.host ?? '');
  const reach = reachOf(host === '' || isLoopback(host) ? undefined : host);
  return reach === undefined ? null : phoneLinks(reach, { id, secret });
}
