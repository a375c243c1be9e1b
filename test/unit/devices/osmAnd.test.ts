import { describe, expect, it } from 'vitest';
import { decodeOsmAnd } from '../../../devices/protocols/osmAnd.ts';

const receivedAtMs = Date.UTC(2024, 10, 27, 0, 15, 9);
const somewhere = { timeZone: undefined, receivedAtMs };
const decode = (
  text: string,
  context = somewhere as { timeZone: string | undefined; receivedAtMs: number },
) => decodeOsmAnd(Buffer.from(text), context);
const json = (value: unknown) => decode(JSON.stringify(value));
const place = 'lat=0.51&lon=117.55';

describe('the OsmAnd protocol', () => {
  it('reads what Traccar Client sends, in SI units', () => {
    const { fixes, events, refused, ignoredFields } = decode(
      `id=hp-07&timestamp=1732666503&${place}&speed=10&bearing=360&altitude=22&accuracy=6.5&batt=81&hdop=0.9&charge=true&secret=abc`,
    );
    expect([events, refused, ignoredFields]).toEqual([[], [], []]);
    expect(JSON.parse(JSON.stringify(fixes))).toEqual([
      {
        fixedAtMs: 1_732_666_503_000,
        lon: 117.55,
        lat: 0.51,
        accuracyM: 6.5,
        speedMps: (10 * 1852) / 3600,
        courseDeg: 0,
        altitudeM: 22,
        batteryPct: 81,
        attributes: { hdop: 0.9, isCharging: true },
      },
    ]);
  });

  it.each([
    ['seconds', '1732666503', 1_732_666_503_000],
    ['milliseconds', '1732666503120', 1_732_666_503_120],
    ['ISO 8601', '2024-11-27T00:15:03Z', 1_732_666_503_000],
    ['local time, which is UTC here', '2024-11-27 00:15:03', 1_732_666_503_000],
  ])('reads a time in %s', (_what, timestamp, fixedAtMs) => {
    const { fixes } = decode(`${place}&timestamp=${encodeURIComponent(timestamp)}`);
    expect(fixes[0]?.fixedAtMs).toBe(fixedAtMs);
  });

  it('reads a local time in the time zone of the tracker where it has one', () => {
    const { fixes } = decode(`${place}&timestamp=2024-11-27+08:15:03`, {
      timeZone: 'Asia/Makassar',
      receivedAtMs,
    });
    expect(fixes[0]?.fixedAtMs).toBe(1_732_666_503_000);
  });

  it('takes a place without a time as of now', () => {
    expect(decode(place).fixes[0]?.fixedAtMs).toBe(receivedAtMs);
  });

  it.each([
    ['latitude 91', 'lat=91&lon=1', 'out_of_range'],
    ['a place in words', 'lat=here&lon=1', 'out_of_range'],
    ['half a place', 'lat=1', 'missing_field'],
    ['a time in words', `${place}&timestamp=yesterday`, 'wrong_type'],
    ['JSON that is broken', '{"location":', 'not_json'],
    ['JSON of somebody else', '{"a":1}', 'missing_field'],
    ['JSON with nothing in it', '{}', 'missing_field'],
    ['a location with nothing in it', '{"location":{}}', 'missing_field'],
    ['no location at all', '{"location":[]}', 'missing_field'],
    ['a line break', '\n', 'missing_field'],
    ['a text of another protocol', 'x', 'missing_field'],
    ['an id alone', 'id=hp-07', 'missing_field'],
    ['a location that is none', '{"location":7}', 'not_an_object'],
  ])('refuses %s', (_what, text, reason) => {
    const { fixes, refused } = decode(text);
    expect(fixes).toEqual([]);
    expect(refused.map((each) => each.reason)).toEqual([reason]);
  });

  it('takes a message without any place for what it is', () => {
    expect(decode('id=hp-07&batt=50')).toMatchObject({ isNotALocation: true, refused: [] });
  });

  it('marks what the device does not rely on', () => {
    for (const valid of ['false', '0']) {
      expect(decode(`${place}&valid=${valid}`).fixes[0]?.isInvalid).toBe(true);
    }
    expect(decode(`${place}&valid=true`).fixes[0]?.isInvalid).toBeUndefined();
  });

  it('takes several locations of one message', () => {
    const location = (longitude: number) => ({ coords: { longitude, latitude: 0.5 } });
    const { fixes } = json({ location: [location(117.1), location(117.2)], device_id: 'hp-07' });
    expect(fixes.map(({ lon }) => lon)).toEqual([117.1, 117.2]);
  });
});

describe('an SOS by the OsmAnd protocol', () => {
  it.each([
    ['with a place', `alarm=sos&${place}&timestamp=1732666503`],
    [
      'in JSON',
      '{"location":{"timestamp":1732666503,"coords":{"latitude":0.51,"longitude":117.55},"extras":{"alarm":"sos"}}}',
    ],
  ])('%s has a place and a time', (_what, text) => {
    const { events, fixes } = decode(text);
    expect(events).toEqual([
      { kind: 'sos', happenedAtMs: 1_732_666_503_000, lon: 117.55, lat: 0.51 },
    ]);
    expect(fixes[0]?.attributes?.['alarm']).toBe('sos');
  });

  it.each([
    ['without anything else', 'alarm=SOS'],
    ['with a place that is none', 'alarm=sos&lat=x&lon=y'],
    ['with a time that is none', `alarm=sos&${place}&timestamp=x`],
    ['at 0 0', 'alarm=sos&lat=0&lon=0'],
    ['with a place that is not relied on', `alarm=sos&${place}&valid=0`],
    ['in JSON without a location', '{"alarm":"sos","device_id":"hp-07"}'],
    ['in JSON that is broken', '{"location":{"extras":{"alarm":"sos"}'],
    ['in JSON of the wrong form', '{"location":7,"alarm":"sos"}'],
  ])('%s is one without a place', (_what, text) => {
    const { events } = decode(text);
    expect(events).toMatchObject([{ kind: 'sos' }]);
    expect([events[0]?.lon, events[0]?.lat]).toEqual([undefined, undefined]);
  });

  it('is no other alarm', () => {
    const { events, fixes } = decode(`${place}&alarm=lowBattery`);
    expect(events).toEqual([]);
    expect(fixes[0]?.attributes).toEqual({ alarm: 'lowBattery' });
  });
});
