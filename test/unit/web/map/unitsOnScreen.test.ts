import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, snapshotKind } from '../../../../server/domain/liveFrame.ts';
import { applyRoster, applySnapshot, createUnitTable } from '../../../../web/src/live/unitTable.ts';
import { findUnitAt } from '../../../../web/src/map/findUnitAt.ts';
import { type Label, placeLabels } from '../../../../web/src/map/placeLabels.ts';
import { symbolScale } from '../../../../web/src/map/symbolScale.ts';
import { createProjection, type View } from '../../../../web/src/map/webMercator.ts';
import { entry, startMs, unitAt } from '../live/fakeLive.ts';

const view: View = { lon: 117.5279, lat: 0.5049, zoom: 14, widthPx: 1000, heightPx: 800 };
/** Degrees of longitude per pixel of that view. */
const pixelDeg = 360 / (512 * 2 ** 14);

/** A table with units `eastPx[i]` pixels east of the middle of the view, keys from 1 on. */
function tableWith(eastPx: readonly number[]) {
  const table = createUnitTable(startMs);
  const keys = eastPx.map((_, i) => i + 1);
  applyRoster(
    table,
    keys.map((key) => entry(key)),
    1,
    true,
  );
  const units = eastPx.map((px, i) => unitAt(i + 1, startMs, px * pixelDeg));
  const header = {
    kind: snapshotKind,
    sequence: 1,
    serverTimeMs: startMs,
    rosterVersion: 1,
  } as const;
  const frame = decodeFrame(encodeFrame(header, units));
  if (!frame.ok) throw new Error(frame.detail);
  applySnapshot(table, frame.value, startMs);
  return table;
}

const textOf = (key: number): string => `Alpha ${key}`;

function labelsOf(table: ReturnType<typeof tableWith>, before: Label[] = [], selected?: number) {
  return placeLabels(table, view, startMs, before, selected, textOf).labels;
}

/** `2 left` for a label to the left of unit 2. */
function sidesOf(labels: readonly Label[]): string[] {
  return labels.map(({ key, side }) => `${key} ${side}`);
}

describe('units on the screen', () => {
  it('are projected as the map projects them', () => {
    const project = createProjection({ lon: 0, lat: 0, zoom: 0, widthPx: 512, heightPx: 512 });
    expect(project(0, 0)).toEqual([256, 256]);
    expect(project(-180, 85.051129)).toEqual([0, expect.closeTo(0, 3)]);
    expect(project(90, -66.51326)).toEqual([384, expect.closeTo(384, 3)]);
  });

  it('are found by a click near them, the nearest first', () => {
    const table = tableWith([0, 30]);
    expect(findUnitAt(table, view, 502, 400, 18, startMs)).toBe(1);
    expect(findUnitAt(table, view, 516, 400, 18, startMs)).toBe(2);
    expect(findUnitAt(table, view, 500, 420, 18, startMs)).toBeUndefined();
  });

  it('have labels where there is room, on the right if they can', () => {
    const labels = sidesOf(labelsOf(tableWith([-300, 0, 300])));
    expect(labels).toEqual(['1 right', '2 right', '3 right']);
  });

  it('write no label over another unit, but on their other side', () => {
    expect(sidesOf(labelsOf(tableWith([0, 40])))).toEqual(['1 left', '2 right']);
    expect(sidesOf(labelsOf(tableWith([0, 40, -40])))).toEqual(['2 right', '3 left']);
  });

  it('keep their label and its side when a newcomer would like the place', () => {
    const table = tableWith([0, 5, 10]);
    expect(sidesOf(labelsOf(table))).toEqual(['1 right', '2 left']);
    const before: Label[] = [{ key: 3, text: 'Alpha 3', side: 'left' }];
    expect(sidesOf(labelsOf(table, before))).toEqual(['3 left', '1 right']);
  });

  it('are written beside with what there is to say, and need more room for more of it', () => {
    const table = tableWith([0, 110]);
    const short = placeLabels(table, view, startMs, [], undefined, textOf);
    expect(sidesOf(short.labels)).toEqual(['1 right', '2 right']);
    const long = (key: number): string | undefined =>
      key === 1 ? 'Alpha 1 · 12 mnt lalu' : undefined;
    const placed = placeLabels(table, view, startMs, [], undefined, long);
    expect(placed.labels).toEqual([{ key: 1, text: 'Alpha 1 · 12 mnt lalu', side: 'left' }]);
  });

  it('always have a label when selected', () => {
    const crowd = tableWith([0, 40, -40]);
    expect(sidesOf(labelsOf(crowd, [], 1))).toContain('1 right');
  });

  it('have no labels outside the view, nor in a swarm', () => {
    expect(sidesOf(labelsOf(tableWith([-600, 0, 600])))).toEqual(['2 right']);
    const swarm = tableWith(Array.from({ length: 5000 }, (_, i) => (i % 900) - 450));
    const placed = placeLabels(swarm, view, startMs, [], 7, textOf);
    expect(placed.labels.map(({ key }) => key)).toEqual([7]);
    expect(placed.inView).toBe(5000);
  });

  it('are smaller the more of them there are and the more land is in view', () => {
    expect(symbolScale(view, 12)).toBe(1);
    expect(symbolScale({ ...view, zoom: 8 }, 12)).toBe(0.7);
    expect(symbolScale(view, 1000)).toBe(0.65);
    expect(symbolScale(view, 100_000)).toBe(0.35);
  });
});
