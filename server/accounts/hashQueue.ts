/** More hashes were asked for than may wait. Whoever asks tries again in a moment. */
export class HashQueueFullError extends Error {
  override readonly name = 'HashQueueFullError';
}

/** Runs slow jobs a few at a time. */
export type HashQueue = {
  /**
   * @param isUrgent goes before those that are not
   * @throws HashQueueFullError when as many as may wait do wait
   */
  run<Value>(job: () => Promise<Value>, isUrgent: boolean): Promise<Value>;
};

/**
 * A queue that runs `atOnce` jobs at a time and lets `maxWaiting` urgent and as many other jobs wait.
 *
 * Passwords are hashed in the thread pool that the journal's writes go through, and each takes 19 MB
 * and tens of milliseconds: without a bound, a flood of sign-ins would be felt by every tracker.
 */
export function createHashQueue(atOnce: number, maxWaiting: number): HashQueue {
  const urgent: (() => void)[] = [];
  const others: (() => void)[] = [];
  let running = 0;

  const turn = async (line: (() => void)[]): Promise<void> => {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (line.length >= maxWaiting) {
      throw new HashQueueFullError(`${maxWaiting} passwords wait to be hashed: try again later`);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    line.push(resolve);
    // whoever ends hands its place over, so the count of those that run stays as it is
    await promise;
  };

  return {
    run: async (job, isUrgent) => {
      await turn(isUrgent ? urgent : others);
      try {
        return await job();
      } finally {
        const next = urgent.shift() ?? others.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
