import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { JournalChunk } from './domain/journalRecord.ts';
import type { Position } from './domain/position.ts';
import { errorCode } from './domain/systemError.ts';
import { createPipeline, type Origin, type PipelineParts, type Refused } from './pipeline.ts';
import type { Quarantined } from './storage/quarantineRow.ts';
import type { RecordedBatch } from './storage/recordStore.ts';

/** Reads records one after the other; JournalReader does. */
export type RecordReader = {
  /** The last record that was given out or found to be lost. */
  readonly after: number;
  next(upTo: number, maxBytes: number): Promise<JournalChunk | undefined>;
  close(): Promise<void>;
};

/** The name under which the recorder's checkpoints are kept. */
export const recorderName = 'positions';

export type RecorderOptions = Pick<
  PipelineParts,
  'decode' | 'tracks' | 'trackerKeyOf' | 'retentionMs'
> & {
  /** Names the journal in the checkpoints. */
  readonly journalId: string;
  /** The last record whose positions the database has. */
  readonly after: number;
  readonly reader: RecordReader;
  /** Up to which record the database has them: less than before when it was put back to an earlier state. */
  readonly readCheckpoint: () => Promise<number>;
  /** Takes over what the database has now, and reads on after this record. */
  readonly goBack: (after: number) => Promise<RecordReader>;
  readonly write: (batch: RecordedBatch) => Promise<{ written: number; duplicates: number }>;
  /** The database has all records up to this one. */
  readonly onRecorded: (sequence: number) => void;
  /** The database refused a position for what is in it; it was put in quarantine. */
  readonly onRefusedByDatabase: (detail: string, trackerId: string) => void;
  readonly log: Logger;
  readonly nowMs: () => number;
};

/** What the health page shows. */
export type RecorderStatus = {
  /** Journal records that the database does not have yet. */
  readonly behind: number;
  readonly written: number;
  /** Positions that the database had already. */
  readonly duplicates: number;
  readonly quarantined: number;
  /** Refused messages beyond what is kept of one tracker; they are counted only. */
  readonly quarantineSkipped: number;
  /** Since when, and why, the database does not take them; null while all is well. */
  readonly failing: { readonly sinceMs: number; readonly error: string } | null;
};

/** A position with what its row in the quarantine would need, should the database refuse it. */
type Recorded = { readonly position: Position; readonly origin: Origin };

/** Read from the journal at once: some 5,000 pings. */
export const readBytes = 1 << 20;
const batchSize = 4_000;
/**
 * While nothing waits, rows gather this long. The database's commits and the journal's share a disk,
 * and acknowledgements wait for the journal's.
 */
const gatherMs = 500;
const firstRetryMs = 250;
const maxRetryMs = 5_000;
const closePatienceMs = 3_000;
/** Some hundred times what a write takes. */
const silenceMs = 5_000;
/**
 * Kept of one tracker in a minute: two full messages of stored fixes. One that sends nothing but
 * rubbish must not fill the disk with it.
 */
const maxQuarantinedPerMinute = 2_000;

