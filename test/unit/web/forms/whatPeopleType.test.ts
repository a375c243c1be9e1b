import { describe, expect, it } from 'vitest';
import { passwordFault, passwordRefusal } from '../../../../web/src/forms/newPassword.ts';
import { personFaults, personIsFine } from '../../../../web/src/forms/newPerson.ts';
import { secondsLeft } from '../../../../web/src/forms/useSecondsLeft.ts';
import {
  grantFault,
  grantsOf,
  offeredRegion,
  typedOf,
} from '../../../../web/src/people/typedGrant.ts';
import type { SessionInfo } from '../../../../web/src/session/sessionInfo.ts';
import { tokenState } from '../../../../web/src/tokens/tokens.ts';
import {
  beginToken,
  roleOptions,
  tokenFaults,
  tokenIsFine,
  tokenKinds,
} from '../../../../web/src/tokens/typedToken.ts';

const twice = (password: string) => ({ password, repeat: password });

describe('a new password', () => {
  it.each([
    ['eleven lett', 'length'],
    ['twelve lette', undefined],
    ['p'.repeat(129), 'length'],
    // one character each, as a person counts them
    ['😀'.repeat(12), undefined],
    ['😀'.repeat(11), 'length'],
  ])('%s: %s', (password, fault) => {
    expect(passwordFault(twice(password))).toBe(fault);
  });

  it('is typed twice the same, however the keyboard composes its letters', () => {
    const password = 'kopi pahit caf\u00e9';
    expect(passwordFault({ password, repeat: 'kopi pahit cafe\u0301' })).toBeUndefined();
    expect(passwordFault({ password, repeat: 'kopi pahit cafe' })).toBe('differs');
  });
});

describe('a password that the server refused', () => {
  const problem = (code: string, weakness?: 'too_short' | 'common') => ({
    code,
    status: 422,
    title: '',
    detail: 'it is English',
    waitMs: undefined,
    weakness,
  });
  it.each([
    [problem('weak_password', 'common'), 'common'],
    [problem('weak_password', 'too_short'), 'length'],
    [problem('weak_password'), 'refused'],
    [problem('name_taken'), undefined],
    [undefined, undefined],
  ] as const)('%j is marked at its field: %s', (refused, fault) => {
    expect(passwordRefusal(refused)).toBe(fault);
  });
});

describe('a new person', () => {
  it('needs a name that can be signed in with, a full name and a password', () => {
    const fine = { name: 'andi.s', fullName: 'Andi', ...twice('kopi pahit sekali') };
    expect(personIsFine(personFaults(fine))).toBe(true);
    expect(personFaults({ ...fine, name: 'Andi S', fullName: ' ' })).toMatchObject({
      name: true,
      fullName: true,
    });
  });
});

describe('grants that are typed', () => {
  const scope = ['64.08'];
  it.each([
    ['64.08', undefined],
    [' 64.08.04 ', undefined],
    ['64', 'scope'],
    ['*', 'scope'],
    ['64.8', 'region'],
    // of the right form, and nowhere
    ['64.99', 'region'],
    ['', 'region'],
  ])('"%s": %s', (region, fault) => {
    expect(grantFault({ id: 0, role: 'viewer', region }, scope)).toBe(fault);
  });

  it.each([
    [['64.08'], '64.08'],
    [['*'], ''],
    [['64.08', '64.72'], ''],
    [[], ''],
  ])('begin, for who rules %j, on "%s"', (rules, region) => {
    expect(offeredRegion(rules)).toBe(region);
  });

  it('are sent once each, without spaces', () => {
    const typed = typedOf([
      { role: 'viewer', region: '64.08 ' },
      { role: 'viewer', region: '64.08' },
      { role: 'commander', region: '64.08' },
    ]);
    expect(grantsOf(typed)).toEqual([
      { role: 'viewer', region: '64.08' },
      { role: 'commander', region: '64.08' },
    ]);
  });
});

describe('a new token', () => {
  const session: SessionInfo = {
    kind: 'person',
    name: 'andi',
    fullName: 'Andi',
    grants: [
      { role: 'administrator', region: '64.08' },
      { role: 'dispatcher', region: '64' },
    ],
    permissions: ['displays.manage', 'tokens.make'],
    hasSecondFactor: false,
    recoveryCodesLeft: 0,
    mustChangePassword: false,
    idleMs: undefined,
    isPlainHttp: false,
  };

  it('is of a kind that the person may make', () => {
    expect(tokenKinds(session)).toEqual(['display', 'api']);
    expect(tokenKinds({ ...session, permissions: ['tokens.make'] })).toEqual(['api']);
  });

  it('only looks on a wall screen, and has a role of one’s own in a script', () => {
    expect(roleOptions(session, 'display')).toEqual(['viewer']);
    expect(roleOptions(session, 'api')).toEqual(['dispatcher', 'administrator']);
    expect(beginToken(session, 'display')).toMatchObject({ role: 'viewer', region: '64.08' });
    expect(beginToken(session, 'api')).toMatchObject({ role: 'dispatcher', region: '64' });
  });

  it('names no region by itself for who rules all of them', () => {
    const everywhere = [{ role: 'administrator', region: '*' }] as const;
    expect(beginToken({ ...session, grants: everywhere }, 'display').region).toBe('');
    expect(beginToken({ ...session, grants: everywhere }, 'api').region).toBe('');
  });

  it.each(['0', '401', '1.5', 'x', ''])('is not valid for %s days', (days) => {
    const typed = { ...beginToken(session, 'display'), name: 'wall', days };
    expect(tokenFaults(typed).days).toBe(true);
  });

  it('lasts a shorter time at most for a script than for a wall screen', () => {
    const typed = { ...beginToken(session, 'display'), name: 'wall', days: '400' };
    expect(tokenIsFine(tokenFaults(typed))).toBe(true);
    expect(tokenFaults({ ...typed, kind: 'api' }).days).toBe(true);
  });

  it('is active until it expires or is revoked', () => {
    const token = {
      key: 1,
      kind: 'api',
      name: 'x',
      owner: 'andi',
      grant: undefined,
      expiresAtMs: 1000,
      usedAtMs: undefined,
      revokedAtMs: undefined,
    } as const;
    expect(tokenState(token, 999)).toBe('active');
    expect(tokenState(token, 1000)).toBe('expired');
    expect(tokenState({ ...token, revokedAtMs: 5 }, 2000)).toBe('revoked');
  });
});

describe('a wait', () => {
  it('is counted in whole seconds, the last of them until it is over', () => {
    expect(secondsLeft(7500, 0)).toBe(8);
    expect(secondsLeft(7500, 7499)).toBe(1);
    expect(secondsLeft(7500, 7500)).toBe(0);
    expect(secondsLeft(7500, 9000)).toBe(0);
  });
});
