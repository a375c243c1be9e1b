import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Position } from '../domain/position.ts';
import { writeRecorded } from './recordStore.ts';

export type PositionStoreOptions = {
  readonly pool: Pool;
  readonly log: Logger;
  /** The server's clock, UTC epoch milliseconds. */
  readonly nowMs: () => number;
  /** Most positions kept in memory while the database is away or slow. */
  readonly maxQueued?: number;
};

export type PositionStoreStatus = {
  /** Positions that wait, those in the batch under way included. */
  readonly queued: number;
  readonly written: number;
  /** Positions that the database had already: the same tracker at the same fix time. */
  readonly duplicates: number;
  /** Positions given up: refused at the bound or by the database, or left at the close. */
  readonly notStored: number;
  /** Since when, and why, batches fail; null while all is well. */
  readonly failing: { readonly sinceMs: number; readonly error: string } | null;
};

const batchSize = 4_000;
const defaultMaxQueued = 200_000;
const firstRetryMs = 250;
const maxRetryMs = 5_000;
const closePatienceMs = 3_000;
const warnEveryMs = 60_000;

/**
 * Writes positions in batches, each as soon as the one before is committed, so that batches grow
 * with the load and one is under way at most. A batch that fails is tried again until the database
 * takes it; writing is idempotent, so a commit whose answer was lost does no harm.
 */
export class PositionStore {
  readonly #pool: Pool;
  readonly #log: Logger;
  readonly #nowMs: () => number;
  readonly #maxQueued: number;
  /** Batches in order: the first is the next to be written, the last still fills. */
  readonly #batches: Position[][] = [];
  /** The batch that the database has now, which must stay as it is. */
  #underWay: readonly Position[] | undefined;
  readonly #closing = new AbortController();
  #writing: Promise<void> | undefined;
  #queued = 0;
  #written = 0;
  #duplicates = 0;
  #notStored = 0;
  #failing: PositionStoreStatus['failing'] = null;
  #warnedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ pool, log, nowMs, maxQueued = defaultMaxQueued }: PositionStoreOptions) {
    this.#pool = pool;
    this.#log = log;
    this.#nowMs = nowMs;
    this.#maxQueued = maxQueued;
  }

  /**
   * Takes a position to be written: a live or delayed one; other verdicts have no place in the
   * history. Never throws or waits. At the bound the position is counted as not stored.
   */
  offer(position: Position): void {
    if (this.#queued >= this.#maxQueued || this.#closing.signal.aborted) {
      this.#giveUp(1, 'the queue of positions is full');
      return;
    }
    let batch = this.#batches.at(-1);
    if (batch === undefined || batch.length >= batchSize || batch === this.#underWay) {
      batch = [];
      this.#batches.push(batch);
    }
    batch.push(position);
    this.#queued += 1;
    this.#writing ??= this.#writeAll();
  }

  status(): PositionStoreStatus {
    return {
      queued: this.#queued,
      written: this.#written,
      duplicates: this.#duplicates,
      notStored: this.#notStored,
      failing: this.#failing,
    };
  }

  /** Resolves when all that was offered is written or given up. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Writes what waits, for 3 s at most, and stops. What is left then is counted as not stored. */
  async close(): Promise<void> {
    const patience = new AbortController();
    const timeout = delay(closePatienceMs, undefined, { signal: patience.signal });
    await Promise.race([this.flush(), timeout.catch(() => undefined)]);
    patience.abort();
    this.#closing.abort();
    const left = this.#queued;
    this.#batches.length = 0;
    this.#queued = 0;
    if (left === 0) return;
    this.#notStored += left;
    this.#log.error(
      { event: 'positionsLeft', count: left, error: this.#failing?.error },
      'positions were still waiting for the database at the stop',
    );
  }

  async #writeAll(): Promise<void> {
    // let all that arrives in this turn of the loop share the first batch
    await setImmediate();
    let pauseMs = firstRetryMs;
    for (;;) {
      const batch = this.#batches[0];
      if (batch === undefined || this.#closing.signal.aborted) break;
      if (await this.#write(batch)) {
        pauseMs = firstRetryMs;
        continue;
      }
      await delay(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, maxRetryMs);
    }
    this.#writing = undefined;
  }

  /** Writes the first batch. True when there is a next thing to do at once. */
  async #write(batch: readonly Position[]): Promise<boolean> {
    this.#underWay = batch;
    try {
      const { written } = await writeRecorded(this.#pool, { positions: batch, quarantined: [] });
      if (this.#closing.signal.aborted) return false;
      this.#settle(batch.length);
      this.#written += written;
      this.#duplicates += batch.length - written;
      this.#recovered();
      return true;
    } catch (error) {
      if (this.#closing.signal.aborted) return false;
      if (isDataError(error)) {
        this.#isolate(batch, error);
        return true;
      }
      this.#failed(error);
      return false;
    } finally {
      this.#underWay = undefined;
    }
  }

  /** One row that the database refuses must not hold up the others: halves the batch around it. */
  #isolate(batch: readonly Position[], error: Error): void {
    if (batch.length > 1) {
      const middle = batch.length >> 1;
      this.#batches.splice(0, 1, batch.slice(0, middle), batch.slice(middle));
      return;
    }
    this.#settle(1);
    this.#giveUp(1, 'the database refused a position', {
      trackerKey: batch[0]?.trackerKey,
      error: error.message,
    });
  }

  #settle(count: number): void {
    this.#batches.shift();
    this.#queued -= count;
  }

  #failed(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#failing === null) {
      this.#log.error({ event: 'positionsFailing', err: error }, 'positions cannot be written');
    }
    this.#failing = { sinceMs: this.#failing?.sinceMs ?? this.#nowMs(), error: text };
  }

  #recovered(): void {
    if (this.#failing === null) return;
    const lastedMs = this.#nowMs() - this.#failing.sinceMs;
    this.#failing = null;
    this.#log.info({ event: 'positionsRecovered', lastedMs }, 'positions are written again');
  }

  #giveUp(count: number, why: string, fields: object = {}): void {
    this.#notStored += count;
    const nowMs = this.#nowMs();
    if (nowMs - this.#warnedAtMs < warnEveryMs) return;
    this.#warnedAtMs = nowMs;
    this.#log.warn({ event: 'positionNotStored', notStored: this.#notStored, ...fields }, why);
  }
}

/** True for what is wrong with the rows and not with the database: SQLSTATE classes 22 and 23. */
function isDataError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && /^2[23]...$/.test(error.code);
}
