import { describe, expect, it } from 'vitest';
import { isAtPlace, nearestFirst, type PlacedUnit } from '../../../server/api/placedUnits.ts';
import { presences } from '../../../server/domain/presence.ts';

/** Units along the equator, each a hundredth of a degree further east than the one before. */
function unitsAt(steps: readonly number[]): readonly PlacedUnit[] {
  return steps.map((step) => ({
    entry: {
      ...{ key: step, id: `u-${step}`, callsign: `U${step}`, kind: 'handheld', agency: 'polri' },
      ...{ region: '64.08', strength: 1, trackerId: `t-${step}` },
    },
    fix: { fixedAtMs: 0, lon: 100 + step / 100, lat: 0 },
    atMs: 0,
  }));
}

describe('units, the nearest first', () => {
  it.each([0, 1, 255, 256, 257, 5_000])('are all of %d, each once', (count) => {
    const steps = Array.from({ length: count }, (_, i) => (i * 7_919) % count);
    const given = [...nearestFirst(unitsAt(steps), [100, 0])];
    expect(given.map(({ entry }) => entry.key)).toEqual(steps.toSorted((a, b) => a - b));
  });
});

describe('who counts as being at their place', () => {
  it('is who is in contact by the tracker that has it, and the lost where they are asked for', () => {
    expect(presences.filter((each) => isAtPlace(each, false))).toEqual(['live', 'late']);
    expect(presences.filter((each) => isAtPlace(each, true))).toEqual(['live', 'late', 'lost']);
  });
});
