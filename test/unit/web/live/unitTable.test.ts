import { describe, expect, it } from 'vitest';
import {
  decodeFrame,
  deltaKind,
  encodeFrame,
  type LiveFrame,
  snapshotKind,
  type UnitState,
} from '../../../../server/domain/liveFrame.ts';
import { presences } from '../../../../server/domain/presence.ts';
import { unitKinds } from '../../../../server/domain/unit.ts';
import {
  applyDelta,
  applyPresence,
  applyRoster,
  applySnapshot,
  createUnitTable,
  displayedPlace,
  longestGlideMs,
  presenceOf,
} from '../../../../web/src/live/unitTable.ts';
import { unitMotion } from '../../../../web/src/units/unitMotion.ts';
import { entry, startMs, unitAt } from './fakeLive.ts';

function frameOf(
  kind: typeof snapshotKind | typeof deltaKind,
  serverTimeMs: number,
  units: readonly UnitState[],
): LiveFrame {
  const bytes = encodeFrame({ kind, sequence: 1, serverTimeMs, rosterVersion: 1 }, units);
  const frame = decodeFrame(bytes);
  if (!frame.ok) throw new Error(frame.detail);
  return frame.value;
}

/** A table with one unit, whose fix was made at startMs. */
function tableWithOne(more: Partial<UnitState> = {}) {
  const table = createUnitTable(startMs);
  applyRoster(table, [entry(1)], 1, true);
  const unit = { ...unitAt(1, startMs), ...more };
  applySnapshot(table, frameOf(snapshotKind, startMs, [unit]), startMs);
  return table;
}

