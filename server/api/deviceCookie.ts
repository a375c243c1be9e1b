import type { FastifyReply, FastifyRequest } from 'fastify';
import { isSecure } from './isSecure.ts';

const name = 'posko-known';
/** Only sign-ins need it. */
const path = '/api/v1/session';
/** As long as browsers keep a cookie (RFC 6265bis, 5.5). */
const keptS = 400 * 24 * 3_600;

/** What a device says of who was signed in on it before (accounts/knownDevices.ts). */
export function deviceCookieOf(request: FastifyRequest): string | undefined {
  return request.cookies[name];
}

/** Has a device remember who was signed in on it. */
export function setDeviceCookie(request: FastifyRequest, reply: FastifyReply, value: string): void {
  const secure = isSecure(request);
  reply.setCookie(name, value, { path, httpOnly: true, secure, sameSite: 'strict', maxAge: keptS });
}
