import { describe, expect, it } from 'vitest';
import type { Rule } from '../../server/domain/rule.ts';
import { type TrialInput, tryRule } from '../../server/ruleTrial.ts';
import { ruleOf, unitOf } from './alarms/rulesRig.ts';
import { placeAt } from './tracking/fences/engineRig.ts';
import { placesOf, rollCall, siteAt } from './tracking/placeRig.ts';

const units = Array.from({ length: 12 }, (_, nth) => unitOf(nth + 1));
const trackers = units.map(({ key }) => ({
  ...{ key, id: `hp-${key}`, region: '64.08', unitKey: key, role: 'primary' as const },
}));
const places = placesOf([siteAt(1, 0), siteAt(2, 5_000)]);

/** A unit drives from 400 m away to the site and stands there, a fix every 5 s. */
function visit(unitKey: number, fromS: number): TrialInput[] {
  return Array.from({ length: 20 }, (_, nth) => {
    const atMs = (fromS + 5 * nth) * 1000;
    const fix = { fixedAtMs: atMs, ...placeAt(Math.max(0, 400 - 40 * nth)), batteryPct: 9 };
    const position = { trackerKey: unitKey, fix, receivedAtMs: atMs, verdict: 'live' as const };
    return { kind: 'position', position };
  });
}

/** A unit is seen far from any site. */
function passing(unitKey: number, atS: number): TrialInput[] {
  const fix = { fixedAtMs: atS * 1000, ...placeAt(2_500) };
  const position = { trackerKey: unitKey, fix, receivedAtMs: atS * 1000, verdict: 'live' as const };
  return [{ kind: 'position', position }];
}

const run = (rule: Rule, inputs: readonly TrialInput[], toS = 3_600) =>
  tryRule(rule, {
    ...{ trackers, units, places, inputs, fromMs: 0, toMs: toS * 1000 },
    operationsOf: () => [1],
  });

describe('the trial of a rule', () => {
  it('says what it would have raised, of what was read', async () => {
    const rule = { ...ruleOf({ kind: 'enter' }), isEnabled: false };
    const tried = await run(rule, [...visit(1, 0), ...visit(2, 200)]);
    expect(tried).toMatchObject({
      ok: true,
      value: {
        ...{ raised: 2, occurrences: 2, positions: 40, units: 2, matched: 2, of: 2 },
        ...{ perDay: 48, warning: null },
        first: [
          { unitId: 'unit-1', siteId: 'tps-1', text: { id: 'Elang 1 di TPS 1: -' } },
          { unitId: 'unit-2', siteId: 'tps-1' },
        ],
      },
    });
  });

  it('warns where a rule fits nearly everything', async () => {
    const inputs = units.slice(0, 6).flatMap(({ key }) => visit(key, 200 * key));
    const tried = await run(ruleOf({ kind: 'battery_low', belowPct: 90 }), inputs);
    expect(tried).toMatchObject({ value: { raised: 6, matched: 6, of: 6, warning: 'fits_most' } });
    const one = await run(ruleOf({ kind: 'enter' }, { who: { unitIds: ['unit-1'] } }), inputs);
    expect(one).toMatchObject({ value: { raised: 1, matched: 1, of: 6, warning: null } });
  });

  it('warns where a rule would raise more than people can bear', async () => {
    const rule = ruleOf({ kind: 'enter' });
    const elsewhere = [6, 7, 8, 9, 10, 11, 12].flatMap((key) => passing(key, 100));
    const visits = (keys: readonly number[]) => keys.flatMap((key) => visit(key, 150 * key));
    const five = await run(rule, [...elsewhere, ...visits([1, 2, 3, 4, 5])]);
    expect(five).toMatchObject({ value: { raised: 5, of: 12, perDay: 120, warning: 'too_many' } });
    const four = await run(rule, [...elsewhere, ...visits([1, 2, 3, 4])]);
    expect(four).toMatchObject({ value: { raised: 4, perDay: 96, warning: null } });
    // of ten minutes nobody knows a day
    const few = await run(rule, visits([1, 2]), 600);
    expect(few).toMatchObject({ value: { raised: 2, perDay: 48 } });
  });

  it('knows what was checked in, and says what it cannot try', async () => {
    const rule = ruleOf({ kind: 'absence' });
    const checkIn = rollCall(1, 0, 200);
    const tried = await run(rule, [{ kind: 'check_in', checkIn, atMs: 200_000 }]);
    expect(tried).toMatchObject({
      value: { raised: 1, matched: 1, of: 2, first: [{ siteId: 'tps-1' }] },
    });
    expect(await run(ruleOf({ kind: 'sos' }), [])).toMatchObject({ reason: 'not_triable' });
  });

  it('gives way to others', async () => {
    let pauses = 0;
    await tryRule(ruleOf({ kind: 'enter' }), {
      ...{ trackers, units, places, inputs: [], fromMs: 0, toMs: 20_000_000 },
      operationsOf: () => [],
      pause: async () => {
        pauses += 1;
      },
    });
    expect(pauses).toBe(4);
  });
});
