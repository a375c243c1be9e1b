import type { FastifyRequest } from 'fastify';
import type { Access } from '../domain/access.ts';
import type { Permission } from '../domain/permission.ts';
import { ProblemError } from './problem.ts';

/**
 * Who may call a route; each route says it in its `config`, and one that does not cannot be added
 * (see requireAccess.ts).
 *
 * - `public`: everybody, also before the first administrator exists. Nothing that it answers may
 *   depend on data.
 * - `setup`: everybody, and only until the first administrator exists.
 * - `sign_in`: everybody, once there is an administrator: to sign in, and to hear whether it works.
 * - `door`: devices, once there is an administrator; who they are is known by their own secrets
 *   (doorRoutes.ts), never by a session.
 * - `signed_in`: every person, wall screen and script.
 * - `person`: a signed-in person only: what one does to one's own account.
 * - a permission: whoever has it somewhere; the handler then narrows it to regions.
 */
export type RouteAccess =
  | 'public'
  | 'setup'
  | 'sign_in'
  | 'door'
  | 'signed_in'
  | 'person'
  | Permission;

/** Routes that may be called less often than the others. */
export type RouteRate = 'sign_in' | 'export' | 'history' | 'door';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    rate?: RouteRate;
  }
  interface FastifyRequest {
    /** Who asks; null on routes that need nobody. */
    access: Access | null;
  }
}

/** Who asks, on a route that needs somebody. */
export function accessOf(request: FastifyRequest): Access {
  if (request.access === null) throw new ProblemError('signed_out');
  return request.access;
}
