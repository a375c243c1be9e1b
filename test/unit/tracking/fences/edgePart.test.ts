import { describe, expect, it } from 'vitest';
import type { LonLat } from '../../../../server/domain/fence.ts';
import { edgePart, nearestInPartM } from '../../../../server/tracking/fences/edgePart.ts';
import {
  type Box,
  buildEdgeTree,
  nearestEdgeM,
} from '../../../../server/tracking/fences/edgeTree.ts';
import { planeAt } from '../../../../server/tracking/fences/localPlane.ts';

const sizeDeg = 1 / 128;
const [west, south] = [117.5, 0.5];
const cell: Box = [west, south, west + sizeDeg, south + sizeDeg];
const around: Box = [west - 0.004, south - 0.004, west + sizeDeg + 0.004, south + sizeDeg + 0.004];
const withinM = 300;

/** Asks for places on a grid whose lines go through every corner: where rays meet corners and edges. */
function compareOnGrid(rings: readonly (readonly LonLat[])[], gridDeg: number): number {
  const tree = buildEdgeTree(rings, true);
  const ints = Int32Array.from(edgePart(7, tree, cell, around));
  let compared = 0;
  for (let lon = west; lon <= west + sizeDeg; lon += gridDeg) {
    for (let lat = south; lat <= south + sizeDeg; lat += gridDeg) {
      const plane = planeAt(lat);
      const wholeM = nearestEdgeM(tree, plane, lon, withinM);
      const partM = nearestInPartM(tree, ints, 0, plane, lon, withinM, west, south, sizeDeg);
      // on an edge there is no side
      if (Math.abs(wholeM) < 1e-6 && Math.abs(partM) < 1e-6) continue;
      expect([lon, lat, partM]).toEqual([lon, lat, wholeM]);
      compared++;
    }
  }
  return compared;
}

const grid = (points: readonly (readonly [number, number])[], stepDeg: number): LonLat[] =>
  points.map(([x, y]) => [west + x * stepDeg, south + y * stepDeg]);

describe('the part of a fence in a cell', () => {
  it('gives the distances of the whole fence, also in line with corners and edges', () => {
    const stepDeg = sizeDeg / 16;
    const steps = [
      [2, 2],
      [14, 2],
      [14, 8],
      [10, 8],
      [10, 6],
      [8, 8],
      [6, 6],
      [6, 14],
      [2, 14],
      [2, 9],
      [4, 7],
      [2, 5],
    ] as const;
    const hole = [
      [3, 3],
      [5, 3],
      [5, 5],
    ] as const;
    const rings = [grid(steps, stepDeg), grid(hole, stepDeg)];
    expect(compareOnGrid(rings, stepDeg / 2)).toBeGreaterThan(900);
  });

  it('does so with an edge through the middle of the cell', () => {
    const square = [
      [-20, -20],
      [8, -20],
      [8, 40],
      [-20, 40],
    ] as const;
    expect(compareOnGrid([grid(square, sizeDeg / 16)], sizeDeg / 32)).toBeGreaterThan(900);
  });

  it('lists only the edges that come near', () => {
    const ring = Array.from({ length: 1_000 }, (_, i): LonLat => {
      const angle = (2 * Math.PI * i) / 1_000;
      return [west + 0.05 * Math.cos(angle) - 0.048, south + 0.05 * Math.sin(angle)];
    });
    const [slot, , runs, ...offsets] = edgePart(7, buildEdgeTree([ring], true), cell, around);
    expect([slot, runs]).toEqual([7, offsets.length]);
    expect(runs).toBeGreaterThan(2);
    expect(runs).toBeLessThan(12);
  });
});
