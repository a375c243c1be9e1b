import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConvergenceRule } from '../../../../server/domain/encounterRule.ts';
import type { ConvergenceTransition } from '../../../../server/domain/siteTransition.ts';
import {
  type ClassedFix,
  Convergence,
  maxMeetings,
} from '../../../../server/tracking/coverage/convergence.ts';
import { distanceM } from '../../../../server/tracking/fences/localPlane.ts';

const startMs = Date.UTC(2024, 10, 27, 0, 0);
const rule: ConvergenceRule = {
  key: 3,
  agencies: ['polri'],
  units: 3,
  radiusM: 100,
  withinMs: 60_000,
};
/** About 11 m a step to the east of Sangatta's field, a second each. */
const fix = (unitKey: number, step: number, second: number): ClassedFix => ({
  unitKey,
  kind: 'handheld',
  agency: 'polri',
  lon: 117.5279 + step / 10_000,
  lat: 0.5049,
  fixedAtMs: startMs + second * 1_000,
});

function take(watch: Convergence, fixes: readonly ClassedFix[]): string[] {
  return fixes.flatMap((each) => {
    const told = watch.take(each, each.fixedAtMs);
    return told === undefined ? [] : [`${told.edge} ${told.fixes.map((one) => one.unitKey)}`];
  });
}

