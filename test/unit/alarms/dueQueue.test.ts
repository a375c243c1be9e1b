import { expect, it } from 'vitest';
import { DueQueue } from '../../../server/alarms/dueQueue.ts';
import { seededUniform } from '../../fixtures/seededRandom.ts';

function takeAll(queue: DueQueue, nowMs: number): readonly string[] {
  const taken: string[] = [];
  for (;;) {
    const key = queue.take(nowMs);
    if (key === undefined) return taken;
    taken.push(key);
  }
}

it('gives what is due by time, and what is due at the same time by its key', () => {
  const queue = new DueQueue();
  for (const [key, dueMs] of [
    ['c', 5],
    ['b', 5],
    ['z', 1],
    ['a', 9],
  ] as const) {
    queue.set(key, dueMs);
  }
  expect(takeAll(queue, 5)).toEqual(['z', 'b', 'c']);
  expect(queue.dueOf('a')).toBe(9);
});

it('moves what is put again, and forgets what is taken out', () => {
  const queue = new DueQueue();
  queue.set('a', 5);
  queue.set('b', 6);
  queue.set('a', 9);
  queue.set('b', undefined);
  expect(takeAll(queue, 8)).toEqual([]);
  expect(takeAll(queue, 9)).toEqual(['a']);
  expect(queue.size).toBe(0);
});

it('agrees with a sorted list over 20,000 moves, and does so after a restart', () => {
  const random = seededUniform(7);
  let queue = new DueQueue();
  const due = new Map<string, number>();
  let nowMs = 0;
  for (let i = 0; i < 20_000; i++) {
    const key = `k${Math.floor(random() * 300)}`;
    const dueMs = nowMs + Math.floor(random() * 1_000);
    if (random() < 0.1) {
      due.delete(key);
      queue.set(key, undefined);
    } else {
      due.set(key, dueMs);
      queue.set(key, dueMs);
    }
    if (random() < 0.02) {
      nowMs += 50;
      const expected = [...due]
        .filter(([, ms]) => ms <= nowMs)
        .sort(([one, a], [other, b]) => a - b || (one < other ? -1 : 1))
        .map(([each]) => each);
      expect(takeAll(queue, nowMs)).toEqual(expected);
      for (const each of expected) due.delete(each);
    }
    if (i % 5_000 === 0) {
      const again = new DueQueue();
      again.restore(queue.entries());
      queue = again;
    }
  }
});
