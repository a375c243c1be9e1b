import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  hashSecret,
  isSecretOf,
  newSecret,
  newTokenSecret,
  sessionCredential,
  sessionKeyOf,
  tokenCredential,
} from '../../../server/accounts/credentials.ts';
import { regionOfGrants } from '../../../server/accounts/deeds.ts';
import { createKnownDevices } from '../../../server/accounts/knownDevices.ts';
import { createOncePer } from '../../../server/accounts/oncePer.ts';
import { newRecoveryCodes } from '../../../server/accounts/recoveryCodes.ts';
import { createSeal, toSealKey } from '../../../server/accounts/seal.ts';
import { networkOf } from '../../../server/domain/networkOf.ts';

describe('a secret', () => {
  it('is 256 random bits, and a token tells itself by its prefix', () => {
    expect(newSecret()).toMatch(/^[\w-]{43}$/);
    expect(newTokenSecret()).toMatch(/^posko_[\w-]{43}$/);
    expect(new Set(Array.from({ length: 100 }, newSecret)).size).toBe(100);
  });

  it('is known again by its hash only', () => {
    const secret = newSecret();
    expect(hashSecret(secret)).toHaveLength(32);
    expect(isSecretOf(hashSecret(secret), secret)).toBe(true);
    expect(isSecretOf(hashSecret(secret), newSecret())).toBe(false);
    expect(isSecretOf(hashSecret(secret), '')).toBe(false);
  });

  it('for recovery is one of ten, of letters that are not mistaken for each other', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes)
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
  });
});

describe('the name of a credential', () => {
  it('tells a session from a token', () => {
    expect(sessionKeyOf(sessionCredential(12))).toBe(12);
    expect(sessionKeyOf(tokenCredential(12))).toBeUndefined();
  });
});

describe('a device', () => {
  const seal = createSeal({ current: toSealKey(randomBytes(32)), others: [] });
  const devices = createKnownDevices(seal);

  it('is known to the last 16 users who were signed in on it', () => {
    let cookie: string | undefined;
    const names = Array.from({ length: 17 }, (_, index) => `u${index}`);
    for (const name of names) cookie = devices.remember(cookie, name);
    expect(devices.find(cookie, 'u0')).toBeUndefined();
    const ids = names.slice(1).map((name) => devices.find(cookie, name));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[\w-]{43}$/);
    expect(cookie?.length).toBeLessThan(2048);
  });

  it('is not known by what it does not hold, what was changed, or what another server sealed', () => {
    const cookie = devices.remember(undefined, 'andi');
    const other = createKnownDevices(
      createSeal({ current: toSealKey(randomBytes(32)), others: [] }),
    );
    expect(devices.find(undefined, 'andi')).toBeUndefined();
    expect(devices.find(cookie, 'budi')).toBeUndefined();
    expect(devices.find(`${cookie.slice(0, -2)}AA`, 'andi')).toBeUndefined();
    expect(other.find(cookie, 'andi')).toBeUndefined();
    for (const text of ['null', '{}', '{"id":1,"users":["andi"]}', '["andi"]', 'no json']) {
      const sealed = Buffer.from(seal.seal(Buffer.from(text))).toString('base64url');
      expect(devices.find(sealed, 'andi')).toBeUndefined();
    }
  });
});

describe('where an attempt comes from', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('whose log shows what concerns a person', () => {
  it.each([
    [[], null],
    [['64.08'], '64.08'],
    [['64.08.04', '64.08'], '64.08'],
    [['64.08', '64.09'], '64'],
    [['64.08', '65'], null],
    [['64.08', '*'], null],
  ])('%j: %s', (regions, region) => {
    const grants = regions.map((each) => ({ role: 'viewer' as const, region: each }));
    expect(regionOfGrants(grants)).toBe(region);
  });
});

describe('what may be said once a minute', () => {
  it('is said again after it, and early only when there is too much to remember', () => {
    const mayBeSaid = createOncePer(60_000, 2);
    expect(mayBeSaid('a', 0)).toBe(true);
    expect(mayBeSaid('a', 59_999)).toBe(false);
    expect(mayBeSaid('a', 60_000)).toBe(true);
    expect(mayBeSaid('b', 60_000)).toBe(true);
    expect(mayBeSaid('c', 60_000)).toBe(true);
    expect(mayBeSaid('a', 60_001)).toBe(true);
  });
});
