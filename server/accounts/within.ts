import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for the database's answer, but no longer than this; what it says later is heard by nobody.
 *
 * @throws Error when it takes longer, or what the promise rejects with
 */
export async function within<Value>(limitMs: number, promise: Promise<Value>): Promise<Value> {
  const enough = new AbortController();
  const late = delay(limitMs, undefined, { signal: enough.signal }).then(() => {
    throw new Error(`the database did not answer within ${limitMs} ms`);
  });
  late.catch(() => undefined);
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    enough.abort();
  }
}
