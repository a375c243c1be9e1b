import { expect, it } from 'vitest';
import { isTimeZone, timeZoneOf } from '../../../server/domain/timeZone.ts';

it.each([
  ['Asia/Makassar', true],
  ['UTC', true],
  ['Asia/Atlantis', false],
  ['+08:00', false],
  ['', false],
])('takes "%s" for a time zone: %s', (text, isOne) => {
  expect(isTimeZone(text)).toBe(isOne);
});

it('knows by which clocks a region lives, of whatever level', () => {
  const zones = Object.groupBy(
    ['11', '21', '31.74', '36', '61', '62.71.01', '51', '53', '63', '64.08.04.2001', '65', '71'],
    timeZoneOf,
  );
  expect(zones).toEqual({
    'Asia/Jakarta': ['11', '21', '31.74', '36', '61', '62.71.01'],
    'Asia/Makassar': ['51', '53', '63', '64.08.04.2001', '65', '71'],
  });
  for (const region of ['81', '82', '91', '96.71']) {
    expect(timeZoneOf(region)).toBe('Asia/Jayapura');
  }
  expect(timeZoneOf('76')).toBe('Asia/Makassar');
});