describe('the unit table', () => {
  it('keeps every unit when it grows beyond its first rows', () => {
    const table = createUnitTable(startMs);
    const units = Array.from({ length: 1000 }, (_, i) => unitAt(5000 - i, startMs, i * 1e-6));
    applySnapshot(table, frameOf(snapshotKind, startMs, units), startMs);
    expect(table.count).toBe(1000);
    expect(table.capacity).toBe(1024);
    for (const unit of units) {
      const row = table.index.get(unit.unitKey) ?? -1;
      expect(table.lonLat[row * 2]).toBeCloseTo(unit.lon, 6);
    }
  });

  it('finds the row of each unit when a delta brings them in another order', () => {
    const table = createUnitTable(startMs);
    const units = [unitAt(3, startMs), unitAt(1, startMs), unitAt(2, startMs)];
    applySnapshot(table, frameOf(snapshotKind, startMs, units), startMs);
    const later = [
      unitAt(2, startMs + 1, 0.2),
      unitAt(3, startMs + 1, 0.3),
      unitAt(9, startMs + 1),
    ];
    const motion = { nowMs: startMs, glides: false };
    expect(applyDelta(table, frameOf(deltaKind, startMs + 1, later), motion)).toBe(true);
    expect([...table.lonLat.subarray(0, 8)].filter((_, i) => i % 2 === 0)).toEqual([
      expect.closeTo(117.8279, 6),
      expect.closeTo(117.5279, 6),
      expect.closeTo(117.7279, 6),
      expect.closeTo(117.5279, 6),
    ]);
  });

  it.each([
    ['moves on a known course', { speedMps: 12, courseDeg: 90 }, 90],
    ['moves on a course with unknown speed', { speedMps: undefined, courseDeg: 90 }, 90],
    ['has no course', { speedMps: 12, courseDeg: undefined }, -1],
    ['stands still', { speedMps: 0.3, courseDeg: 90 }, -1],
  ])('points a pointer only where a unit goes: it %s', (_name, motion, expected) => {
    expect(tableWithOne(motion).look[1]).toBe(expected);
  });

  it('tells what is known of a fix and what is not', () => {
    const known = tableWithOne();
    const unknown = tableWithOne({
      speedMps: undefined,
      courseDeg: undefined,
      accuracyM: undefined,
    });
    const place = { lon: 117.5279, lat: 0.5049, fixedAtMs: startMs, ageMs: 5000, isStored: true };
    const motion = { speedMps: 12, courseDeg: 90, accuracyM: 8 };
    const nothing = { speedMps: undefined, courseDeg: undefined, accuracyM: undefined };
    expect(unitMotion(known, 1, startMs + 5000)).toEqual({ ...place, ...motion });
    expect(unitMotion(unknown, 1, startMs + 5000)).toEqual({ ...place, ...nothing });
    expect(unitMotion(known, 2, startMs)).toBeUndefined();
    const shown = tableWithOne({ isStored: false });
    expect(unitMotion(shown, 1, startMs)).toMatchObject({ courseDeg: 90, isStored: false });
  });

  it('gives each unit the symbol of its kind, and a new one when its kind changes', () => {
    const table = tableWithOne();
    expect(table.look[0]).toBe(unitKinds.indexOf('patrol_car'));
    applyRoster(table, [entry(1, { kind: 'drone' })], 2, false);
    expect(table.look[0]).toBe(unitKinds.indexOf('drone'));
  });

  it('takes presence from the server alone, and knows nobody to be there before it says so', () => {
    const table = tableWithOne();
    expect(presenceOf(table, 1)).toBe('lost');
    expect(table.look[2]).toBe(presences.indexOf('lost'));
    applyPresence(table, [[1, presences.indexOf('live')]], true);
    expect(presenceOf(table, 1)).toBe('live');
    expect(table.look[2]).toBe(presences.indexOf('live'));
    // an old fix alone makes nobody late
    applySnapshot(table, frameOf(snapshotKind, startMs + 1e7, [unitAt(1, startMs)]), startMs);
    expect(table.look[2]).toBe(presences.indexOf('live'));
  });

  it('keeps presences over a new roster, but of nobody who is not in it', () => {
    const table = tableWithOne();
    applyPresence(
      table,
      [
        [1, 1],
        [9, 0],
      ],
      true,
    );
    expect([...table.presence]).toEqual([[1, 'late']]);
    applyRoster(table, [entry(1), entry(2)], 2, true);
    expect(presenceOf(table, 1)).toBe('late');
    applyPresence(table, [[2, presences.indexOf('no_fix')]], false);
    expect([presenceOf(table, 1), presenceOf(table, 2)]).toEqual(['late', 'no_fix']);
    applyRoster(table, [entry(2)], 3, true);
    expect([...table.presence.keys()]).toEqual([2]);
    applyPresence(table, [], true);
    expect(presenceOf(table, 2)).toBe('lost');
  });

  it('starts a new glide from where the symbol is drawn, not from the fix before', () => {
    const table = tableWithOne();
    const at = (ms: number, eastDeg: number): void => {
      const frame = frameOf(deltaKind, startMs + ms, [unitAt(1, startMs + ms, eastDeg)]);
      applyDelta(table, frame, { nowMs: startMs + ms, glides: true });
    };
    at(4000, 0.004);
    expect(displayedPlace(table, 0, startMs + 6000)[0]).toBeCloseTo(117.5299, 6);
    at(6000, 0.006);
    expect(displayedPlace(table, 0, startMs + 6000)[0]).toBeCloseTo(117.5299, 6);
    expect(displayedPlace(table, 0, startMs + 8000)[0]).toBeCloseTo(117.5339, 6);
  });

  it.each([
    ['a slow reporter for no longer than the longest glide', 60_000, 0.004, longestGlideMs],
    ['not at all over more than 5 km', 2000, 0.05, 0],
    ['not at all to where it is already', 2000, 0, 0],
    ['not at all to a fix of the same instant', 0, 0.001, 0],
  ])('glides %s', (_name, gapMs, eastDeg, expectedMs) => {
    const table = tableWithOne();
    const nowMs = startMs + gapMs;
    const frame = frameOf(deltaKind, nowMs, [unitAt(1, nowMs, eastDeg)]);
    applyDelta(table, frame, { nowMs, glides: true });
    const [, , startS = 0, endS = 0] = table.glide;
    expect(endS - startS).toBeCloseTo(expectedMs / 1000, 3);
  });

  it('jumps when motion is reduced', () => {
    const table = tableWithOne();
    const nowMs = startMs + 2000;
    const frame = frameOf(deltaKind, nowMs, [unitAt(1, nowMs, 0.001)]);
    applyDelta(table, frame, { nowMs, glides: false });
    expect(displayedPlace(table, 0, nowMs)[0]).toBeCloseTo(117.5289, 6);
    expect(table.glidingUntilMs).toBe(0);
  });

  it('draws to the centimetre after days on the same page', () => {
    const table = tableWithOne();
    const day = 24 * 3600 * 1000;
    for (let hour = 1; hour <= 72; hour += 1) {
      // no whole second, which float32 would keep by chance
      const nowMs = startMs + (hour * day) / 24 + 13;
      const frame = frameOf(deltaKind, nowMs, [unitAt(1, nowMs, hour * 1e-4)]);
      applyDelta(table, frame, { nowMs, glides: true });
    }
    const halfWayMs = startMs + 3 * day + 13 + longestGlideMs / 2;
    expect(displayedPlace(table, 0, halfWayMs)[0]).toBeCloseTo(117.5279 + 71.5e-4, 7);
  });

  it('keeps the other rows whole when units leave the roster', () => {
    const table = createUnitTable(startMs);
    applyRoster(
      table,
      [1, 2, 3, 4].map((key) => entry(key)),
      1,
      true,
    );
    const units = [1, 2, 3, 4].map((key) => unitAt(key, startMs - key, key / 1000));
    applySnapshot(table, frameOf(snapshotKind, startMs, units), startMs);
    applyRoster(table, [entry(4), entry(2)], 2, true);
    expect(table.count).toBe(2);
    for (const key of [2, 4]) {
      const row = table.index.get(key) ?? -1;
      expect(table.unitKey[row]).toBe(key);
      expect(table.lonLat[row * 2]).toBeCloseTo(117.5279 + key / 1000, 6);
      expect(table.fixedAtMs[row]).toBe(startMs - key);
    }
  });
});
