import { describe, expect, it } from 'vitest';
import {
  type CheckInRequest,
  checkCheckIn,
  checkCheckOut,
  maxStrength,
} from '../../../server/domain/checkIn.ts';

const nowMs = Date.UTC(2024, 10, 27, 0, 15);
const hourMs = 3_600_000;
const request: CheckInRequest = {
  id: 'c1',
  siteKey: 7,
  agency: 'linmas',
  strength: 6,
  means: 'radio',
  who: ' Linmas 04 ',
  fromMs: nowMs - hourMs,
  untilMs: nowMs + hourMs,
};

describe('a check-in', () => {
  it('is taken with its name trimmed', () => {
    expect(checkCheckIn(request, nowMs)).toEqual({
      ok: true,
      value: { ...request, who: 'Linmas 04' },
    });
  });

  it('of nobody is taken: that a site is empty is news', () => {
    expect(checkCheckIn({ ...request, strength: 0 }, nowMs).ok).toBe(true);
  });

  it.each([
    ['bad_agency', { agency: 'satpam' }],
    ['bad_means', { means: 'rumour' }],
    ['bad_strength', { strength: -1 }],
    ['bad_strength', { strength: 1.5 }],
    ['bad_strength', { strength: maxStrength + 1 }],
    ['bad_strength', { strength: Number.NaN }],
    ['bad_who', { who: '  ' }],
    ['bad_who', { who: 'a\nb' }],
    ['bad_who', { who: 'x'.repeat(81) }],
    ['bad_site', { siteKey: 0 }],
    ['bad_time', { fromMs: Number.NaN }],
    ['bad_time', { untilMs: Number.NaN }],
    ['bad_time', { fromMs: nowMs + hourMs / 2 }],
    ['bad_time', { fromMs: nowMs - 25 * hourMs, untilMs: nowMs - hourMs }],
    ['bad_time', { untilMs: nowMs - hourMs }],
    ['bad_time', { untilMs: nowMs }],
    ['bad_time', { untilMs: nowMs + 24 * hourMs }],
  ])('is refused as %s with %j', (reason, change) => {
    expect(checkCheckIn({ ...request, ...change }, nowMs)).toMatchObject({ ok: false, reason });
  });
});

describe('a check-out', () => {
  const checkIn = { id: 'c1', siteKey: 7, fromMs: nowMs - hourMs };

  it('ends the check-in that it is of', () => {
    expect(checkCheckOut({ who: 'Linmas 04', atMs: nowMs }, checkIn, nowMs)).toEqual({
      ok: true,
      value: { checkInId: 'c1', siteKey: 7, who: 'Linmas 04', atMs: nowMs },
    });
  });

  it.each([
    ['bad_time', { who: 'Linmas 04', atMs: nowMs - 2 * hourMs }],
    ['bad_time', { who: 'Linmas 04', atMs: nowMs + hourMs }],
    ['bad_who', { who: '', atMs: nowMs }],
  ])('is refused as %s with %j', (reason, checkOut) => {
    expect(checkCheckOut(checkOut, checkIn, nowMs)).toMatchObject({ ok: false, reason });
  });
});
