import type { FastifyReply, FastifyRequest } from 'fastify';
import { isSecure } from './isSecure.ts';

/**
 * Over TLS the name begins with `__Host-`, so that no neighbouring host name and no path can set it
 * (RFC 6265bis, 4.1.3.2); browsers take such a cookie over TLS only.
 */
function cookieName(request: FastifyRequest): string {
  return isSecure(request) ? '__Host-posko' : 'posko';
}

/** The secret of the session, or of the wall screen, that a request brings. */
export function sessionCookieOf(request: FastifyRequest): string | undefined {
  return request.cookies[cookieName(request)];
}

/** Gives the browser the secret of its session, until the session ends at the latest. */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  expiresAtMs: number,
): void {
  reply.setCookie(cookieName(request), secret, {
    ...attributesOf(request),
    expires: new Date(expiresAtMs),
  });
}

/** Makes the browser forget its session. */
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(cookieName(request), attributesOf(request));
}

function attributesOf(request: FastifyRequest) {
  const secure = isSecure(request);
  return { path: '/', httpOnly: true, secure, sameSite: 'strict' } as const;
}
