import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { includesGrant } from '../../server/accounts/identity.ts';
import { type Grant, isInScope, mayAnywhere, mayIn, scopeOf } from '../../server/domain/access.ts';
import { permissionMatrix, permissions, roleMay, roles } from '../../server/domain/permission.ts';
import {
  checkRegion,
  checkScope,
  everywhere,
  includesRegion,
  isRegionCode,
  isScopeCode,
} from '../../server/domain/region.ts';
import { provinces } from '../../web/basemap/provinces.ts';

// few digits, so that codes often lie in one another
const part = fc.constantFrom('01', '02', '64');
const region = fc
  .tuple(part, fc.array(part, { maxLength: 2 }), fc.option(fc.constantFrom('2001', '2002')))
  .map(([province, rest, village]) =>
    [province, ...rest, ...(rest.length === 2 && village !== null ? [village] : [])].join('.'),
  );
const grant: fc.Arbitrary<Grant> = fc.record({
  role: fc.constantFrom(...roles),
  region: fc.oneof(fc.constant(everywhere), region),
});
const grants = fc.array(grant, { maxLength: 6 });
const permission = fc.constantFrom(...permissions);

describe('regions', () => {
  it('includes itself and what is below, by whole parts of the code', () => {
    expect(includesRegion('64.08', '64.08.04')).toBe(true);
    expect(includesRegion('64', '64.08.04.2001')).toBe(true);
    expect(includesRegion('64.08', '64')).toBe(false);
    expect(includesRegion('64.0', '64.08')).toBe(false);
    expect(includesRegion('6', '64.08')).toBe(false);
    expect(includesRegion('*', '64')).toBe(true);
  });

  it.each(['64', '64.08', '64.08.04', '64.08.04.2001'])('takes %s for a code', (code) => {
    expect(isRegionCode(code) && isScopeCode(code)).toBe(true);
  });

  it.each([
    '',
    '*',
    '6',
    '64.',
    '64.8',
    '64.08.04.20',
    '64.08.04.2001.1',
    '64 ',
    'x',
  ])('does not take "%s" for a code', (code) => {
    expect(isRegionCode(code)).toBe(false);
  });
});

describe('regions that somebody types', () => {
  it('are of one of the provinces that there are', () => {
    const codes = Array.from({ length: 100 }, (_, code) => String(code).padStart(2, '0'));
    const taken = codes.filter((code) => checkRegion(code).ok);
    expect(taken).toEqual(provinces.map(({ code }) => code).sort());
    expect(taken).toHaveLength(38);
  });

  it.each([
    '64',
    '64.01',
    '64.08',
    '35.29',
    '64.71',
    '32.79',
    '64.08.04.2001',
  ])('may be %s', (code) => {
    expect(checkRegion(code)).toEqual({ ok: true, value: code });
    expect(checkScope(code).ok && checkScope('*').ok).toBe(true);
  });

  it.each([
    ['99.99', /no province 99/],
    ['64.00', /none is 00/],
    ['64.70', /none is 70/],
    ['64.99', /none is 99/],
    ['64.99.01', /none is 99/],
    ['64.8', /a code such as 64, 64\.08/],
    ['*', /a code such as/],
  ])('may not be %s', (code, detail) => {
    expect(checkRegion(code)).toMatchObject({ ok: false, detail: expect.stringMatching(detail) });
    expect(checkScope(code).ok).toBe(code === '*');
  });
});

describe('what grants allow', () => {
  it('is what the matrix gives a role, in its region and below, and nothing else', () => {
    fc.assert(
      fc.property(grants, permission, region, (given, asked, where) => {
        const expected = given.some(
          (g) =>
            roleMay(g.role, asked) &&
            (g.region === '*' || where === g.region || where.startsWith(`${g.region}.`)),
        );
        expect(mayIn(given, asked, where)).toBe(expected);
        expect(isInScope(scopeOf(given, asked), [where])).toBe(expected);
      }),
    );
  });

  it('has a scope that says the same whatever the order, with no code inside another', () => {
    fc.assert(
      fc.property(grants, permission, (given, asked) => {
        const scope = scopeOf(given, asked);
        expect(scopeOf(given.toReversed(), asked)).toEqual(scope);
        for (const one of scope) {
          for (const other of scope)
            if (one !== other) expect(includesRegion(one, other)).toBe(false);
        }
        expect(scope.length > 0).toBe(mayAnywhere(given, asked));
      }),
    );
  });

  it('is nothing without grants', () => {
    for (const asked of permissions) {
      expect(mayAnywhere([], asked)).toBe(false);
      expect(mayIn([], asked, '*')).toBe(false);
      expect(isInScope(scopeOf([], asked), ['64.08'])).toBe(false);
    }
  });

  it('asks the whole country of a grant on the whole country only', () => {
    expect(mayIn([{ role: 'commander', region: '64' }], 'units.view', '*')).toBe(false);
    expect(mayIn([{ role: 'commander', region: '*' }], 'units.view', '*')).toBe(true);
  });

  it('can be given away as the same role in the same region or below', () => {
    fc.assert(
      fc.property(grants, grant, (own, wanted) => {
        if (!includesGrant(own, wanted)) return;
        for (const asked of permissions) {
          if (!roleMay(wanted.role, asked)) continue;
          expect(mayIn(own, asked, wanted.region)).toBe(true);
        }
      }),
    );
  });
});

describe('the permission matrix', () => {
  // every cell, written down once more: a change of the matrix is a change of this table
  const cells = `
                   viewer dispatcher commander administrator integrator
    map.view       yes    yes        yes       yes           yes
    units.view     yes    yes        yes       yes           yes
    people.view    -      yes        yes       -             -
    tracks.view    -      yes        yes       -             -
    tracks.export  -      -          yes       -             -
    people.manage  -      -          -         yes           -
    log.view       -      -          yes       yes           -
    users.manage   -      -          -         yes           -
    displays.manage -     -          -         yes           -
    tokens.make    -      -          -         yes           yes
    trackers.admit -      yes        yes       yes           yes
    trackers.manage -     -          -         yes           yes
    deadletters.manage -  -          -         yes           yes
    sites.view     yes    yes        yes       yes           yes
    sites.manage   -      -          yes       yes           yes
    fences.manage  -      yes        yes       yes           yes
    operations.manage -   -          yes       yes           -
    checkins.make  -      yes        yes       -             -
    alarms.view    yes    yes        yes       yes           yes
    alarms.handle  -      yes        yes       -             -
    alarms.service -      -          yes       yes           -
    rules.manage   -      -          yes       yes           -
    incidents.manage -    yes        yes       -             -
    incidents.command -   -          yes       -             -
    webhooks.manage -     -          -         yes           yes
    health.view    -      -          -         yes           yes`;
  const [header = [], ...rows] = cells
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));

  it('has every permission and every role', () => {
    expect(header).toEqual([...roles]);
    expect(rows.map(([name]) => name)).toEqual(Object.keys(permissionMatrix));
  });

  const table = rows.flatMap(([name, ...answers]) =>
    answers.map((answer, i) => [header[i], answer === 'yes', name] as const),
  );
  it.each(table)('%s: %s for %s', (role, expected, name) => {
    const [asked, who] = [permissions.find((p) => p === name), roles.find((r) => r === role)];
    if (asked === undefined || who === undefined) throw new Error(`no cell ${role} ${name}`);
    expect(roleMay(who, asked)).toBe(expected);
    expect(mayIn([{ role: who, region: '64.08' }], asked, '64.08.04')).toBe(expected);
    expect(mayIn([{ role: who, region: '64.08' }], asked, '64.03')).toBe(false);
  });
});
