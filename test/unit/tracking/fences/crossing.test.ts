import { describe, expect, it } from 'vitest';
import { confirmations } from '../../../../server/tracking/fences/confirmation.ts';
import {
  advanceCrossing,
  freshCrossing,
  insertLate,
  type Sight,
} from '../../../../server/tracking/fences/crossing.ts';

const sight = (atS: number, distanceM: number, changes: Partial<Sight> = {}): Sight => ({
  atMs: atS * 1000,
  distanceM,
  sigmaM: 5,
  xM: 0,
  yM: 0,
  anchoredMs: undefined,
  ...changes,
});

/** A unit outside that sees this; what is decided with each. */
function seen(...sights: readonly Sight[]) {
  const crossing = freshCrossing();
  crossing.side = 'outside';
  const decisions = sights.map((each) => advanceCrossing(crossing, each, confirmations.site, 100));
  return { crossing, rules: decisions.map((decision) => decision?.rule) };
}

describe('a crossing', () => {
  it('is confirmed by two fixes, the last beyond the hysteresis', () => {
    expect(seen(sight(0, -8), sight(5, -21)).rules).toEqual([undefined, 'beyond_hysteresis']);
    expect(seen(sight(0, -8), sight(5, -19)).rules).toEqual([undefined, undefined]);
  });

  it('has a hysteresis of 1.5 sigma where that is more', () => {
    const sigmaM = 20;
    expect(seen(sight(0, -29, { sigmaM }), sight(5, -29, { sigmaM })).rules[1]).toBeUndefined();
    expect(seen(sight(0, -29, { sigmaM }), sight(5, -31, { sigmaM })).rules[1]).toBeDefined();
  });

  it('is confirmed nearer to the edge by three fixes over ten seconds', () => {
    expect(seen(sight(0, -9), sight(5, -9), sight(10, -9)).rules[2]).toBe('long_enough');
    // not above 0.9
    expect(seen(sight(0, -6), sight(5, -6), sight(10, -6)).rules[2]).toBeUndefined();
  });

  it('is forgotten with one fix on the side before', () => {
    expect(seen(sight(0, -50), sight(5, 3), sight(10, -50)).rules[2]).toBeUndefined();
  });

  it("of a unit that stands needs three of the mean's sigmas, and the hysteresis while that is fresh", () => {
    const fresh = { sigmaM: 3, anchoredMs: 60_000 };
    const old = { sigmaM: 3, anchoredMs: 3_600_000 };
    expect(seen(sight(0, -10, fresh), sight(5, -10, fresh)).rules[1]).toBeUndefined();
    expect(seen(sight(0, -10, old), sight(5, -10, old)).rules[1]).toBe('anchored');
    expect(seen(sight(0, -8, old), sight(5, -8, old)).rules[1]).toBeUndefined();
  });
});

describe('a fix that comes late', () => {
  it('joins what speaks for the crossing in its place', () => {
    const { crossing } = seen(sight(0, 40), sight(9, -10));
    insertLate(crossing, sight(4, -8));
    expect(crossing.maybe.map(({ atMs }) => atMs)).toEqual([4_000, 9_000]);
  });

  it('ends what was before it when it speaks against the crossing', () => {
    const { crossing } = seen(sight(0, 40), sight(2, -7), sight(9, -7));
    insertLate(crossing, sight(5, 12));
    expect(crossing.maybe.map(({ atMs }) => atMs)).toEqual([9_000]);
    expect(crossing.lastSame?.atMs).toBe(5_000);
  });

  it('of before the last one outside changes nothing', () => {
    const { crossing } = seen(sight(5, 40), sight(9, -10));
    insertLate(crossing, sight(2, -8));
    expect(crossing.maybe.map(({ atMs }) => atMs)).toEqual([9_000]);
  });
});
