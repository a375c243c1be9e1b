import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { includesGrant } from '../../server/accounts/identity.ts';
import { createKnownDevices } from '../../server/accounts/knownDevices.ts';
import { hashRecoveryCode, newRecoveryCodes } from '../../server/accounts/recoveryCodes.ts';
import { createSeal, toSealKey } from '../../server/accounts/seal.ts';
import { findTotpStep } from '../../server/accounts/totp.ts';
import { mayIn } from '../../server/domain/access.ts';
import { networkOf } from '../../server/domain/networkOf.ts';
import { permissions, roleMay, roles } from '../../server/domain/permission.ts';

const region = fc.constantFrom('*', '64', '64.08', '64.08.04', '64.08.04.2001', '64.09', '65');
const grant = fc.record({ role: fc.constantFrom(...roles), region });

describe('what is typed or sent by strangers', () => {
  it('is never a recovery code, a code or a device, and never throws', () => {
    const secret = randomBytes(20);
    const devices = createKnownDevices(
      createSeal({ current: toSealKey(randomBytes(32)), others: [] }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const hash = hashRecoveryCode(text);
        expect(hash === undefined || hash.length === 32).toBe(true);
        if (!/^\s*(\d\s*){6}$/.test(text)) expect(findTotpStep(secret, text, 0)).toBeUndefined();
        expect(devices.find(text, 'andi')).toBeUndefined();
        expect(networkOf(text).length).toBeLessThanOrEqual(Math.max(text.length, 24));
      }),
    );
  });

  it('is forgiven how a recovery code is written', () => {
    const [code = ''] = newRecoveryCodes();
    const written = fc.array(fc.constantFrom('', ' ', '-'), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(written, fc.boolean(), (gaps, isLower) => {
        const text = [...code.replaceAll('-', '')]
          .map((character, index) => (gaps[index] ?? '') + character)
          .join('')
          .replace(/0/g, 'O')
          .replace(/1/g, 'l');
        expect(hashRecoveryCode(isLower ? text.toLowerCase() : text)).toEqual(
          hashRecoveryCode(code),
        );
      }),
    );
  });
});

describe('a token', () => {
  it('may nowhere what its owner may not', () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 4 }), grant, region, (own, wanted, place) => {
        if (!includesGrant(own, wanted)) return;
        for (const permission of permissions) {
          if (!roleMay(wanted.role, permission) || !mayIn([wanted], permission, place)) continue;
          expect(mayIn(own, permission, place)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
