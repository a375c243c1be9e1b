import { describe, expect, it } from 'vitest';
import { describeTotp, findTotpStep, newTotpSecret } from '../../../server/accounts/totp.ts';

/** RFC 6238, appendix B: the secret of SHA-1, and the last six digits of its codes. */
const secret = Buffer.from('12345678901234567890');
const vectors = [
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
] as const;

describe('a time-based code', () => {
  it.each(vectors)('at %i s is %s (RFC 6238, appendix B)', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    expect(findTotpStep(secret, code, seconds * 1000)).toBe(step);
    expect(findTotpStep(secret, `${code.slice(0, 3)} ${code.slice(3)}`, seconds * 1000)).toBe(step);
    expect(findTotpStep(secret, code, (seconds + 30) * 1000)).toBe(step);
    expect(findTotpStep(secret, code, (seconds - 30) * 1000)).toBe(step);
    expect(findTotpStep(secret, code, (seconds + 60) * 1000)).toBeUndefined();
    expect(findTotpStep(secret, code, (seconds - 60) * 1000)).toBeUndefined();
  });

  it('is six digits and nothing else', () => {
    for (const text of ['', '28708', '2870822', '28708a', '-87082', '２８７０８２']) {
      expect(findTotpStep(secret, text, 59_000)).toBeUndefined();
    }
  });

  it('comes from 20 random bytes, which apps take as base32 or as a URI', () => {
    expect(newTotpSecret()).toHaveLength(20);
    expect(newTotpSecret()).not.toEqual(newTotpSecret());
    expect(describeTotp(secret, 'andi.s')).toEqual({
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      uri: 'otpauth://totp/Posko:andi.s?issuer=Posko&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30',
    });
  });
});
