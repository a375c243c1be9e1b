import { describe, expect, it } from 'vitest';
import {
  addToRow,
  isConfirmed,
  type Row,
  readFix,
  type UnitPlace,
} from '../../../server/alarms/incidentArea.ts';
import { IncidentArrivals } from '../../../server/alarms/incidentArrivals.ts';
import { distanceM } from '../../../server/tracking/fences/localPlane.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { placeAt } from '../tracking/fences/engineRig.ts';

describe('a fix at the edge of a circle of 200 m', () => {
  it.each([
    [179, 5, { side: 'inside', isClear: true }],
    [181, 5, { side: 'edge', isClear: false }],
    [219, 5, { side: 'edge', isClear: false }],
    [221, 5, { side: 'outside', isClear: true }],
    // 1.5 sigmas are 30 m, 4 are 80 m
    [175, 20, { side: 'edge', isClear: false }],
    [165, 20, { side: 'inside', isClear: false }],
    [119, 20, { side: 'inside', isClear: true }],
    [229, 20, { side: 'edge', isClear: false }],
    [279, 20, { side: 'outside', isClear: false }],
    [281, 20, { side: 'outside', isClear: true }],
    // nothing is known of it: 10 m
    [159, undefined, { side: 'inside', isClear: true }],
    [161, undefined, { side: 'inside', isClear: false }],
    // an error as large as the area
    [0, 201, { side: 'edge', isClear: false }],
  ] as const)('%d m from the middle with a sigma of %s m', (atM, accuracyM, reading) => {
    expect(readFix(atM, 200, accuracyM)).toEqual(reading);
  });

  it('is inside of the smallest area from half of its radius on', () => {
    expect(readFix(9.9, 20, 5)).toEqual({ side: 'inside', isClear: false });
    expect(readFix(10.1, 20, 5).side).toBe('edge');
    expect(readFix(9.9, 20, 2).isClear).toBe(true);
  });
});

describe('a row of fixes', () => {
  const rowOf = (...fixes: readonly (readonly [atS: number, signedM: number])[]): Row => {
    const row: Row = { count: 0, clear: 0, sinceMs: 0, lastMs: 0 };
    for (const [atS, signedM] of fixes) {
      addToRow(row, readFix(200 + signedM, 200, 10), 'inside', atS * 1000);
    }
    return row;
  };

  it('is enough with two clear fixes, and its time is that of the first that counts', () => {
    expect(isConfirmed(rowOf([0, -45]))).toBe(false);
    expect(isConfirmed(rowOf([0, -45], [5, -45]))).toBe(true);
    expect(rowOf([0, -25], [5, -45], [10, -45]).sinceMs).toBe(0);
  });

  it('begins anew with one that counts for no side', () => {
    expect(isConfirmed(rowOf([0, -45], [5, 0], [10, -45]))).toBe(false);
    expect(isConfirmed(rowOf([0, -45], [5, -25], [10, -45]))).toBe(false);
  });

  it('is enough with five over two minutes, none of them clear', () => {
    const slow = [0, 30, 60, 90, 119].map((atS) => [atS, -25] as const);
    expect(isConfirmed(rowOf(...slow))).toBe(false);
    expect(isConfirmed(rowOf(...slow, [120, -25]))).toBe(true);
    expect(isConfirmed(rowOf([0, -25], [60, -25], [90, -25], [300, -25]))).toBe(false);
  });
});

/** How often units that stand on the very edge for 8 hours come or go, in all. */
function crossingsOf(noise: {
  readonly sigmaM: number;
  readonly correlationS: number;
  readonly isClaimed: boolean;
}): number {
  const { sigmaM, correlationS, isClaimed } = noise;
  const units = 50;
  const [lon, lat] = [placeAt(0).lon, placeAt(0).lat];
  const everyS = 5;
  const keep = correlationS === 0 ? 0 : Math.exp(-everyS / correlationS);
  let crossings = 0;
  for (let unit = 1; unit <= units; unit++) {
    const { normal } = seededRandom(unit);
    const arrivals = new IncidentArrivals(distanceM, () => ['64.08']);
    arrivals.watch({ id: 'a', region: '64.08', place: [lon, lat], radiusM: 200 }, 0);
    let [xM, yM] = [sigmaM * normal(), sigmaM * normal()];
    for (let atS = 0; atS < 8 * 3600; atS += everyS) {
      const fresh = sigmaM * Math.sqrt(1 - keep * keep);
      xM = keep * xM + fresh * normal();
      yM = keep * yM + fresh * normal();
      const accuracyM = isClaimed ? sigmaM : undefined;
      const place: UnitPlace = { ...placeAt(200 + xM, yM), accuracyM, fixedAtMs: atS * 1000 };
      crossings += arrivals.take(unit, place, 0).length;
    }
  }
  return crossings;
}

describe('a unit that stands on the edge for 8 hours', () => {
  it.each([
    [{ sigmaM: 5, correlationS: 0, isClaimed: false }, 0],
    [{ sigmaM: 5, correlationS: 80, isClaimed: true }, 0],
    [{ sigmaM: 8, correlationS: 80, isClaimed: false }, 0],
    [{ sigmaM: 15, correlationS: 0, isClaimed: true }, 0],
    // half a coming and going for each unit
    [{ sigmaM: 15, correlationS: 80, isClaimed: true }, 50],
  ])('with the noise %o 50 units come and go at most %d times', (noise, most) => {
    expect(crossingsOf(noise)).toBeLessThanOrEqual(most);
  });
});
