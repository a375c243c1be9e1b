import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { StoringTimes } from '../../server/domain/journalStatus.ts';

/** What the status shows is of this much time. */
const windowMs = 10_000;

/**
 * How long records took from the door to the disk, which is how long their senders wait for the
 * acknowledgement.
 */
export class StoringClock {
  #filling = createHistogram();
  #over: RecordableHistogram | undefined;
  #startedAtMs: number | undefined;

  /** @param addedAtMs, @param storedAtMs of `performance.now()` */
  stored(addedAtMs: number, storedAtMs: number): void {
    this.#turn(storedAtMs);
    // whole microseconds, from 1
    this.#filling.record(Math.max(1, Math.round((storedAtMs - addedAtMs) * 1000)));
  }

  /** Of the newest ten seconds that are over, or of the first while they last; null without a record. */
  times(nowMs: number): StoringTimes | null {
    this.#turn(nowMs);
    const histogram = this.#over ?? this.#filling;
    if (histogram.count === 0) return null;
    const ms = (micros: number): number => Math.round(micros / 100) / 10;
    return {
      p50: ms(histogram.percentile(50)),
      p99: ms(histogram.percentile(99)),
      max: ms(histogram.max),
    };
  }

  #turn(nowMs: number): void {
    this.#startedAtMs ??= nowMs;
    const elapsedMs = nowMs - this.#startedAtMs;
    if (elapsedMs < windowMs) return;
    const isLongOver = elapsedMs >= 2 * windowMs;
    this.#over = isLongOver ? createHistogram() : this.#filling;
    this.#filling = createHistogram();
    this.#startedAtMs = nowMs;
  }
}
