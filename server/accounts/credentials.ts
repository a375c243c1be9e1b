import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What every token begins with, so that one that leaked is found by a search. */
const tokenPrefix = 'posko_';
const secretBytes = 32;

/** A random secret for a session or a link: 256 bits, base64url. */
export function newSecret(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** A random secret of a token: a session's with `posko_` before it. */
export function newTokenSecret(): string {
  return tokenPrefix + newSecret();
}

/** Tells a token from a session, neither of which says anything else about itself. */
export function isTokenSecret(secret: string): boolean {
  return secret.startsWith(tokenPrefix);
}

/**
 * SHA-256, under which a secret is kept. A plain hash is enough, since there are 2^256 secrets and
 * not as many guesses; and a look-up by it leaks by its time nothing that helps to find a secret.
 */
export function hashSecret(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

/** Whether a secret is the one that was kept, in a time that does not depend on where they differ. */
export function isSecretOf(hash: Uint8Array, secret: string): boolean {
  return timingSafeEqual(hash, hashSecret(secret));
}

/** What `Access.credential` says of a session. */
export function sessionCredential(sessionKey: number): string {
  return `session:${sessionKey}`;
}

/** What `Access.credential` says of a token. */
export function tokenCredential(tokenKey: number): string {
  return `token:${tokenKey}`;
}

/** The key of the session that a credential names; undefined for a token's. */
export function sessionKeyOf(credential: string): number | undefined {
  const digits = /^session:(\d+)$/.exec(credential)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
