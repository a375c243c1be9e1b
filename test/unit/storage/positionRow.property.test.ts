import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromPositionRow, toPositionRow } from '../../../server/storage/positionRow.ts';

const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const scalar = fc.oneof(fc.string({ unit: 'binary' }), finite(-1e9, 1e9), fc.boolean());

const position = fc.record({
  trackerKey: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  receivedAtMs: fc.integer({ min: 1_600_000_000_000, max: 1_700_000_000_000 }),
  verdict: fc.constantFrom('live' as const, 'delayed' as const),
  fix: fc.record(
    {
      fixedAtMs: fc.integer({ min: 946_684_800_000, max: 4_102_444_799_999 }),
      lon: finite(-180, 180),
      lat: finite(-90, 90),
      speedMps: finite(0, 1_000),
      courseDeg: finite(0, 359.999999),
      altitudeM: finite(-50_000, 50_000),
      accuracyM: finite(0, 100_000),
      batteryPct: finite(0, 100),
      sats: fc.nat(100),
      attributes: fc.dictionary(fc.string({ unit: 'binary' }), scalar, { maxKeys: 5 }),
    },
    { requiredKeys: ['fixedAtMs', 'lon', 'lat'] },
  ),
});

/** Half a unit, and a hair for the arithmetic. */
const half = (unit: number): number => unit / 2 + 1e-9;
const clamp = (value: number, min: number, max: number): number =>
  Math.min(Math.max(value, min), max);

function expectNear(got: number | undefined, want: number | undefined, within: number): void {
  if (want === undefined) expect(got).toBeUndefined();
  else expect(Math.abs((got ?? Number.NaN) - want)).toBeLessThanOrEqual(within);
}

it('gives back every value within half a unit, saturated at the ends of its column', () => {
  fc.assert(
    fc.property(position, (given) => {
      const { fix } = given;
      const back = fromPositionRow(toPositionRow(given));
      expect(back.trackerKey).toBe(given.trackerKey);
      expect(back.fix.fixedAtMs).toBe(fix.fixedAtMs);
      const delayMs = clamp(given.receivedAtMs - fix.fixedAtMs, -(2 ** 31 - 1), 2 ** 31 - 1);
      expect(back.receivedAtMs).toBe(fix.fixedAtMs + delayMs);
      expectNear(back.fix.lon, fix.lon, half(1e-6));
      expectNear(back.fix.lat, fix.lat, half(1e-6));
      const saturated = (value: number | undefined, min: number, max: number) =>
        value === undefined ? undefined : clamp(value, min, max);
      expectNear(back.fix.speedMps, saturated(fix.speedMps, 0, 327.67), half(0.01));
      expectNear(back.fix.altitudeM, saturated(fix.altitudeM, -32_767, 32_767), half(1));
      expectNear(back.fix.accuracyM, saturated(fix.accuracyM, 0, 3276.7), half(0.1));
      expectNear(back.fix.batteryPct, fix.batteryPct, half(1));
      expect(back.fix.sats).toBe(fix.sats);
      if (fix.courseDeg === undefined) {
        expect(back.fix.courseDeg).toBeUndefined();
      } else {
        const apart = Math.abs((back.fix.courseDeg ?? Number.NaN) - fix.courseDeg);
        expect(Math.min(apart, 360 - apart)).toBeLessThanOrEqual(half(0.1));
      }
    }),
  );
});

it('gives whole numbers that their columns hold', () => {
  const isSmallint = (value: number | null): boolean =>
    value === null || (Number.isInteger(value) && Math.abs(value) <= 32_767);
  fc.assert(
    fc.property(position, (given) => {
      const row = toPositionRow(given);
      for (const value of [row.speed, row.course, row.altitude, row.accuracy, row.battery]) {
        expect(value).toSatisfy(isSmallint);
      }
      expect(row.course ?? 0).toBeLessThan(3600);
      expect(Math.abs(row.receiveDelayMs)).toBeLessThan(2 ** 31);
      expect(row.isDelayed).toBe(given.verdict === 'delayed');
    }),
  );
});

it('keeps attributes, but for characters that the database refuses', () => {
  const row = toPositionRow({
    trackerKey: 1,
    receivedAtMs: 0,
    verdict: 'live',
    fix: {
      fixedAtMs: 0,
      lon: 0,
      lat: 0,
      attributes: { pump: true, waterLevelPct: 64.5, note: 'a\0b\uD800c', 'k\0': 'é' },
    },
  });
  expect(fromPositionRow(row).fix.attributes).toEqual({
    pump: true,
    waterLevelPct: 64.5,
    note: 'a\uFFFDb\uFFFDc',
    'k\uFFFD': 'é',
  });
});

it('stores no attributes as null', () => {
  const fix = { fixedAtMs: 0, lon: 0, lat: 0 };
  const base = { trackerKey: 1, receivedAtMs: 0, verdict: 'live' } as const;
  expect(toPositionRow({ ...base, fix }).attributes).toBeNull();
  expect(toPositionRow({ ...base, fix: { ...fix, attributes: {} } }).attributes).toBeNull();
});
