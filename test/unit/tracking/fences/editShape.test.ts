import { describe, expect, it } from 'vitest';
import type { FixedShape, LonLat, Shape } from '../../../../server/domain/fence.ts';
import type { CheckedShape } from '../../../../server/tracking/fences/checkShape.ts';
import {
  areaM2,
  bufferShape,
  simplifyShape,
  subtractShape,
  unionShapes,
} from '../../../../server/tracking/fences/editShape.ts';
import { signedDistanceM } from '../../../../server/tracking/fences/signedDistance.ts';

const square = (west: number, south: number, size: number): FixedShape => ({
  kind: 'polygon',
  polygons: [
    [
      [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
      ],
    ],
  ],
});
const field = square(117, 0, 0.01);

describe('editing a shape', () => {
  it('joins two into one', () => {
    const joined = fixed(unionShapes(field, square(117.005, 0.005, 0.01)));
    expect(areaM2(joined)).toBeCloseTo(1.75 * areaM2(field), -4);
    expect(signedDistanceM(joined, 117.012, 0.012)).toBeLessThan(0);
  });

  it('cuts a hole and fills it again', () => {
    const cut = fixed(
      subtractShape(field, { kind: 'circle', center: [117.005, 0.005], radiusM: 200 }),
    );
    expect(cut).toMatchObject({ kind: 'polygon', polygons: [[{ length: 4 }, {}]] });
    expect(signedDistanceM(cut, 117.005, 0.005)).toBeCloseTo(200, 0);
    const filled = fixed(unionShapes(cut, square(117.002, 0.002, 0.006)));
    expect(signedDistanceM(filled, 117.005, 0.005)).toBeLessThan(-500);
  });

  it('refuses to leave nothing', () => {
    expect(subtractShape(field, square(116, -1, 3))).toMatchObject({
      ok: false,
      reason: 'no_area',
    });
    expect(bufferShape(field, -5_000)).toMatchObject({ ok: false, reason: 'no_area' });
  });

  it('widens by metres', () => {
    const wider = fixed(bufferShape(field, 50));
    expect(signedDistanceM(wider, 116.9995, 0.005)).toBeLessThan(7);
    expect(signedDistanceM(wider, 116.9995, 0.005)).toBeGreaterThan(4);
    const circle = { kind: 'circle', center: [117, 0], radiusM: 100 } as const;
    expect(bufferShape(circle, 20)).toEqual({ ok: true, value: { ...circle, radiusM: 120 } });
  });

  it('tells the area', () => {
    const side = [1_113.19, 1_105.74];
    expect(areaM2(field) / ((side[0] ?? 0) * (side[1] ?? 0))).toBeCloseTo(1, 2);
    expect(areaM2({ kind: 'circle', center: [117, 0], radiusM: 10 })).toBeCloseTo(314.16, 1);
    const road = {
      kind: 'corridor',
      line: [
        [117, 0],
        [117.1, 0],
      ],
      halfWidthM: 10,
    } as const;
    expect(areaM2(road) / (11_132 * 20)).toBeCloseTo(1, 1);
  });
});

describe('simplifying', () => {
  // a comb whose teeth nearly touch: dropping points carelessly makes it cross itself
  const teeth = Array.from({ length: 40 }, (_, i): LonLat[] => [
    [117 + i * 1e-3, 0.001],
    [117 + i * 1e-3 + 4e-4, 0.05],
    [117 + i * 1e-3 + 5e-4, 0.001 + (i % 3) * 2e-4],
  ]).flat();
  const comb: FixedShape = {
    kind: 'polygon',
    polygons: [[[...teeth, [117.04, -0.01], [117, -0.01]]]],
  };

  it('keeps a shape whole whatever the tolerance', () => {
    for (const toleranceM of [1, 10, 30, 100, 300, 1_000, 10_000]) {
      const simpler = fixed(simplifyShape(comb, toleranceM));
      expect(countOf(simpler)).toBeLessThanOrEqual(countOf(comb));
    }
  });

  it('drops what is within the tolerance', () => {
    const line = Array.from({ length: 101 }, (_, i): LonLat => [117 + i * 1e-4, (i % 2) * 1e-6]);
    const road: FixedShape = { kind: 'corridor', line, halfWidthM: 10 };
    expect(fixed(simplifyShape(road, 1))).toMatchObject({ line: { length: 2 } });
    expect(fixed(simplifyShape(road, 0.01))).toMatchObject({ line: { length: 101 } });
  });
});

function countOf(shape: FixedShape): number {
  return shape.kind === 'polygon' ? shape.polygons.flat(2).length : 0;
}

function fixed(checked: CheckedShape): FixedShape {
  if (!checked.ok) expect.fail(checked.detail);
  const shape: Shape = checked.value;
  if (shape.kind === 'moving') expect.fail('moves');
  return shape;
}
