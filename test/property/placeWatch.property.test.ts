import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PlaceEvent } from '../../server/domain/placeEvent.ts';
import type { ChangeOfPlaces, Places } from '../../server/domain/places.ts';
import { readSnapshot, writeSnapshot } from '../../server/tracking/fences/fenceSnapshot.ts';
import { ring } from '../unit/tracking/fences/engineRig.ts';
import {
  operation,
  placeRig,
  placesOf,
  ringOf,
  rollCall,
  siteAt,
} from '../unit/tracking/placeRig.ts';

const watched = { isUrgent: true, dwellMs: 60_000, lostInsideMs: 90_000, speedLimitMps: 8 };
const area = ring({ key: 1, fenceClass: 'area', watch: watched, operationKey: 1 });
const ofPhase = ring({ key: 2, conditions: { phases: ['voting'] }, operationKey: 1 });
/** Seconds count from a Thursday's midnight: from its 5th to its 15th minute. */
const weekly = [{ fromDay: 3, fromMinute: 5, toDay: 3, toMinute: 15 }];
const ofHours = ring({ key: 3, conditions: { weekly, timeZone: 'Africa/Abidjan' } });
const first = placesOf([siteAt(1, 0), siteAt(2, 300)], [area, ofPhase, ofHours]);

type Rig = ReturnType<typeof placeRig>;
type Step = (rig: Rig, atS: number) => void;

/** What may come in the journal, one record after the other. */
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(unit(), fc.integer({ min: -250, max: 550 }), fc.integer({ min: 0, max: 20 }))
      .map(
        ([unitKey, xM, lateS]): Step =>
          (rig, atS) => {
            // mostly in order; some that come late
            rig.at(lateS > 15 ? atS - lateS : atS, unitKey, xM, 0, atS);
          },
      ),
  },
  { weight: 10, arbitrary: fc.constant<Step>(({ watch }, atS) => watch.tick(atS * 1000)) },
  {
    weight: 1,
    arbitrary: fc.tuple(site(), fc.nat(3)).map(
      ([siteKey, strength]): Step =>
        ({ watch }, atS) => {
          watch.checkIn(rollCall(siteKey, strength, atS));
        },
    ),
  },
  {
    weight: 1,
    arbitrary: unit().map(
      (unitKey): Step =>
        ({ watch }, atS) =>
          watch.heard(unitKey, atS * 1000),
    ),
  },
);
const changes = fc.array(
  fc.record({ siteKey: site(), xM: fc.integer({ min: -300, max: 600 }), isEnd: fc.boolean() }),
  { maxLength: 4 },
);

function unit(): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: 3 });
}

function site(): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: 3 });
}

function changesOf(
  drafts: readonly { siteKey: number; xM: number; isEnd: boolean }[],
): ChangeOfPlaces[] {
  return drafts.map(({ siteKey, xM, isEnd }, index) => {
    const changed = siteAt(siteKey, xM);
    const [begun, endedKeys] = isEnd ? [[], [siteKey]] : [[changed], []];
    return {
      ...{
        change: { number: 2 + index, atMs: 2 + index },
        operations: [operation],
        sites: { begun, endedKeys },
      },
      fences: {
        begun: isEnd ? [] : [ringOf(changed, 2 + index)],
        endedKeys: isEnd ? [100 + siteKey] : [],
      },
    };
  });
}

/** The places after some of the changes: what a database says of that moment. */
function placesAfter(taken: readonly ChangeOfPlaces[]): Places {
  const sites = new Map(first.sites.map((each) => [each.key, each]));
  const fences = new Map(first.fences.map((each) => [each.key, each]));
  for (const change of taken) {
    for (const key of change.sites.endedKeys) sites.delete(key);
    for (const each of change.sites.begun) sites.set(each.key, each);
    for (const key of change.fences.endedKeys) fences.delete(key);
    for (const each of change.fences.begun) fences.set(each.key, each);
  }
  const operations = [operation];
  return {
    change: { number: 1 + taken.length, atMs: 1 + taken.length },
    sites: [...sites.values()],
    fences: [...fences.values()],
    operations,
  };
}

it('tells the same whether it runs through or goes on from a checkpoint anywhere', () => {
  let events = 0;
  const kinds = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 60, maxLength: 220 }),
      changes,
      fc.integer({ min: 0, max: 100 }),
      fc.boolean(),
      (steps, drafts, cut, hasIndex) => {
        const all = changesOf(drafts);
        // changes come evenly between the other records
        const records = steps.flatMap((each, index): Step[] => {
          const every = Math.ceil(steps.length / (all.length + 1));
          const change = index > 0 && index % every === 0 ? all[index / every - 1] : undefined;
          if (change === undefined) return [each];
          return [({ watch }, atS) => watch.takeChange(change.change, atS * 1000), each];
        });
        const isChange = (index: number): boolean => !steps.includes(records[index] ?? never);
        const whole = placeRig(first);
        for (const change of all) whole.watch.stage(change);
        for (const [index, each] of records.entries()) each(whole, 50 + 8 * index);

        const before = placeRig(first);
        for (const change of all) before.watch.stage(change);
        const at = Math.floor((cut / 100) * records.length);
        for (const [index, each] of records.slice(0, at).entries()) each(before, 50 + 8 * index);
        const taken = records.slice(0, at).filter((_, index) => isChange(index)).length;
        const kept: ReturnType<typeof before.watch.checkpoint> = deserialize(
          serialize(before.watch.checkpoint(at)),
        );
        const snapshot = readSnapshot(writeSnapshot(before.watch.index, crc32), crc32);
        if (!snapshot.ok) throw new Error(snapshot.detail);
        const after = placeRig(
          { ...first, fences: [], sites: [] },
          hasIndex ? snapshot.value : undefined,
        );
        after.watch.setPlaces(placesAfter(all.slice(0, taken)), kept.fences.tickedAtMs);
        after.watch.restore(kept);
        for (const change of all) after.watch.stage(change);
        for (const [index, each] of records.slice(at).entries()) {
          each(after, 50 + 8 * (at + index));
        }

        const both: PlaceEvent[] = [...before.told, ...after.told];
        expect(both).toEqual(whole.told);
        expect(new Set(both.map(({ id }) => id)).size).toBe(both.length);
        events += both.length;
        for (const { kind } of both) kinds.add(kind);
      },
    ),
    { numRuns: 150 },
  );
  expect(events).toBeGreaterThan(150);
  expect([...kinds]).toEqual(expect.arrayContaining(['enter', 'exit', 'not_reported', 'absence']));
});

const never: Step = () => undefined;
