import { describe, expect, it } from 'vitest';
import type { Role } from '../../../../server/domain/permission.ts';
import { knownRegion, readWaiting } from '../../../../web/src/waiting/waiting.ts';

const knock = { id: 'hp-9', address: '10.0.0.7', firstAtMs: 1, lastAtMs: 2 };

describe('the waiting room', () => {
  it('is read with what is known of everybody in it', () => {
    const full = { ...knock, door: 'mqtts', region: '64.08', attempts: 7, secretVersion: 4 };
    const bare = { ...knock, door: 'pigeon', region: null, secretVersion: null };
    expect(readWaiting({ waiting: [full, bare] })).toEqual([
      full,
      { ...knock, door: undefined, region: undefined, attempts: 1, secretVersion: undefined },
    ]);
    expect(readWaiting({ waiting: [{ id: 'hp-9' }] })).toBeUndefined();
  });

  it.each([
    ['what its topic said', '64.08', [['dispatcher', '64']], '64.08'],
    ['what its topic said, of somebody who rules all', '64.72', [['commander', '*']], '64.72'],
    ['the own regency, when that is only one', undefined, [['dispatcher', '64.08']], '64.08'],
    ['to be chosen from a province', undefined, [['dispatcher', '64']], undefined],
    ['to be chosen from two regencies', undefined, both(['64.08', '64.72']), undefined],
    ['nothing in a region of others', '64.72', [['dispatcher', '64.08']], undefined],
    ['to be chosen by somebody of all regions', undefined, [['commander', '*']], undefined],
    ['nothing without the permission', undefined, [['viewer', '64.08']], undefined],
  ] as const)('lets a newcomer into %s', (_name, region, grants, expected) => {
    const held = grants.map(([role, where]: readonly [Role, string]) => ({ role, region: where }));
    expect(knownRegion({ region }, { grants: held })).toBe(expected);
  });
});

function both(regions: readonly string[]): readonly (readonly [Role, string])[] {
  return regions.map((region) => ['dispatcher', region] as const);
}
