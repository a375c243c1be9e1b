import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoamingRule } from '../../../../server/domain/encounterRule.ts';
import type { RoamingTransition } from '../../../../server/domain/siteTransition.ts';
import {
  emptyRoaming,
  type PairFix,
  type RoamingState,
  takePairFix,
} from '../../../../server/tracking/coverage/roaming.ts';
import { planeAt } from '../../../../server/tracking/fences/localPlane.ts';

const startMs = Date.UTC(2024, 10, 27, 0, 0);
const { eastM } = planeAt(0.5);
const escort: RoamingRule = { key: 5, unitKeys: [1, 2], sense: 'farther', limitM: 200 };
const meeting: RoamingRule = { key: 6, unitKeys: [1, 2], sense: 'nearer', limitM: 200 };

/** Metres to the east of a place, seconds after the start. */
const fix = (unitKey: number, east: number, second: number, accuracyM = 5): PairFix => ({
  unitKey,
  lon: 117.5 + east / eastM,
  lat: 0.5,
  fixedAtMs: startMs + second * 1_000,
  accuracyM,
  speedMps: 0,
});

function follow(rule: RoamingRule, fixes: readonly PairFix[], restartAt = -1): RoamingTransition[] {
  let state: RoamingState = emptyRoaming(rule.key);
  return fixes.flatMap((each, i) => {
    if (i === restartAt) state = JSON.parse(JSON.stringify(state));
    const taken = takePairFix(rule, state, each, each.fixedAtMs);
    state = taken.state;
    return taken.transition === undefined ? [] : [taken.transition];
  });
}

const told = (rule: RoamingRule, fixes: readonly PairFix[]) =>
  follow(rule, fixes).map(
    ({ edge, confirmedAtMs }) => `${edge} ${(confirmedAtMs - startMs) / 1000}`,
  );

/** The first stands, the other is at so many metres every 5 s. */
const walk = (metres: readonly number[], accuracyM = 5) =>
  metres.flatMap((east, i) => [fix(1, 0, 5 * i, accuracyM), fix(2, east, 5 * i, accuracyM)]);

describe('two units', () => {
  it('that go too far apart are told once it lasts, and again when they are near for certain', () => {
    const away = [100, 250, 250, 250, 250, 190, 190, 190, 190, 100, 100, 100, 100];
    expect(told(escort, walk(away))).toEqual(['began 15', 'ended 55']);
  });

  it('that come too near are told once it lasts, and again when they are apart for certain', () => {
    const near = [400, 100, 100, 100, 210, 210, 210, 300, 300, 300];
    expect(told(meeting, walk(near))).toEqual(['began 15', 'ended 45']);
  });

  it('are not told of by one jump', () => {
    expect(told(escort, walk([100, 900, 100, 900, 100, 900, 100]))).toEqual([]);
  });

  it('are not told of by receivers that are too poor to say', () => {
    expect(told(escort, walk([100, 230, 230, 230, 230], 60))).toEqual([]);
    expect(told(escort, walk([100, 230, 230, 230, 230], 5))).toEqual(['began 15']);
  });

  it('are not told of by silence, nor by a place that is too old', () => {
    const lost = [fix(1, 0, 0), fix(2, 100, 0)];
    const alone = Array.from({ length: 20 }, (_, i) => fix(1, -900, 130 + 5 * i));
    expect(told(escort, [...lost, ...alone])).toEqual([]);
  });

  it('are less sure of where the other is the longer ago and the faster it was', () => {
    const seen = (speedMps: number) => [
      { ...fix(2, 300, 0), speedMps },
      fix(1, 0, 1),
      fix(1, 0, 30),
      fix(1, 0, 60),
    ];
    expect(told(escort, seen(0))).toEqual(['began 30']);
    expect(told(escort, seen(15))).toEqual([]);
  });

  it('are told of by what it rests on', () => {
    const [began] = follow(escort, walk([300, 300, 300]));
    expect(began).toMatchObject({
      id: `roaming/5/1+2/${startMs}/began`,
      kind: 'roaming',
      sense: 'farther',
      limitM: 200,
      sinceMs: startMs,
      confirmedAtMs: startMs + 10_000,
      fixes: [
        { unitKey: 1, fixedAtMs: startMs + 10_000 },
        { unitKey: 2, fixedAtMs: startMs + 5_000 },
      ],
    });
    expect(began?.distanceM).toBeCloseTo(300, 1);
    expect(began?.probability).toBeGreaterThan(0.99);
  });

  it('are not moved by another unit, or by an older fix', () => {
    const state = emptyRoaming(5);
    expect(takePairFix(escort, state, fix(3, 0, 0), startMs)).toEqual({ state });
    const { state: moved } = takePairFix(escort, state, fix(1, 0, 5), startMs);
    expect(takePairFix(escort, moved, fix(1, 900, 5), startMs)).toEqual({ state: moved });
  });

  const walks = fc.array(
    fc.record({
      unitKey: fc.constantFrom(1, 2),
      east: fc.integer({ min: 0, max: 600 }),
      second: fc.integer({ min: 0, max: 30 }),
    }),
    { maxLength: 60 },
  );

  it('are told the same after a restart in the middle, beginning and end by turns', () => {
    fc.assert(
      fc.property(walks, fc.constantFrom(escort, meeting), fc.nat(60), (all, rule, restartAt) => {
        let second = 0;
        const fixes = all.map(({ unitKey, east, second: later }) => {
          second += later;
          return fix(unitKey, east, second);
        });
        const plainRun = follow(rule, fixes);
        expect(follow(rule, fixes, restartAt)).toEqual(plainRun);
        const edges = plainRun.map(({ edge }) => edge);
        expect(edges).toEqual(edges.map((_, i) => (i % 2 === 0 ? 'began' : 'ended')));
      }),
      { numRuns: 1_000 },
    );
  });
});
