import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Due, DueQueue } from '../../../../server/tracking/fences/dueQueue.ts';
import { crossedAtMs, deepestOf } from '../../../../server/tracking/fences/segment.ts';

const circle = (xM: number, yM: number): number => Math.hypot(xM, yM) - 100;
const at = (atMs: number, xM: number, yM = 0) => ({ atMs, xM, yM });

describe('the way between two fixes', () => {
  it('crosses an edge to the millisecond', () => {
    expect(crossedAtMs(at(0, -200), at(10_000, 0), circle)).toBe(5_000);
    expect(crossedAtMs(at(0, 0), at(10_000, 400), circle)).toBe(2_500);
  });

  it('that stays on one side crosses where it ends', () => {
    expect(crossedAtMs(at(0, -200), at(10_000, -150), circle)).toBe(10_000);
  });

  it('is at least half as deep as it is said to be', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 99, noNaN: true }), (passM) => {
        const { distanceM } = deepestOf(at(0, -300, passM), at(10_000, 300, passM), circle);
        const trueM = passM - 100;
        expect(distanceM).toBeGreaterThanOrEqual(trueM - 1e-6);
        expect(distanceM).toBeLessThanOrEqual(trueM / 2);
      }),
    );
  });
});

it('gives what is due in the order of time, and never before', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 })),
      fc.integer({ min: 0, max: 60 }),
      (times, nowMs) => {
        const queue = new DueQueue();
        const dues = times.map(
          (dueMs, i): Due => ({ dueMs, unitKey: i % 3, fenceKey: i, kind: 'dwell' }),
        );
        for (const due of dues) queue.add(due);
        const taken: Due[] = [];
        for (let due = queue.take(nowMs); due !== undefined; due = queue.take(nowMs))
          taken.push(due);
        const expected = dues
          .filter(({ dueMs }) => dueMs <= nowMs)
          .sort((a, b) => a.dueMs - b.dueMs || a.unitKey - b.unitKey || a.fenceKey - b.fenceKey);
        expect(taken).toEqual(expected);
        expect(queue.size).toBe(dues.length - taken.length);
      },
    ),
  );
});
