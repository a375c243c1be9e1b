import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../accounts/identity.ts';
import type { Opened, Origin } from '../accounts/sessions.ts';
import type { Wait } from '../accounts/wait.ts';
import { mayAnywhere } from '../domain/access.ts';
import { isLoopback, unmapped } from '../domain/loopback.ts';
import { permissions } from '../domain/permission.ts';
import type { SessionInfo } from './accountSchemas.ts';
import { isSecure } from './isSecure.ts';
import { sendProblem } from './problem.ts';
import { setSessionCookie } from './sessionCookie.ts';

const maxUserAgentLength = 256;

/** From where a request comes, as the list of sessions shows it. */
export function originOf(request: FastifyRequest): Origin {
  const userAgent = (request.headers['user-agent'] ?? '').slice(0, maxUserAgentLength);
  return { address: request.ip, userAgent };
}

/** Gives the browser the secret of what was opened for it, and returns what the page shows of it. */
export function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  { secret, expiresAtMs, identity }: Opened,
): SessionInfo {
  setSessionCookie(request, reply, secret, expiresAtMs);
  return describeIdentity(request, identity);
}

/** What the page shows of whom it belongs to. */
export function describeIdentity(request: FastifyRequest, identity: Identity): SessionInfo {
  const { access, name, fullName, hasSecondFactor, recoveryCodesLeft } = identity;
  const { mustChangePassword, idleMs } = identity;
  const { kind, grants, expiresAtMs } = access;
  return {
    kind,
    name,
    fullName,
    grants: [...grants],
    permissions: permissions.filter((permission) => mayAnywhere(grants, permission)),
    secondFactor: hasSecondFactor ? 'totp' : 'none',
    recoveryCodesLeft,
    mustChangePassword,
    idleMs,
    expiresAtMs,
    isPlainHttp: !isSecure(request) && !isLoopback(unmapped(request.ip)),
  };
}

/** Answers that nothing was checked and when to try again (RFC 6585, 4; RFC 9110, 10.2.3). */
export function sendWait(
  request: FastifyRequest,
  reply: FastifyReply,
  { detail, retryAfterMs, waiting }: Wait,
): FastifyReply {
  reply.header('retry-after', Math.ceil(retryAfterMs / 1_000));
  return sendProblem(request, reply, 'wait', detail, { retryAfterMs, waiting });
}
