import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createRotatingSeal,
  createSeal,
  SealError,
  toSealKey,
  toSealKeys,
} from '../../../server/accounts/seal.ts';

const secret = Buffer.from('JBSWY3DPEHPK3PXP');
const [first, second] = [randomBytes(32), randomBytes(32)];

describe('a seal', () => {
  const seal = createSeal(toSealKeys([first]));

  it('gives back what it sealed, of any length', () => {
    for (const bytes of [Buffer.alloc(0), secret, randomBytes(10_000)]) {
      expect(Buffer.compare(seal.open(seal.seal(bytes)), bytes)).toBe(0);
    }
  });

  it('looks different each time, and does not show what is in it', () => {
    const sealed = seal.seal(secret);
    expect(Buffer.from(sealed).includes(secret)).toBe(false);
    expect(Buffer.compare(sealed, seal.seal(secret))).not.toBe(0);
  });

  it('is refused with any bit changed', () => {
    const sealed = seal.seal(secret);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed, (byte, i) => (i === at ? byte ^ 1 : byte));
      expect(() => seal.open(changed)).toThrow(SealError);
    }
  });

  it('is refused when it is cut short, or nothing', () => {
    const sealed = seal.seal(secret);
    for (let length = 0; length < sealed.length; length++) {
      expect(() => seal.open(sealed.subarray(0, length))).toThrow(SealError);
    }
  });

  it('is refused by another key, naming the one that is missing', () => {
    const other = createSeal(toSealKeys([second]));
    const open = () => other.open(seal.seal(secret));
    expect(open).toThrow(toSealKey(first).id);
    expect(open).toThrow(/second factor/);
  });

  it('opens what retired keys sealed, and seals with the current one alone', () => {
    const rotated = createSeal(toSealKeys([second, first]));
    expect(Buffer.compare(rotated.open(seal.seal(secret)), secret)).toBe(0);
    expect(() => seal.open(rotated.seal(secret))).toThrow(SealError);
  });

  it('takes keys of 32 bytes only', () => {
    expect(() => toSealKey(randomBytes(16))).toThrow(/32 bytes; got 16/);
  });
});

describe('a seal whose keys are rotated while it is in use', () => {
  it('seals with the newest, opens both, and learns of one when it meets it', () => {
    let keys: readonly [Uint8Array, ...Uint8Array[]] = [first];
    let nowMs = 0;
    const seal = createRotatingSeal(
      () => keys,
      () => nowMs,
    );
    const before = seal.seal(secret);
    keys = [second, first];
    nowMs += 5_000;
    const byOther = createSeal(toSealKeys([second])).seal(secret);
    expect(Buffer.compare(seal.open(byOther), secret)).toBe(0);
    expect(Buffer.compare(seal.open(before), secret)).toBe(0);
    expect(() => createSeal(toSealKeys([first])).open(seal.seal(secret))).toThrow(SealError);
  });

  it('does not read the keys again for every stranger who makes up values', () => {
    let reads = 0;
    let nowMs = 0;
    const seal = createRotatingSeal(
      () => {
        reads += 1;
        return [first];
      },
      () => nowMs,
    );
    const strange = createSeal(toSealKeys([second])).seal(secret);
    nowMs += 5_000;
    for (let i = 0; i < 100; i++) expect(() => seal.open(strange)).toThrow(SealError);
    expect(reads).toBe(2);
    nowMs -= 1_000_000;
    expect(() => seal.open(strange)).toThrow(SealError);
    expect(reads).toBe(3);
  });
});
