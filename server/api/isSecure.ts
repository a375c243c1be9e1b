import type { FastifyRequest } from 'fastify';

/**
 * True when nobody on the way can read along: TLS up to this server, or up to a proxy that is trusted.
 * Some proxies call the protocol of an upgrade `wss`.
 */
export function isSecure({ protocol }: FastifyRequest): boolean {
  return ['https', 'wss'].includes(protocol);
}
