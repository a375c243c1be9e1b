import { describe, expect, it } from 'vitest';
import { usualWatchRadiiM, type WatchRadii } from '../../../server/domain/watchRadii.ts';
import { operation, placeRig, placesOf, ringOf, rollCall, siteAt } from './placeRig.ts';

describe('the watch of places', () => {
  it('tells an enter and an exit at the ring of a site, and who is inside meanwhile', () => {
    const { watch, told, kinds, stand, drive } = placeRig(placesOf([siteAt(1, 0)]));
    stand(drive(0, 1, 400, 0), 120, 1, 0);
    expect(kinds()).toEqual(['enter']);
    expect(told[0]).toMatchObject({ unitKey: 1, fenceKey: 101, siteKey: 1 });
    expect(watch.insideOf(1)).toEqual([1]);
    drive(180, 1, 0, 400);
    expect(kinds().filter((kind) => !kind.includes(' '))).toEqual(['enter', 'exit']);
    expect(watch.insideOf(1)).toEqual([]);
  });

  it('tells once that nobody reported on a site, after the time of its class, and when somebody does', () => {
    const { watch, told, kinds, drive, stand } = placeRig(placesOf([siteAt(1, 0)]));
    // voting begins in the 100th second; sangat rawan and not reported: ten minutes
    for (let s = 0; s < 800; s += 5) watch.tick(s * 1000);
    expect(kinds()).toEqual(['not_reported began']);
    expect(told[0]).toMatchObject({ siteKey: 1, sinceMs: 100_000, confirmedAtMs: 705_000 });
    expect(watch.coverageOf(1)).toMatchObject({ word: 'belum_lapor', percent: 0 });
    stand(drive(800, 1, 400, 0), 60, 1, 0);
    expect(kinds()).toEqual(['not_reported began', 'enter', 'not_reported ended']);
    expect(watch.coverageOf(1)).toMatchObject({ word: 'cukup', percent: 100 });
  });

  it('counts a roll call, and a site that it found empty is empty and not silent', () => {
    const { watch, kinds } = placeRig(placesOf([siteAt(1, 0)]));
    watch.checkIn(rollCall(1, 0, 200));
    for (let s = 200; s < 600; s += 5) watch.tick(s * 1000);
    expect(watch.coverageOf(1)).toMatchObject({ word: 'kosong' });
    expect(kinds()).toEqual(['absence began']);
    watch.checkIn(rollCall(1, 3, 600));
    watch.tick(600_000);
    expect(watch.coverageOf(1)).toMatchObject({ word: 'lebih', percent: 100 });
    expect(kinds()).toEqual(['absence began', 'absence ended']);
    watch.checkOut({ checkInId: 'c-600', siteKey: 1, who: 'Aipda Budi', atMs: 700_000 });
    watch.tick(700_000);
    expect(watch.coverageOf(1)).toMatchObject({ word: 'kosong' });
  });

  it('counts what cannot be taken, and goes on', () => {
    const { watch } = placeRig(placesOf([siteAt(1, 0)]));
    watch.checkIn(rollCall(9, 2, 200));
    watch.checkOut({ checkInId: 'c-1', siteKey: 9, who: 'Aipda Budi', atMs: 200_000 });
    expect(watch.counts()).toMatchObject({ checkInsLeft: 2, sites: 1, fences: 1 });
  });

  it('takes a change up when its record comes, not before, and only once', () => {
    const { watch, kinds, stand, drive } = placeRig(placesOf([siteAt(1, 0)]));
    const added = siteAt(2, 1_000);
    const change = {
      ...{ change: { number: 2, atMs: 2 }, operations: [operation] },
      sites: { begun: [added], endedKeys: [1] },
      fences: { begun: [ringOf(added)], endedKeys: [101] },
    };
    watch.stage(change);
    stand(drive(0, 1, 400, 1_000), 45, 1, 1_000);
    expect(kinds()).toEqual([]);
    watch.takeChange({ number: 2, atMs: 2 }, 120_000);
    expect(watch.change).toEqual({ number: 2, atMs: 2 });
    expect([...watch.sites()].map(({ key }) => key)).toEqual([2]);
    // who stood there is inside since it counts, and nobody is told
    stand(120, 60, 1, 1_000);
    expect(watch.insideOf(2)).toEqual([1]);
    expect(kinds()).toEqual([]);
    watch.stage(change);
    watch.takeChange({ number: 2, atMs: 2 }, 180_000);
    expect(watch.counts()).toMatchObject({ change: 2, sites: 1, fences: 1 });
    drive(180, 1, 1_000, 400);
    expect(watch.insideOf(2)).toEqual([]);
  });

  it('takes up what was staged before a change whose own record is the first to come', () => {
    const { watch } = placeRig(placesOf([siteAt(1, 0)]));
    const none = { begun: [], endedKeys: [] };
    const [second, third] = [siteAt(2, 1_000), siteAt(3, 2_000)];
    for (const [change, site] of [
      [2, second],
      [4, third],
    ] as const) {
      watch.stage({
        ...{
          change: { number: change, atMs: change },
          operations: [operation],
          sites: { begun: [site], endedKeys: [] },
        },
        fences: { ...none, begun: [ringOf(site)] },
      });
    }
    watch.takeChange({ number: 4, atMs: 4 }, 1_000);
    expect(watch.counts()).toMatchObject({ change: 4, sites: 3, fences: 3 });
  });

  it('arms a fence of a phase when that begins', () => {
    const area = { ...ringOf(siteAt(5, 0)), key: 7, siteKey: undefined };
    const fence = { ...area, conditions: { phases: ['voting'] } };
    const { kinds, drive } = placeRig(placesOf([], [fence]));
    drive(drive(0, 1, 200, 0), 1, 0, 300);
    expect(kinds()).toEqual([]);
    drive(100, 1, 300, 0);
    expect(kinds()).toEqual(['enter']);
  });

  it('keeps a fence armed while any of its phases runs, and requires what the phase of last says', () => {
    const site = siteAt(1, 0, { required: { logistics: { polri: 1 }, campaign: { polri: 2 } } });
    const area = { ...ringOf(siteAt(5, 0)), key: 7, siteKey: undefined };
    const fence = { ...area, conditions: { phases: ['logistics'] } };
    const phases = [
      { phase: 'logistics', startsAtMs: 10_000, endsAtMs: 10_000_000 },
      { phase: 'campaign', startsAtMs: 100_000, endsAtMs: 200_000 },
    ];
    const places = {
      ...placesOf([site], [fence]),
      operations: [{ ...operation, phases, endsAtMs: 400_000 }],
    };
    const { watch, kinds, stand, drive } = placeRig(places);
    const required = () => watch.coverageOf(1)?.agencies;
    stand(drive(10, 1, 200, 0), 60, 1, 0);
    expect(kinds()).toEqual(['enter', 'enter']);
    expect(required()).toEqual([{ agency: 'polri', required: 1, present: 2 }]);
    watch.tick(150_000);
    expect(required()).toEqual([{ agency: 'polri', required: 2, present: 2 }]);
    const after = placeRig(places);
    after.watch.restore(watch.checkpoint(1));
    const { drive: driveOn } = after;
    driveOn(150, 1, 0, 400);
    // of the ring of the site too
    expect(after.kinds().filter((kind) => kind === 'exit')).toHaveLength(2);
    watch.tick(250_000);
    expect(required()).toEqual([{ agency: 'polri', required: 1, present: 2 }]);
    // the operation is over, whatever its phases say
    watch.tick(400_000);
    expect(required()).toEqual([{ agency: 'polri', required: 0, present: 2 }]);
  });

  it('requires what the plan of the operation says by class and hours, from the record of its change', () => {
    const plan = {
      byClass: { sangat_rawan: { voting: { polri: 2 } } },
      hours: { voting: [{ fromMs: 300_000, toMs: 400_000 }] },
    };
    const { watch } = placeRig(placesOf([siteAt(1, 0, { required: {} }), siteAt(2, 900)]));
    const required = (siteKey: number) => watch.coverageOf(siteKey)?.agencies[0]?.required;
    const none = { begun: [], endedKeys: [] };
    const change = { number: 2, atMs: 2 };
    watch.stage({
      ...{ change, sites: none, fences: none, operations: [{ ...operation, version: 2, plan }] },
    });
    watch.tick(310_000);
    expect([1, 2].map(required)).toEqual([undefined, 2]);
    watch.takeChange(change, 320_000);
    watch.tick(325_000);
    expect([1, 2].map(required)).toEqual([2, 2]);
    // outside the hours
    watch.tick(400_000);
    expect([1, 2].map(required)).toEqual([undefined, undefined]);
  });

  it('forgets a unit that is no more, and counts who is of another agency by now', () => {
    const { watch, stand, drive, units } = placeRig(placesOf([siteAt(1, 0)]));
    stand(drive(100, 1, 400, 0), 60, 1, 0);
    expect(watch.coverageOf(1)).toMatchObject({ word: 'cukup' });
    units.set(1, { kind: 'handheld', agency: 'linmas', strength: 2 });
    watch.unitsChanged();
    watch.tick(225_000);
    expect(watch.coverageOf(1)).toMatchObject({ word: 'kurang' });
    units.delete(1);
    watch.unitsChanged();
    watch.tick(230_000);
    expect(watch.insideOf(1)).toEqual([]);
    expect(watch.coverageOf(1)).toMatchObject({ word: 'kosong' });
  });

  it('says how near a place is to the sites around it, by their rings as they are now', () => {
    const { watch } = placeRig(placesOf([siteAt(1, 0), siteAt(2, 700), siteAt(3, 5_000)]));
    const { place } = siteAt(1, 200);
    const before = watch.proximitiesOf(...place, 10);
    expect(before.map(({ siteKey }) => siteKey)).toEqual([1, 2]);
    expect(before.map(({ signedDistanceM }) => Math.round(signedDistanceM))).toEqual([100, 400]);
    const moved = siteAt(1, 5_500);
    watch.stage({
      ...{ change: { number: 2, atMs: 2 }, operations: [operation] },
      sites: { begun: [moved], endedKeys: [] },
      fences: { begun: [ringOf(moved, 2)], endedKeys: [] },
    });
    watch.takeChange({ number: 2, atMs: 2 }, 1_000);
    expect(watch.proximitiesOf(...place, 10).map(({ siteKey }) => siteKey)).toEqual([2]);
    expect(watch.proximitiesOf(0, -89, 10)).toEqual([]);
  });

  it('watches as far around a site as the settings say', () => {
    const places = placesOf([siteAt(1, 0)]);
    const [lon, lat] = siteAt(2, 1_500).place;
    const near = (radiiM?: WatchRadii): number =>
      placeRig(places, undefined, radiiM).watch.proximitiesOf(lon, lat, 10).length;
    expect([near(), near({ ...usualWatchRadiiM, tps: 2_000 })]).toEqual([0, 1]);
  });

  it('refuses to go on from a checkpoint of other places', () => {
    const { watch } = placeRig(placesOf([siteAt(1, 0)]));
    const kept = watch.checkpoint(7);
    const other = placeRig({ ...placesOf([siteAt(1, 0)]), change: { number: 2, atMs: 2 } });
    expect(() => other.watch.restore(kept)).toThrow(
      'the checkpoint is of change 1, the places of 2',
    );
  });
});
