import { randomBytes } from 'node:crypto';
import { hashSecret } from './credentials.ts';

/** Crockford's base32: no I, L, O, U, so that a code survives being written on paper. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codes = 10;
/** Of 5 bits each: 120, above the 112 from which a plain hash is enough to keep one by (OWASP ASVS 5.0, 6.5.2). */
const characters = 24;

/** Ten codes, each of which stands once for the second factor: `7K2M-9XQ4-ZT0C-51HN-R8DV-3GPA`. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: codes }, () => {
    const text = Array.from(randomBytes(characters), (byte) => alphabet.charAt(byte % 32)).join('');
    return text.replace(/.{4}(?!$)/g, '$&-');
  });
}

/** The hash that a code is kept by; undefined for what cannot be a code. Forgives how it was typed. */
export function hashRecoveryCode(text: string): Uint8Array | undefined {
  const typed = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  const isCode =
    typed.length === characters && [...typed].every((character) => alphabet.includes(character));
  return isCode ? hashSecret(typed) : undefined;
}
