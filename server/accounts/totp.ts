import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** What authenticator apps expect (RFC 6238, and the key URI format that they share). */
const issuer = 'Posko';
const digits = 6;
const periodS = 30;
const algorithm = 'SHA1';
/** A code of the step before or after counts too: clocks differ and people type slowly (RFC 6238, 5.2). */
const window = 1;
/** As long as the hash, which RFC 4226, section 4 recommends. */
const secretBytes = 20;

/** A random secret of a second factor. */
export function newTotpSecret(): Uint8Array {
  return randomBytes(secretBytes);
}

/** A secret as an app takes it: base32 to type, and a URI to scan. */
export function describeTotp(
  secret: Uint8Array,
  userName: string,
): { readonly secret: string; readonly uri: string } {
  const totp = new TOTP({
    issuer,
    label: userName,
    secret: secretOf(secret),
    algorithm,
    digits,
    period: periodS,
  });
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** True for what can only be meant as a code of an app, spaces as apps show them included. */
export function isTotpCode(text: string): boolean {
  return /^\d{6}$/.test(withoutSpaces(text));
}

/**
 * The step (periods of 30 s since the epoch) whose code this is; undefined when it is none of now.
 * A code counts once: who calls remembers the step.
 */
export function findTotpStep(secret: Uint8Array, code: string, nowMs: number): number | undefined {
  if (!isTotpCode(code)) return undefined;
  const delta = TOTP.validate({
    token: withoutSpaces(code),
    secret: secretOf(secret),
    algorithm,
    digits,
    period: periodS,
    timestamp: nowMs,
    window,
  });
  return delta === null ? undefined : TOTP.counter({ period: periodS, timestamp: nowMs }) + delta;
}

/** The latest step whose code can be right now: one that was used later was used by another clock. */
export function latestTotpStep(nowMs: number): number {
  return TOTP.counter({ period: periodS, timestamp: nowMs }) + window;
}

function secretOf(bytes: Uint8Array): Secret {
  // a copy: a Buffer may be a view of a larger, shared one
  return new Secret({ buffer: Uint8Array.from(bytes).buffer });
}

function withoutSpaces(text: string): string {
  return text.replace(/\s/g, '');
}
