import { describe, expect, it } from 'vitest';
import { createHashQueue, HashQueueFullError } from '../../../server/accounts/hashQueue.ts';

/** Jobs that end when the test says so. */
function jobs() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    job: (name: string) => async () => {
      started.push(name);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.set(name, resolve);
      await promise;
      return name;
    },
    end: async (name: string) => {
      ends.get(name)?.();
      // the next one starts some turns of the event loop later
      await new Promise(setImmediate);
    },
  };
}

describe('the queue of hashes', () => {
  it('runs two at once, the urgent ones first, the others in their order', async () => {
    const queue = createHashQueue(2, 10);
    const { started, job, end } = jobs();
    const all = ['a', 'b', 'c', 'd', 'urgent'].map((name) =>
      queue.run(job(name), name === 'urgent'),
    );
    await new Promise(setImmediate);
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'urgent']);
    await end('a');
    await end('urgent');
    await end('c');
    await end('d');
    expect(started).toEqual(['a', 'b', 'urgent', 'c', 'd']);
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'urgent']);
  });

  it('refuses more than may wait, and goes on after one that fails', async () => {
    const queue = createHashQueue(1, 1);
    const { job, end } = jobs();
    const failing = queue.run(async () => {
      await new Promise(setImmediate);
      throw new Error('no memory');
    }, false);
    const waiting = queue.run(job('waiting'), false);
    await expect(queue.run(job('too many'), false)).rejects.toThrow(HashQueueFullError);
    await expect(failing).rejects.toThrow('no memory');
    await new Promise(setImmediate);
    await end('waiting');
    expect(await waiting).toBe('waiting');
    const next = queue.run(job('next'), false);
    await new Promise(setImmediate);
    await end('next');
    expect(await next).toBe('next');
  });
});
