import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { toQuarantine } from './quarantineKeeper.ts';
import { type Batch, bytesOf, halve, rowsOf } from './recordedBatch.ts';
import type { RecordedBatch, Written } from './storage/recordStore.ts';
import { faultOfWrite, isRowAtFault } from './storage/writeFault.ts';

export type BatchWriterOptions = {
  /** Names the journal in what is put aside. */
  readonly journalId: string;
  readonly write: (batch: RecordedBatch) => Promise<Written>;
  /** Asked after a failure: true when the database is another one by now and the batch not the next. */
  readonly hasFallenBack: () => Promise<boolean>;
  /** The database refused something for what is in it. */
  readonly onRefused: (detail: string, trackerId: string | undefined) => void;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Aborted at the close. */
  readonly signal: AbortSignal;
};

/** Since when, and why, nothing is written. */
export type WriteFailing = {
  readonly sinceMs: number;
  readonly error: string;
  /** The database does not answer, it takes nothing, or the journal cannot be read. */
  readonly what: 'database_away' | 'database_refuses' | 'journal_unreadable';
};

/** What the health page shows. */
export type BatchWriterStatus = {
  readonly written: number;
  /** Positions that the database had already. */
  readonly duplicates: number;
  /** Refused by the database, and put in quarantine instead. */
  readonly quarantined: number;
  /** What nothing could be done with: it is in the journal alone. */
  readonly leftOut: number;
  readonly failing: WriteFailing | null;
};

const firstRetryMs = 250;
const maxRetryMs = 5_000;
/** Some hundred times what a write takes. */
const silenceMs = 5_000;
/**
 * Written at once: far below the 512 MiB that JavaScript's texts have room for, also as hexadecimal
 * digits, and little enough for the memory of a small database.
 */
const maxBatchBytes = 8 << 20;

/**
 * Writes batches until the database has them. One that is away or takes nothing is waited for; a row
 * that it refuses is searched by halves and put aside, so that it holds up no other.
 */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  #written = 0;
  #duplicates = 0;
  #quarantined = 0;
  #leftOut = 0;
  #failing: WriteFailing | null = null;
  /** When the database was last asked and has not answered yet. */
  #askedAtMs: number | undefined;

  constructor(options: BatchWriterOptions) {
    this.#options = options;
  }

  status(): BatchWriterStatus {
    return {
      written: this.#written,
      duplicates: this.#duplicates,
      quarantined: this.#quarantined,
      leftOut: this.#leftOut,
      failing: this.#failing ?? this.#silence(),
    };
  }

  /**
   * Writes a batch, again and again until the database takes it. False at the close, and when the
   * database has fallen back, so that the batch is not the one that comes next.
   */
  async write(batch: Batch): Promise<boolean> {
    const { hasFallenBack, nowMs, signal } = this.#options;
    if (rowsOf(batch) > 1 && bytesOf(batch) > maxBatchBytes) return this.#writeHalves(batch);
    let pauseMs = firstRetryMs;
    for (let failures = 0; !signal.aborted; ) {
      try {
        this.#askedAtMs = nowMs();
        if (failures > 0 && (await hasFallenBack())) return false;
        await this.#take(batch);
        this.#recovered();
        return true;
      } catch (error) {
        if (signal.aborted) break;
        failures += 1;
        const takesEmptyBatch = () => this.#takesEmptyBatch();
        if (await isRowAtFault({ error, rows: rowsOf(batch), failures, takesEmptyBatch })) {
          return this.#isolate(batch, error);
        }
        const isAway = faultOfWrite(error) === 'away';
        this.failed(isAway ? 'database_away' : 'database_refuses', error);
        await this.pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, maxRetryMs);
      } finally {
        this.#askedAtMs = undefined;
      }
    }
    return false;
  }

  /** Waits for an answer of the database, but no longer than until the close; a late one does no harm. */
  async orClosing<Value>(answer: Promise<Value>): Promise<Value> {
    const { signal } = this.#options;
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort);
    try {
      return await Promise.race([answer, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
      answer.catch(() => undefined);
    }
  }

  /** Says from now on that nothing is written, until something is. */
  failed(what: WriteFailing['what'], error: unknown): void {
    const { log, nowMs } = this.#options;
    if (this.#failing?.what !== what) {
      log.error(
        { event: 'positionsFailing', what, err: error },
        'positions cannot be written; the journal keeps them',
      );
    }
    this.#failing = { what, sinceMs: this.#failing?.sinceMs ?? nowMs(), error: textOf(error) };
  }

  /** Waits, but no longer than until the close. */
  async pause(ms: number): Promise<void> {
    const { signal } = this.#options;
    if (ms <= 0) return;
    await delay(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  async #take(batch: Batch): Promise<void> {
    const positions = batch.positions.map(({ position }) => position);
    const { written, duplicates } = await this.orClosing(
      this.#options.write({ ...batch, positions }),
    );
    this.#written += written;
    this.#duplicates += duplicates;
  }

  async #writeHalves(batch: Batch): Promise<boolean> {
    const [first, second] = halve(batch);
    return (await this.write(first)) && this.write(second);
  }

  /** True when the database takes a batch without any row. */
  async #takesEmptyBatch(): Promise<boolean> {
    try {
      await this.orClosing(this.#options.write({ positions: [], quarantined: [] }));
      return true;
    } catch (error) {
      const { log } = this.#options;
      log.debug({ event: 'probeFailed', err: error }, 'the database takes no batch at all');
      return false;
    }
  }

  /** One row that the database refuses must not hold up the others: halves the batch around it. */
  async #isolate(batch: Batch, error: unknown): Promise<boolean> {
    if (rowsOf(batch) > 1) return this.#writeHalves(batch);
    const { journalId, onRefused, log } = this.#options;
    const [position] = batch.positions;
    const [quarantined] = batch.quarantined;
    const trackerId = position?.origin.message.trackerId ?? quarantined?.trackerId;
    const detail = textOf(error);
    onRefused(detail, trackerId);
    if (position === undefined) {
      this.#leftOut += 1;
      log.error(
        {
          event: 'rowLeftOut',
          err: error,
          trackerId,
          sequence: quarantined?.sequence,
          reason: quarantined?.reason,
          said: batch.events,
        },
        'something that a tracker sent cannot be written and is left out; the journal keeps it for a while',
      );
      return this.write({ ...batch, quarantined: [], events: [] });
    }
    const { fix } = position.position;
    const refused = { reason: 'database_refused', detail, fix } as const;
    const kept = toQuarantine(journalId, refused, position.origin);
    const leftOutBefore = this.#leftOut;
    const isWritten = await this.write({ ...batch, positions: [], quarantined: [kept] });
    if (isWritten && this.#leftOut === leftOutBefore) this.#quarantined += 1;
    return isWritten;
  }

  /** A database that does not answer has not failed yet, and people should know. */
  #silence(): WriteFailing | null {
    const sinceMs = this.#askedAtMs;
    if (sinceMs === undefined || this.#options.nowMs() - sinceMs < silenceMs) return null;
    return { what: 'database_away', sinceMs, error: 'it does not answer' };
  }

  #recovered(): void {
    if (this.#failing === null) return;
    const { log, nowMs } = this.#options;
    const lastedMs = nowMs() - this.#failing.sinceMs;
    this.#failing = null;
    log.info({ event: 'positionsRecovered', lastedMs }, 'positions are written again');
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
