import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../devices/protocols/decode.ts';
import { type Codec, codecs, type Decoded } from '../../server/domain/decoded.ts';

const codec = fc.constantFrom(...codecs);
const somewhere = { timeZone: 'Asia/Makassar', receivedAtMs: 1_732_666_503_000 };

/** Objects that look like messages: the right names, any values. */
const almostMessage = fc.dictionary(
  fc.constantFrom(
    '_type',
    'fixedAt',
    'tst',
    'lon',
    'lat',
    'vel',
    'acc',
    'cog',
    'batt',
    'alt',
    'speedMps',
    'courseDeg',
    'attributes',
    'at',
    'text',
    'online',
    'valid',
    'location',
    'coords',
    'alarm',
    'timestamp',
  ),
  fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('location', 'encrypted', 1e308, -1, 360, 91, '2024-11-27T00:15:03Z'),
    fc.double(),
  ),
);

describe('decode', () => {
  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(codec, fc.uint8Array({ maxLength: 300 }), (name, raw) => {
        expectSound(name, decode(name, raw, somewhere));
      }),
      { numRuns: 5_000 },
    );
  });

  it('never throws on any JSON and yields only places on earth', () => {
    fc.assert(
      fc.property(
        codec,
        fc.oneof(almostMessage, fc.array(almostMessage), fc.jsonValue()),
        (name, value) => {
          expectSound(name, decode(name, Buffer.from(JSON.stringify(value)), somewhere));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('never throws on any query of the OsmAnd protocol, and finds its SOS', () => {
    const names = [
      'id',
      'lat',
      'lon',
      'timestamp',
      'speed',
      'bearing',
      'altitude',
      'batt',
      'valid',
    ];
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.constantFrom('2024-11-27 08:15:03'),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...names), value),
        fc.boolean(),
        (fields, isSos) => {
          const query = new URLSearchParams({ ...fields, ...(isSos && { alarm: 'sos' }) });
          const decoded = decode('osmand', Buffer.from(query.toString()), somewhere);
          expectSound('osmand', decoded);
          expect(decoded.events).toHaveLength(isSos ? 1 : 0);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('gives back what a native fix says', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            fixedAt: fc.integer({ min: 0, max: 4e12 }),
            lon: fc.double({ min: -180, max: 180, noNaN: true }),
            lat: fc.double({ min: -90, max: 90, noNaN: true }),
            accuracyM: fc.double({ min: 0, max: 1e6, noNaN: true }),
            speedMps: fc.double({ min: 0, max: 300, noNaN: true }),
            courseDeg: fc.double({ min: 0, max: 359.9, noNaN: true }),
            batteryPct: fc.integer({ min: 0, max: 100 }),
          },
          { requiredKeys: ['fixedAt', 'lon', 'lat'] },
        ),
        ({ fixedAt, ...sent }) => {
          const { fixes, refused } = decode(
            'native_fix',
            Buffer.from(JSON.stringify({ fixedAt, ...sent })),
            somewhere,
          );
          expect(refused).toEqual([]);
          const fix = JSON.parse(JSON.stringify(fixes[0]));
          expect(fix).toEqual({ fixedAtMs: fixedAt, ...JSON.parse(JSON.stringify(sent)) });
        },
      ),
    );
  });
});

function expectSound(codec: Codec, decoded: Decoded): void {
  if (codec === 'native_sos') expect(decoded.events).toMatchObject([{ kind: 'sos' }]);
  for (const { lon, lat } of decoded.events) {
    expect(lon === undefined).toBe(lat === undefined);
    expect(Math.abs(lon ?? 0) <= 180 && Math.abs(lat ?? 0) <= 90).toBe(true);
  }
  for (const fix of decoded.fixes) {
    expect(Math.abs(fix.lon)).toBeLessThanOrEqual(180);
    expect(Math.abs(fix.lat)).toBeLessThanOrEqual(90);
    expect(Number.isInteger(fix.fixedAtMs)).toBe(true);
    if (fix.courseDeg !== undefined) expect(fix.courseDeg >= 0 && fix.courseDeg < 360).toBe(true);
    if (fix.speedMps !== undefined) expect(fix.speedMps).toBeGreaterThanOrEqual(0);
  }
  for (const { detail } of [...decoded.refused, ...decoded.ignoredFields]) {
    expect(detail).not.toBe('');
    expect(detail.length).toBeLessThan(250);
  }
}
