import { expect, it } from 'vitest';
import type { FenceConditions, WeeklyWindow } from '../../../server/domain/fence.ts';
import { checkFence } from '../../../server/domain/fenceFields.ts';

const night: WeeklyWindow = { fromDay: 0, fromMinute: 1_320, toDay: 1, toMinute: 300 };

const check = (conditions: FenceConditions, region = '64.08') =>
  checkFence({
    ...{ id: 'gudang', name: 'Gudang KPU', region, fenceClass: 'area', conditions, watch: {} },
    shape: { kind: 'circle', center: [117.53, 0.5], radiusM: 100 },
  });

it.each([
  [{ timeZone: 'Asia/Atlantis' }, 'got "Asia/Atlantis"'],
  [{ timeZone: '+08:00' }, 'got "+08:00"'],
  [{ weekly: [] }, 'weekly has 1 to 64 windows'],
  [{ weekly: [{ ...night, toDay: 7 }] }, 'weekly has 1 to 64 windows'],
  [{ weekly: Array.from({ length: 65 }, () => night) }, 'weekly has 1 to 64 windows'],
])('refuses the conditions %o, and says why', (conditions, why) => {
  expect(check(conditions)).toMatchObject({
    ok: false,
    reason: 'bad_conditions',
    detail: expect.stringContaining(why),
  });
});

it.each([
  ['61.71', 'Asia/Jakarta'],
  ['64.08.04', 'Asia/Makassar'],
  ['94', 'Asia/Jayapura'],
])('reads hours of the week in %s by the clocks of %s', (region, timeZone) => {
  expect(check({ weekly: [night], phases: ['voting'] }, region)).toMatchObject({
    ok: true,
    value: { conditions: { weekly: [night], phases: ['voting'], timeZone } },
  });
});

it('keeps the time zone that somebody named, and adds none where there are no hours', () => {
  const named = check({ weekly: [night], timeZone: 'Asia/Jayapura' });
  expect(named).toMatchObject({ value: { conditions: { timeZone: 'Asia/Jayapura' } } });
  expect(check({ phases: ['voting'] })).toMatchObject({
    value: { conditions: { phases: ['voting'] } },
  });
  const plain = check({ phases: ['voting'] });
  expect(plain.ok && 'timeZone' in plain.value.conditions).toBe(false);
});
