import { describe, expect, it } from 'vitest';
import {
  checkTrackerSecret,
  hashTrackerSecret,
  isTrackerSecret,
  type KeptHash,
  makeTrackerSecret,
  readTrackerHash,
} from '../../../server/accounts/trackerSecrets.ts';

describe('a secret that is made', () => {
  it('has 20 characters without look-alikes, 100 bits in all, and a quick hash', async () => {
    const made = await Promise.all(Array.from({ length: 200 }, makeTrackerSecret));
    for (const { secret, hash } of made) {
      expect(secret).toMatch(/^[0-9a-hjkmnp-tv-z]{20}$/);
      expect(hash).toMatch(/^\$argon2id\$v=19\$m=1024,t=1,p=1\$/);
      expect(hash).not.toContain(secret);
    }
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(200);
    // each of the 32 letters comes about 125 times; one that never comes is a mistake
    expect(new Set(made.flatMap(({ secret }) => [...secret])).size).toBe(32);
  });

  it('is known by its hash, and no other is', async () => {
    const { secret, hash } = await makeTrackerSecret();
    expect(kept(hash).isMade).toBe(true);
    expect(await isTrackerSecret(kept(hash), secret)).toBe(true);
    expect(await isTrackerSecret(kept(hash), `${secret}x`)).toBe(false);
    expect(await isTrackerSecret(kept(hash), '')).toBe(false);
  });
});

describe('a secret that somebody chose', () => {
  it('is hashed at the cost of a password, and never the same twice', async () => {
    const [one, other] = await Promise.all([
      hashTrackerSecret('rahasia1'),
      hashTrackerSecret('rahasia1'),
    ]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
    expect(kept(one).isMade).toBe(false);
    expect(await isTrackerSecret(kept(one), 'rahasia1')).toBe(true);
    expect(await isTrackerSecret(kept(one), 'rahasia2')).toBe(false);
  });

  it.each([
    ['1234567', false],
    ['12345678', true],
    ['x'.repeat(128), true],
    ['x'.repeat(129), false],
    ['rahasia\n1', false],
    ['kata sandi é', true],
  ])('%j may be used: %s', (text, isGood) => {
    expect(checkTrackerSecret(text).ok).toBe(isGood);
  });

  it('is not looked at when it is longer than any can be', async () => {
    const hash = await hashTrackerSecret('x'.repeat(129));
    expect(await isTrackerSecret(kept(hash), 'x'.repeat(129))).toBe(false);
  });
});

it('says so when a hash is none', () => {
  expect(readTrackerHash('rahasia1')).toBeUndefined();
});

function kept(hash: string): KeptHash {
  const read = readTrackerHash(hash);
  if (read === undefined) throw new Error('no hash');
  return read;
}
