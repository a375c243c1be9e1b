import { describe, expect, it } from 'vitest';
import { decodeOwnTracks } from '../../../devices/protocols/ownTracks.ts';

const decodeJson = (value: unknown) => decodeOwnTracks(Buffer.from(JSON.stringify(value)));

describe('OwnTracks', () => {
  it('reads a location as the Android app sends it', () => {
    const { fixes, refused } = decodeJson({
      _type: 'location',
      _id: 'b1c2',
      BSSID: '02:00:00:00:00:00',
      SSID: 'posko',
      acc: 12,
      alt: 21,
      batt: 78,
      bs: 1,
      cog: 93,
      conn: 'w',
      created_at: 1_732_666_504,
      lat: 0.5049,
      lon: 117.5279,
      m: 1,
      t: 'u',
      tid: 'hp',
      topic: 'owntracks/hp-07/phone',
      tst: 1_732_666_503,
      vac: 4,
      vel: 36,
    });
    expect(refused).toEqual([]);
    expect(fixes).toEqual([
      {
        fixedAtMs: 1_732_666_503_000,
        lon: 117.5279,
        lat: 0.5049,
        accuracyM: 12,
        altitudeM: 21,
        batteryPct: 78,
        courseDeg: 93,
        speedMps: 10,
        attributes: {
          trigger: 'u',
          connection: 'w',
          batteryStatus: 1,
          verticalAccuracyM: 4,
          tid: 'hp',
        },
      },
    ]);
  });

  it('reads the -1 of iOS as not known, without complaint', () => {
    const { fixes, ignoredFields } = decodeJson({
      _type: 'location',
      lat: 0.5,
      lon: 117.5,
      tst: 1_732_666_503,
      vel: -1,
      cog: -1,
      batt: -1,
      vac: -1,
    });
    expect(fixes[0]).toMatchObject({ lon: 117.5, lat: 0.5 });
    expect(fixes[0]?.speedMps).toBeUndefined();
    expect(fixes[0]?.courseDeg).toBeUndefined();
    expect(fixes[0]?.batteryPct).toBeUndefined();
    expect(fixes[0]?.attributes).toBeUndefined();
    expect(ignoredFields).toEqual([]);
  });

  it.each([
    'card',
    'transition',
    'waypoint',
    'waypoints',
    'cmd',
    'status',
    'steps',
  ])('takes a message of type %s for what it is: no location', (_type) => {
    expect(decodeJson({ _type, tst: 1_732_666_503, lat: 0.5, lon: 117.5 })).toEqual({
      fixes: [],
      events: [],
      refused: [],
      ignoredFields: [],
      isNotALocation: true,
    });
  });

  it('hears from the broker that the app has gone', () => {
    const { events, isNotALocation } = decodeJson({ _type: 'lwt', tst: 1_732_666_503 });
    expect(events).toEqual([{ kind: 'status', online: false }]);
    expect(isNotALocation).toBe(true);
  });

  it('takes the empty message that clears a retained one for no location', () => {
    expect(decodeOwnTracks(new Uint8Array()).isNotALocation).toBe(true);
  });

  it.each([
    ['an encrypted payload', { _type: 'encrypted', data: 'x' }, 'encrypted'],
    ['a location without a place', { _type: 'location', tst: 1 }, 'missing_field'],
    ['a location without a time', { _type: 'location', lat: 1, lon: 2 }, 'missing_field'],
    ['a message without a type', { lat: 1, lon: 2, tst: 3 }, 'missing_field'],
    ['latitude 91', { _type: 'location', lat: 91, lon: 2, tst: 3 }, 'out_of_range'],
    ['an array', [{ _type: 'location' }], 'not_an_object'],
  ])('refuses %s', (_what, message, reason) => {
    expect(decodeJson(message).refused.map((refusal) => refusal.reason)).toEqual([reason]);
  });
});
