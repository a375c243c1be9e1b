import { describe, expect, it } from 'vitest';
import { ageText } from '../../../../web/src/formats/ageText.ts';
import { clockCorrection } from '../../../../web/src/formats/clockCorrection.ts';
import { compassPoint } from '../../../../web/src/formats/compassPoint.ts';
import {
  dayAndTime,
  timeOfDay,
  zoneOfIndonesia,
} from '../../../../web/src/formats/zoneOfIndonesia.ts';
import { indonesian } from '../indonesian.ts';

describe('what an operator reads', () => {
  it('says an age in the largest unit that is still exact enough', () => {
    const minute = 60_000;
    const ages = [-400, 999, 119_999, 2 * minute, 119 * minute, 120 * minute, 48 * 60 * minute];
    expect(ages.map(ageText)).toEqual([
      { key: 'age.seconds', n: 0 },
      { key: 'age.seconds', n: 0 },
      { key: 'age.seconds', n: 119 },
      { key: 'age.minutes', n: 2 },
      { key: 'age.minutes', n: 119 },
      { key: 'age.hours', n: 2 },
      { key: 'age.days', n: 2 },
    ]);
  });

  it('names the nearest point of the compass', () => {
    const courses = [0, 22, 23, 93, 180, 247, 337, 338, 359.9];
    expect(courses.map(compassPoint)).toEqual(['N', 'N', 'NE', 'E', 'S', 'SW', 'NW', 'N', 'N']);
  });

  it('knows the three zones of Indonesia and falls back to WITA', () => {
    const names = [-420, -480, -540, 0, 300, -345].map((offset) => zoneOfIndonesia(offset).name);
    expect(names).toEqual(['WIB', 'WITA', 'WIT', 'WITA', 'WITA', 'WITA']);
  });

  it('writes the time of a fix in local time and in UTC', () => {
    const fixedAtMs = Date.UTC(2024, 10, 26, 22, 3, 9);
    expect(timeOfDay(fixedAtMs, 'UTC')).toBe('22:03:09');
    expect(dayAndTime(fixedAtMs, 'Asia/Makassar', 'id')).toBe('27 Nov 2024 06:03:09');
    expect(dayAndTime(fixedAtMs, 'Asia/Makassar', 'en')).toBe('27 Nov 2024 06:03:09');
  });
});

describe('what a clock is put right by', () => {
  it.each([
    [(3 * 3600 + 20) * 1000, '+3 jam 20 dtk'],
    [-90_000, '−1 mnt 30 dtk'],
    [3_599_600, '+1 jam'],
    [0, '+0 dtk'],
  ])('is said of %i ms as %s', async (correctionMs, said) => {
    expect(clockCorrection(correctionMs, await indonesian())).toBe(said);
  });
});
