/** How one kind of key is slowed down. */
export type ThrottleOptions = {
  /** The longest wait, milliseconds. */
  readonly maxWaitMs: number;
  /** Attempts of one key that may be checked at the same time once it has failed often enough to wait. */
  readonly atOnce: number;
  /** Keys that are remembered; past it the one is forgotten that was tried longest ago. */
  readonly maxKeys: number;
};

/**
 * What came of an attempt. `withdrawn`: it was not checked to its end (the database was away), or it
 * passed and the failures of others under the same key shall stay.
 */
export type Outcome = 'failed' | 'passed' | 'withdrawn';

/**
 * Slows guessing down without ever locking anybody out: after three failures each further one doubles
 * a wait, from 1 s; attempts during the wait are not checked and do not lengthen it; a quarter of an
 * hour without a failure and all is forgotten. Times are UTC epoch milliseconds.
 */
export type Throttle = {
  /** Begins an attempt: 0, or how long to wait, in milliseconds. One that began must end. */
  begin(key: string, nowMs: number): number;
  end(key: string, outcome: Outcome, nowMs: number): void;
  readonly size: number;
};

const freeFailures = 3;
const firstWaitMs = 1_000;
const forgetAfterMs = 15 * 60_000;

type Count = { failures: number; failedAtMs: number; underWay: number };

export function createThrottle({ maxWaitMs, atOnce, maxKeys }: ThrottleOptions): Throttle {
  // in the order of their last attempt, since each one puts its key at the end
  const counts = new Map<string, Count>();

  const waitAfter = (failures: number): number =>
    failures < freeFailures
      ? 0
      : Math.min(maxWaitMs, firstWaitMs * 2 ** Math.min(failures - freeFailures, 30));

  const put = (key: string, count: Count): void => {
    counts.delete(key);
    counts.set(key, count);
    if (counts.size <= maxKeys) return;
    const [oldest] = counts.keys();
    if (oldest !== undefined) counts.delete(oldest);
  };

  return {
    begin: (key, nowMs) => {
      const known = counts.get(key);
      // the clock was ahead: nobody waits for it to get there again
      if (known !== undefined) known.failedAtMs = Math.min(known.failedAtMs, nowMs);
      const isOld = known !== undefined && nowMs - known.failedAtMs >= forgetAfterMs;
      const count =
        known === undefined
          ? { failures: 0, failedAtMs: nowMs, underWay: 0 }
          : isOld
            ? { ...known, failures: 0 }
            : known;
      const untilMs = count.failedAtMs + waitAfter(count.failures);
      if (untilMs > nowMs) return untilMs - nowMs;
      // many attempts sent at once would otherwise all be checked before the first has failed
      const room = Math.max(atOnce, freeFailures - count.failures);
      if (count.underWay >= room) return firstWaitMs;
      put(key, { ...count, underWay: count.underWay + 1 });
      return 0;
    },
    end: (key, outcome, nowMs) => {
      const count = counts.get(key);
      // forgotten meanwhile, for others
      if (count === undefined) {
        if (outcome === 'failed') put(key, { failures: 1, failedAtMs: nowMs, underWay: 0 });
        return;
      }
      const underWay = Math.max(0, count.underWay - 1);
      if (outcome === 'failed') {
        put(key, { failures: count.failures + 1, failedAtMs: nowMs, underWay });
        return;
      }
      const failures = outcome === 'passed' ? 0 : count.failures;
      if (failures === 0 && underWay === 0) counts.delete(key);
      else counts.set(key, { ...count, failures, underWay });
    },
    get size() {
      return counts.size;
    },
  };
}

/** Runs what an attempt that began is about, and ends it with its outcome: `withdrawn` when it throws. */
export async function during<Answer>(
  throttle: Throttle,
  key: string,
  nowMs: () => number,
  attempt: () => Promise<{ readonly answer: Answer; readonly outcome: Outcome }>,
): Promise<Answer> {
  let ended: Outcome = 'withdrawn';
  try {
    const { answer, outcome } = await attempt();
    ended = outcome;
    return answer;
  } finally {
    throttle.end(key, ended, nowMs());
  }
}
