import { expect, it } from 'vitest';
import type { FenceConditions } from '../../../server/domain/fence.ts';
import { whyIdle } from '../../../server/tracking/whyIdle.ts';

/** A Wednesday, 07:00 in Makassar. */
const atMs = Date.parse('2024-11-26T23:00:00Z');
const morning = { fromDay: 2, fromMinute: 360, toDay: 2, toMinute: 720 };
const evening = { fromDay: 2, fromMinute: 1_080, toDay: 2, toMinute: 1_320 };
const timeZone = 'Asia/Makassar';

it.each<readonly [FenceConditions, ReturnType<typeof whyIdle>]>([
  [{}, undefined],
  [{ validFromMs: atMs, phases: ['voting'], weekly: [morning], timeZone }, undefined],
  [{ validToMs: atMs, phases: ['quiet'], weekly: [evening], timeZone }, 'validity'],
  [{ validFromMs: atMs + 1 }, 'validity'],
  [{ phases: ['quiet'], weekly: [evening], timeZone }, 'phase'],
  [{ weekly: [evening], timeZone }, 'hours'],
])('of %o it is %s', (conditions, reason) => {
  expect(whyIdle(conditions, ['voting'], atMs)).toBe(reason);
});
