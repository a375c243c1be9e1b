import { describe, expect, it } from 'vitest';
import { decodeNativeFix, maxFixesPerMessage } from '../../../devices/protocols/nativeFix.ts';

const good = { fixedAt: '2024-11-27T00:15:03Z', lon: 117.55, lat: 0.51 };
const somewhere = { timeZone: undefined, receivedAtMs: 0 };
const decodeJson = (value: unknown) =>
  decodeNativeFix(Buffer.from(JSON.stringify(value)), somewhere);
const decodeText = (text: string) => decodeNativeFix(Buffer.from(text), somewhere);

describe('native fix', () => {
  it('reads everything that docs/protocols.md lists', () => {
    const { fixes, refused, ignoredFields } = decodeJson({
      ...good,
      accuracyM: 6,
      speedMps: 1.2,
      courseDeg: 93,
      altitudeM: 22,
      batteryPct: 81,
      sats: 9,
      seq: 412,
      attributes: { waterLevelPct: 64, pump: true, crew: 'Regu 2' },
    });
    expect(refused).toEqual([]);
    expect(ignoredFields).toEqual([]);
    expect(fixes).toEqual([
      {
        fixedAtMs: Date.UTC(2024, 10, 27, 0, 15, 3),
        lon: 117.55,
        lat: 0.51,
        accuracyM: 6,
        speedMps: 1.2,
        courseDeg: 93,
        altitudeM: 22,
        batteryPct: 81,
        sats: 9,
        seq: 412,
        attributes: { waterLevelPct: 64, pump: true, crew: 'Regu 2' },
      },
    ]);
  });

  it('takes the same moment as epoch milliseconds, in UTC and in WITA', () => {
    const times = [1_732_666_503_000, '2024-11-27T00:15:03Z', '2024-11-27T08:15:03+08:00'];
    for (const fixedAt of times) {
      expect(decodeJson({ ...good, fixedAt }).fixes[0]?.fixedAtMs).toBe(1_732_666_503_000);
    }
  });

  it('refuses a time without a zone, and says what to set: nobody knows which hour it means', () => {
    const { refused } = decodeJson({ ...good, fixedAt: '2024-11-27T00:15:03' });
    expect(refused).toMatchObject([
      { reason: 'wrong_type', detail: expect.stringContaining('set a time zone for the tracker') },
    ]);
  });

  it.each([
    ['Asia/Jakarta', '2024-11-27T07:15:03'],
    ['Asia/Makassar', '2024-11-27T08:15:03'],
    ['Asia/Jayapura', '2024-11-27 09:15:03.000'],
    ['Asia/Kathmandu', '2024-11-27T06:00:03'],
    ['America/New_York', '2024-11-26T19:15:03'],
    ['UTC', '2024-11-27T00:15:03'],
  ])('reads a local time of a tracker in %s', (timeZone, fixedAt) => {
    const raw = Buffer.from(JSON.stringify({ ...good, fixedAt }));
    const { fixes } = decodeNativeFix(raw, { timeZone, receivedAtMs: 0 });
    expect(fixes[0]?.fixedAtMs).toBe(1_732_666_503_000);
  });

  it('finds the hour on both sides of a change of the clocks', () => {
    const read = (fixedAt: string) => {
      const raw = Buffer.from(JSON.stringify({ ...good, fixedAt }));
      const { fixes } = decodeNativeFix(raw, { timeZone: 'Europe/Amsterdam', receivedAtMs: 0 });
      return new Date(fixes[0]?.fixedAtMs ?? 0).toISOString();
    };
    expect(read('2026-03-29T01:59:59')).toBe('2026-03-29T00:59:59.000Z');
    expect(read('2026-03-29T03:00:00')).toBe('2026-03-29T01:00:00.000Z');
  });

  it('refuses local times while the time zone is none that exists', () => {
    const raw = Buffer.from(JSON.stringify({ ...good, fixedAt: '2024-11-27T00:15:03' }));
    const { refused } = decodeNativeFix(raw, { timeZone: 'Asia/Sangatta', receivedAtMs: 0 });
    expect(refused[0]?.detail).toContain('Asia/Sangatta');
  });

  it('marks a place that the device itself does not rely on', () => {
    expect(decodeJson({ ...good, valid: false }).fixes[0]?.isInvalid).toBe(true);
    expect(decodeJson({ ...good, valid: true }).fixes[0]?.isInvalid).toBeUndefined();
  });

  it.each([
    ['malformed JSON', '{"fixedAt":', 'not_json'],
    ['NaN, which JSON does not have', '{"fixedAt":1,"lon":NaN,"lat":0}', 'not_json'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1'), 'not_json'],
    ['a number where an object must be', '42', 'not_an_object'],
    ['a missing place', '{"fixedAt":1732666503000}', 'missing_field'],
    ['a place that is null', '{"fixedAt":1732666503000,"lon":null,"lat":1}', 'missing_field'],
    ['a place as text', '{"fixedAt":1732666503000,"lon":"117.5","lat":1}', 'wrong_type'],
    ['latitude 91', '{"fixedAt":1732666503000,"lon":117.5,"lat":91}', 'out_of_range'],
    ['longitude -181', '{"fixedAt":1732666503000,"lon":-181,"lat":1}', 'out_of_range'],
    ['an infinite longitude', '{"fixedAt":1732666503000,"lon":1e999,"lat":1}', 'out_of_range'],
    ['a missing time', '{"lon":117.5,"lat":1}', 'missing_field'],
    [
      'a time that is no time',
      '{"fixedAt":"2024-13-99T00:00:00Z","lon":117.5,"lat":1}',
      'wrong_type',
    ],
    [
      'a day that no calendar has',
      '{"fixedAt":"2026-02-30T00:00:00Z","lon":117.5,"lat":1}',
      'wrong_type',
    ],
    ['a time beyond all calendars', '{"fixedAt":1e300,"lon":117.5,"lat":1}', 'out_of_range'],
  ])('refuses %s', (_what, text, reason) => {
    const { fixes, refused } = decodeText(text);
    expect(fixes).toEqual([]);
    expect(refused.map((refusal) => refusal.reason)).toEqual([reason]);
    expect(refused[0]?.detail).not.toBe('');
  });

  it('takes the good ones of an array and says what is wrong with the others', () => {
    const { fixes, refused } = decodeJson([good, { ...good, lat: 91 }, 7, { ...good, lon: 118 }]);
    expect(fixes.map((fix) => fix.lon)).toEqual([117.55, 118]);
    expect(refused.map((refusal) => refusal.reason)).toEqual(['out_of_range', 'not_an_object']);
  });

  it('refuses more fixes than a message may hold', () => {
    const many = Array.from({ length: maxFixesPerMessage + 1 }, () => good);
    expect(decodeJson(many).refused[0]?.reason).toBe('too_many_fixes');
    expect(decodeJson(many.slice(1)).fixes).toHaveLength(maxFixesPerMessage);
  });

  it('keeps the place when a side fact makes no sense', () => {
    const { fixes, ignoredFields } = decodeJson({
      ...good,
      batteryPct: 250,
      speedMps: 'fast',
      courseDeg: 93,
    });
    expect(fixes[0]).toMatchObject({ lon: 117.55, courseDeg: 93 });
    expect(fixes[0]?.batteryPct).toBeUndefined();
    expect(fixes[0]?.speedMps).toBeUndefined();
    expect(ignoredFields).toHaveLength(2);
  });

  it('reads 360 degrees as north', () => {
    expect(decodeJson({ ...good, courseDeg: 360 }).fixes[0]?.courseDeg).toBe(0);
  });

  it('keeps 32 scalar attributes and says that the rest is left out', () => {
    const attributes = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a${i}`, i]));
    const { fixes, ignoredFields } = decodeJson({ ...good, attributes });
    expect(Object.keys(fixes[0]?.attributes ?? {})).toHaveLength(32);
    expect(ignoredFields[0]?.reason).toBe('too_many_attributes');
  });

  it('leaves out an attribute that is no scalar', () => {
    const { fixes, ignoredFields } = decodeJson({
      ...good,
      attributes: { door: true, crew: ['a'] },
    });
    expect(fixes[0]?.attributes).toEqual({ door: true });
    expect(ignoredFields).toHaveLength(1);
  });
});
