import { describe, expect, it } from 'vitest';
import { decodeNativeSos, decodeNativeStatus } from '../../../devices/protocols/nativeEvent.ts';

const somewhere = { timeZone: 'Asia/Makassar', receivedAtMs: 0 };
const sos = (text: string) => decodeNativeSos(Buffer.from(text), somewhere);
const status = (text: string) => decodeNativeStatus(Buffer.from(text));

describe('a native SOS', () => {
  it('says when, where and what', () => {
    const { events, ignoredFields, isNotALocation } = sos(
      '{"at":"2024-11-27T08:15:03","lon":117.55,"lat":0.51,"text":" tolong "}',
    );
    expect(events).toEqual([
      { kind: 'sos', happenedAtMs: 1_732_666_503_000, lon: 117.55, lat: 0.51, text: 'tolong' },
    ]);
    expect(ignoredFields).toEqual([]);
    expect(isNotALocation).toBe(true);
  });

  it.each([
    ['nothing at all', '', {}, []],
    ['an empty object', '{}', {}, []],
    ['words that are no JSON', 'TOLONG di TPS 7', { text: 'TOLONG di TPS 7' }, ['not_json']],
    ['a JSON text', '"tolong"', { text: 'tolong' }, []],
    ['a number', '1', {}, ['not_an_object']],
    ['half a place', '{"lon":117.5}', {}, ['missing_field']],
    ['a place that is none', '{"lon":117.5,"lat":91}', {}, ['out_of_range']],
    ['the place of a receiver without a fix', '{"lon":0,"lat":0}', {}, ['missing_field']],
    ['a time that is none', '{"at":"soon","text":"x"}', { text: 'x' }, ['wrong_type']],
    ['a text that is none', '{"text":7}', {}, ['wrong_type']],
  ])('with %s is an SOS', (_what, text, event, reasons) => {
    const { events, refused, ignoredFields } = sos(text);
    expect(JSON.parse(JSON.stringify(events))).toEqual([{ kind: 'sos', ...event }]);
    expect(refused).toEqual([]);
    expect(ignoredFields.map(({ reason }) => reason)).toEqual(reasons);
  });

  it('keeps the beginning of a text that is too long', () => {
    expect(sos('x'.repeat(60_000)).events[0]?.text).toHaveLength(256);
    expect(sos(JSON.stringify({ text: 'x'.repeat(60_000) })).events[0]?.text).toHaveLength(256);
  });
});

describe('a native status', () => {
  it('says whether it is online, its battery, and more', () => {
    expect(status('{"online":true,"batteryPct":81,"attributes":{"pump":true}}').events).toEqual([
      { kind: 'status', online: true, batteryPct: 81, attributes: { pump: true } },
    ]);
  });

  it('keeps what makes sense and says what does not', () => {
    const { events, ignoredFields } = status('{"online":"yes","batteryPct":900,"attributes":7}');
    expect(JSON.parse(JSON.stringify(events))).toEqual([{ kind: 'status' }]);
    expect(ignoredFields).toHaveLength(3);
  });

  it('is none when it is cleared, and refused when it is no JSON object', () => {
    expect(status('')).toMatchObject({ events: [], refused: [], isNotALocation: true });
    expect(status('offline').refused[0]?.reason).toBe('not_json');
    expect(status('[]').refused[0]?.reason).toBe('not_an_object');
  });
});