/**
 * Brings what the journal holds into the database: follows it record by record, judges each with the
 * same pipeline as the live side, and writes positions, quarantine and its checkpoint in one
 * transaction. A database that is away or slow only makes it wait; the journal keeps the rest.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  #reader: RecordReader;
  readonly #pipeline: { readonly take: (chunk: JournalChunk) => void };
  #positions: Recorded[] = [];
  #quarantined: Quarantined[] = [];
  readonly #keptOfMinute = new Map<string, { minute: number; count: number }>();
  #known: number;
  #recorded: number;
  #news = Promise.withResolvers<void>();
  readonly #closing = new AbortController();
  #isClosingWhenDone = false;
  #following: Promise<void> | undefined;
  #written = 0;
  #duplicates = 0;
  #quarantineCount = 0;
  #quarantineSkipped = 0;
  #failing: RecorderStatus['failing'] = null;
  /** When the database was last asked and has not answered yet. */
  #askedAtMs: number | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#reader = options.reader;
    this.#known = options.after;
    this.#recorded = options.after;
    this.#pipeline = createPipeline({
      ...options,
      onPosition: (position, _track, origin) => this.#positions.push({ position, origin }),
      onRefused: (refused, origin) => this.#keepAside(refused, origin),
    });
  }

  /** Starts to follow. */
  start(): void {
    this.#following = this.#follow();
  }

  /** The journal is on disk up to this record. Never waits. */
  advance(lastSequence: number): void {
    if (lastSequence <= this.#known) return;
    this.#known = lastSequence;
    this.#news.resolve();
  }

  status(): RecorderStatus {
    return {
      behind: this.#known - this.#recorded,
      written: this.#written,
      duplicates: this.#duplicates,
      quarantined: this.#quarantineCount,
      quarantineSkipped: this.#quarantineSkipped,
      failing: this.#failing ?? this.#silence(),
    };
  }

  /** Records what the journal has, for 3 s at most, and stops. The journal keeps what is left. */
  async close(): Promise<void> {
    const patience = setTimeout(() => this.#closing.abort(), closePatienceMs);
    this.#isClosingWhenDone = true;
    this.#news.resolve();
    await this.#following;
    clearTimeout(patience);
    await this.#reader.close();
  }

  get #isDone(): boolean {
    const hasAll = this.#recorded >= this.#known;
    return this.#closing.signal.aborted || (this.#isClosingWhenDone && hasAll);
  }

  async #follow(): Promise<void> {
    while (!this.#isDone) {
      if (this.#recorded >= this.#known) {
        await this.#news.promise;
        this.#news = Promise.withResolvers();
        continue;
      }
      const startedAtMs = performance.now();
      const read = await this.#read();
      if (!read.ok) continue;
      const { chunk } = read;
      if (chunk !== undefined) this.#pipeline.take(chunk);
      const positions = this.#positions;
      const quarantined = this.#quarantined;
      this.#positions = [];
      this.#quarantined = [];
      // without a chunk the rest of the records is lost, and the reader has said so
      await this.#record(positions, quarantined, chunk?.lastSequence ?? this.#reader.after);
      const hasAll = this.#recorded >= this.#known;
      if (hasAll) await this.#pause(startedAtMs + gatherMs - performance.now());
    }
  }

  /** The next chunk, or a pause when the journal's files cannot be read. */
  async #read(): Promise<{ ok: true; chunk: JournalChunk | undefined } | { ok: false }> {
    try {
      return { ok: true, chunk: await this.#reader.next(this.#known, readBytes) };
    } catch (error) {
      this.#failed(error);
      await this.#pause(maxRetryMs);
      return { ok: false };
    }
  }

  /** Writes what a chunk gave; resolves when the database has it, or at the close. */
  async #record(
    positions: readonly Recorded[],
    quarantined: readonly Quarantined[],
    sequence: number,
  ): Promise<void> {
    const { journalId, onRecorded } = this.#options;
    const checkpoint = { journalId, consumer: recorderName, sequence };
    for (let at = 0; at + batchSize < positions.length; at += batchSize) {
      const part = { positions: positions.slice(at, at + batchSize), quarantined: [] };
      if (!(await this.#write(part))) return;
    }
    const rest =
      positions.length === 0 ? 0 : (Math.ceil(positions.length / batchSize) - 1) * batchSize;
    const isWritten = await this.#write({
      positions: positions.slice(rest),
      quarantined,
      checkpoint,
    });
    if (!isWritten) return;
    this.#quarantineCount += quarantined.length;
    this.#recorded = sequence;
    onRecorded(sequence);
  }

  /**
   * Writes a batch, again and again until the database takes it. False at the close, and when the
   * database has fallen back, so that the batch is not the one that comes next.
   */
  async #write(batch: Batch): Promise<boolean> {
    let pauseMs = firstRetryMs;
    let isAfterFailure = false;
    while (!this.#closing.signal.aborted) {
      try {
        this.#askedAtMs = this.#options.nowMs();
        if (isAfterFailure && (await this.#hasFallenBack())) return false;
        const { written, duplicates } = await this.#orClosing(
          this.#options.write({
            ...batch,
            positions: batch.positions.map(({ position }) => position),
          }),
        );
        this.#written += written;
        this.#duplicates += duplicates;
        this.#recovered();
        return true;
      } catch (error) {
        if (this.#closing.signal.aborted) break;
        if (isDataError(error) && batch.positions.length > 0) return this.#isolate(batch, error);
        isAfterFailure = true;
        this.#failed(error);
        await this.#pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, maxRetryMs);
      } finally {
        this.#askedAtMs = undefined;
      }
    }
    return false;
  }

  /**
   * After a failure the database may be another one: a replica that took over, a backup that was put
   * back. Then it lacks records that it had, and they are read once more.
   */
  async #hasFallenBack(): Promise<boolean> {
    const { readCheckpoint, goBack, log } = this.#options;
    const has = await this.#orClosing(readCheckpoint());
    if (has >= this.#recorded) return false;
    log.error(
      { event: 'databaseFellBack', recorded: this.#recorded, has },
      'the database lacks records that it had; they are read from the journal once more',
    );
    const reader = await this.#orClosing(goBack(has));
    await this.#reader.close();
    this.#reader = reader;
    this.#recorded = has;
    return true;
  }

  /** Waits for an answer of the database, but no longer than until the close; a late one does no harm. */
  async #orClosing<Value>(answer: Promise<Value>): Promise<Value> {
    const { signal } = this.#closing;
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

  /** One position that the database refuses must not hold up the others: halves the batch around it. */
  async #isolate({ positions, quarantined, checkpoint }: Batch, error: Error): Promise<boolean> {
    const [first] = positions;
    if (positions.length > 1 || first === undefined) {
      const middle = positions.length >> 1;
      const before = { positions: positions.slice(0, middle), quarantined: [] };
      if (!(await this.#write(before))) return false;
      return this.#write({ positions: positions.slice(middle), quarantined, checkpoint });
    }
    const { origin, position } = first;
    this.#options.onRefusedByDatabase(error.message, origin.message.trackerId);
    const refused = {
      reason: 'database_refused',
      detail: error.message,
      fix: position.fix,
    } as const;
    const kept = this.#toQuarantine({ ...refused, isOnlyAField: false }, origin);
    this.#quarantineCount += 1;
    return this.#write({ positions: [], quarantined: [...quarantined, kept], checkpoint });
  }

  #keepAside(refused: Refused, origin: Origin): void {
    if (refused.isOnlyAField) return;
    const { trackerId, atMs } = origin.message;
    const minute = Math.floor(atMs / 60_000);
    const kept = this.#keptOfMinute.get(trackerId);
    const count = kept?.minute === minute ? kept.count : 0;
    if (count >= maxQuarantinedPerMinute) {
      this.#quarantineSkipped += 1;
      return;
    }
    this.#keptOfMinute.set(trackerId, { minute, count: count + 1 });
    this.#quarantined.push(this.#toQuarantine(refused, origin));
  }

  #toQuarantine({ reason, detail, fix }: Refused, { message, part }: Origin): Quarantined {
    const { trackerId, sequence, atMs, codec, payload } = message;
    return {
      journalId: this.#options.journalId,
      sequence,
      part,
      trackerId,
      receivedAtMs: atMs,
      reason,
      detail,
      content: fix === undefined ? { kind: 'message', codec, raw: payload } : { kind: 'fix', fix },
    };
  }

  /** A database that does not answer has not failed yet, and people should know. */
  #silence(): RecorderStatus['failing'] {
    const sinceMs = this.#askedAtMs;
    if (sinceMs === undefined || this.#options.nowMs() - sinceMs < silenceMs) return null;
    return { sinceMs, error: 'it does not answer' };
  }

  #failed(error: unknown): void {
    const { log, nowMs } = this.#options;
    if (this.#failing === null) {
      log.error(
        { event: 'positionsFailing', err: error },
        'positions cannot be written; the journal keeps them',
      );
    }
    const text = error instanceof Error ? error.message : String(error);
    this.#failing = { sinceMs: this.#failing?.sinceMs ?? nowMs(), error: text };
  }

  #recovered(): void {
    if (this.#failing === null) return;
    const { log, nowMs } = this.#options;
    const lastedMs = nowMs() - this.#failing.sinceMs;
    this.#failing = null;
    log.info({ event: 'positionsRecovered', lastedMs }, 'positions are written again');
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await delay(ms, undefined, { signal: this.#closing.signal }).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) throw error;
    });
  }
}

type Batch = Omit<RecordedBatch, 'positions'> & { readonly positions: readonly Recorded[] };

/** True for what is wrong with the rows and not with the database: SQLSTATE classes 22 and 23. */
function isDataError(error: unknown): error is Error {
  return /^2[23]...$/.test(errorCode(error) ?? '');
}
