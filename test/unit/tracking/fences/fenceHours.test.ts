import { expect, it } from 'vitest';
import { isInForce, nextLookMs } from '../../../../server/tracking/fences/fenceHours.ts';

/** Wednesday. */
const at = (time: string): number => Date.parse(`2024-11-27T${time}:00Z`);
const night = { fromDay: 2, fromMinute: 22 * 60, toDay: 3, toMinute: 4 * 60 };

it('reads the hours of a fence by the clocks of its zone', () => {
  const makassar = {
    weekly: [{ fromDay: 2, fromMinute: 420, toDay: 2, toMinute: 780 }],
    timeZone: 'Asia/Makassar',
  };
  // 07:00 to 13:00 at UTC+8
  expect(isInForce(makassar, [], at('00:30'))).toBe(true);
  expect(isInForce(makassar, [], at('04:59'))).toBe(true);
  expect(isInForce(makassar, [], at('05:00'))).toBe(false);
  expect(isInForce({ ...makassar, timeZone: undefined }, [], at('00:30'))).toBe(false);
});

it('knows windows that go over midnight, and over the end of the week', () => {
  expect(isInForce({ weekly: [night] }, [], at('23:00'))).toBe(true);
  expect(isInForce({ weekly: [night] }, [], at('21:00'))).toBe(false);
  const weekend = { fromDay: 5, fromMinute: 0, toDay: 0, toMinute: 360 };
  expect(isInForce({ weekly: [weekend] }, [], Date.parse('2024-12-01T12:00:00Z'))).toBe(true);
  expect(isInForce({ weekly: [weekend] }, [], Date.parse('2024-12-02T05:59:00Z'))).toBe(true);
  expect(isInForce({ weekly: [weekend] }, [], Date.parse('2024-12-02T06:00:00Z'))).toBe(false);
});

it('is in force only in its phases, and from the first to the last moment', () => {
  expect(isInForce({ phases: ['voting'] }, ['voting', 'logistics'], 0)).toBe(true);
  expect(isInForce({ phases: ['voting'] }, ['counting', 'logistics'], 0)).toBe(false);
  expect(isInForce({ phases: ['voting'] }, [], 0)).toBe(false);
  const valid = { validFromMs: 100, validToMs: 200 };
  expect([99, 100, 199, 200].map((ms) => isInForce(valid, [], ms))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

it('reads the hours of a time that no date can be as of the nearest that can', () => {
  const always = { weekly: [{ fromDay: 0, fromMinute: 0, toDay: 0, toMinute: 0 }] };
  for (const atMs of [Number.MIN_SAFE_INTEGER, -9e15, 9e15, Number.MAX_SAFE_INTEGER]) {
    expect(isInForce(always, [], atMs)).toBe(true);
    expect(nextLookMs(always, atMs)).toBeLessThanOrEqual(atMs + 3_600_000);
  }
});

it('says when it must be looked at again', () => {
  expect(nextLookMs({}, 5)).toBe(Number.POSITIVE_INFINITY);
  expect(nextLookMs({ validFromMs: 100, validToMs: 200 }, 5)).toBe(100);
  expect(nextLookMs({ validFromMs: 100, validToMs: 200 }, 100)).toBe(200);
  expect(nextLookMs({ weekly: [night] }, at('21:30'))).toBe(at('22:00'));
  // not farther ahead than an hour: clocks are set
  expect(nextLookMs({ weekly: [night] }, at('12:00'))).toBe(at('13:00'));
});