describe('a convergence', () => {
  it('begins with the unit that completes it, once', () => {
    const watch = new Convergence(rule);
    expect(take(watch, [fix(1, 0, 0), fix(2, 5, 10)])).toEqual([]);
    expect(take(watch, [fix(3, 2, 20), fix(1, 1, 30), fix(4, 3, 40)])).toEqual(['began 1,2,3']);
  });

  it('is of distinct units', () => {
    const watch = new Convergence(rule);
    expect(take(watch, [fix(1, 0, 0), fix(1, 1, 1), fix(1, 2, 2), fix(2, 0, 3)])).toEqual([]);
  });

  it('is of units of its class', () => {
    const watch = new Convergence({ ...rule, unitKinds: ['handheld'] });
    const linmas = { ...fix(3, 0, 2), agency: 'linmas' } as const;
    const car = { ...fix(4, 0, 3), kind: 'patrol_car' } as const;
    expect(take(watch, [fix(1, 0, 0), fix(2, 0, 1), linmas, car])).toEqual([]);
  });

  it('does not count who was there too long ago', () => {
    const watch = new Convergence(rule);
    expect(take(watch, [fix(1, 0, 0), fix(2, 0, 30), fix(3, 0, 61)])).toEqual([]);
  });

  it('is not moved by a fix that is older than the newest of its unit', () => {
    const watch = new Convergence(rule);
    expect(take(watch, [fix(1, 50, 10), fix(2, 0, 11), fix(1, 0, 5), fix(3, 0, 12)])).toEqual([]);
  });

  it('ends with the tick at which too few are left, beyond its hysteresis', () => {
    const watch = new Convergence(rule);
    take(watch, [fix(1, 0, 0), fix(2, 0, 1), fix(3, 0, 2)]);
    take(watch, [fix(3, 12, 3)]);
    expect(watch.tick(startMs + 4_000)).toEqual([]);
    take(watch, [fix(3, 20, 5)]);
    const [ended] = watch.tick(startMs + 6_000);
    expect(ended).toMatchObject({
      edge: 'ended',
      id: `convergence/3/1+2+3/${startMs + 2_000}/ended`,
    });
    expect(watch.meetings).toEqual([]);
  });

  it('ends when its units fall silent', () => {
    const watch = new Convergence(rule);
    take(watch, [fix(1, 0, 0), fix(2, 0, 1), fix(3, 0, 2)]);
    expect(watch.tick(startMs + 60_000)).toHaveLength(0);
    expect(watch.tick(startMs + 61_000)).toHaveLength(1);
  });

  it('goes with its units when they walk on', () => {
    const watch = new Convergence(rule);
    const march = Array.from({ length: 60 }, (_, i) => [
      fix(1, i, 3 * i),
      fix(2, i + 1, 3 * i + 1),
      fix(3, i + 2, 3 * i + 2),
    ]).flat();
    expect(take(watch, march)).toEqual(['began 1,2,3']);
    expect(watch.tick(startMs + 180_000)).toEqual([]);
  });

  it('tells no more than so many at once, and counts the others', () => {
    const watch = new Convergence({ ...rule, units: 2 });
    for (let i = 0; i < maxMeetings + 2; i++) {
      take(watch, [fix(2 * i, 100 * i, 0), fix(2 * i + 1, 100 * i, 0)]);
    }
    expect(watch.meetings).toHaveLength(maxMeetings);
    expect(watch.overflowed).toBe(2);
  });

  it.each([
    { units: 1 },
    { units: 2.5 },
    { units: 65 },
    { radiusM: 0 },
    { radiusM: Number.NaN },
    { radiusM: 20_001 },
    { withinMs: 0 },
  ])('is refused with %j', (change) => {
    expect(() => new Convergence({ ...rule, ...change })).toThrow(RangeError);
  });

  const steps = fc.array(
    fc.record({
      unitKey: fc.integer({ min: 1, max: 8 }),
      step: fc.integer({ min: 0, max: 40 }),
      laterS: fc.integer({ min: 0, max: 20 }),
      isTick: fc.integer({ min: 0, max: 4 }).map((each) => each === 0),
    }),
    { maxLength: 80 },
  );
  type Step = { unitKey: number; step: number; laterS: number; isTick: boolean };

  it('begins and ends as by looking at all units each time', () => {
    fc.assert(
      fc.property(steps, (all) => {
        expect(run(all, -1).map(({ id }) => id)).toEqual(runByScan(all));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is told the same after a restart in the middle', () => {
    fc.assert(
      fc.property(steps, fc.nat(80), (all, restartAt) => {
        expect(run(all, restartAt)).toEqual(run(all, -1));
      }),
      { numRuns: 500 },
    );
  });

  function run(all: readonly Step[], restartAt: number): ConvergenceTransition[] {
    let watch = new Convergence(rule);
    let second = 0;
    return all.flatMap(({ unitKey, step, laterS, isTick }, i) => {
      if (i === restartAt) {
        watch = Convergence.restore(rule, JSON.parse(JSON.stringify(watch.checkpoint())));
      }
      second += laterS;
      const each = fix(unitKey, step, second);
      if (isTick) return watch.tick(each.fixedAtMs);
      const told = watch.take(each, each.fixedAtMs);
      return told === undefined ? [] : [told];
    });
  }

  /** The definition word for word, without grid or forgetting. */
  function runByScan(all: readonly Step[]): string[] {
    const newest = new Map<number, ClassedFix>();
    let meetings: { name: string; lon: number; lat: number }[] = [];
    let second = 0;
    const near = (lon: number, lat: number, withinM: number, nowMs: number) =>
      [...newest.values()]
        .filter((each) => each.fixedAtMs >= nowMs - rule.withinMs)
        .filter((each) => distanceM(lon, lat, each.lon, each.lat) <= withinM)
        .sort((a, b) => a.unitKey - b.unitKey);
    return all.flatMap(({ unitKey, step, laterS, isTick }) => {
      second += laterS;
      const each = fix(unitKey, step, second);
      const { lon, lat, fixedAtMs } = each;
      if (isTick) {
        const over = meetings.filter((one) => near(one.lon, one.lat, 150, fixedAtMs).length < 3);
        meetings = meetings.filter((one) => !over.includes(one));
        return over.map(({ name }) => `${name}/ended`);
      }
      const before = newest.get(unitKey);
      if (before !== undefined && before.fixedAtMs >= fixedAtMs) return [];
      newest.set(unitKey, each);
      const met = near(lon, lat, 100, fixedAtMs);
      if (met.length < 3) return [];
      const place = {
        lon: lon + met.reduce((sum, one) => sum + one.lon - lon, 0) / met.length,
        lat: met.reduce((sum, one) => sum + one.lat, 0) / met.length,
      };
      const known = meetings.find((one) => distanceM(lon, lat, one.lon, one.lat) <= 200);
      if (known !== undefined) {
        Object.assign(known, place);
        return [];
      }
      const name = `convergence/3/${met.map((one) => one.unitKey).join('+')}/${fixedAtMs}`;
      meetings.push({ name, ...place });
      return [`${name}/began`];
    });
  }
});
