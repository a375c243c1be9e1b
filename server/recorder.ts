import type { Logger } from 'pino';
import { BatchWriter, type WriteFailing } from './batchWriter.ts';
import type { JournalChunk } from './domain/journalRecord.ts';
import { eventId } from './eventId.ts';
import { createPipeline, type Origin, type PipelineParts, type TrackerEvent } from './pipeline.ts';
import { QuarantineKeeper } from './quarantineKeeper.ts';
import type { Batch, Recorded } from './recordedBatch.ts';
import type { DeviceEventRow } from './storage/deviceEventRow.ts';
import type { RecordedBatch, Written } from './storage/recordStore.ts';
import type { StoredClock } from './storage/trackerClocks.ts';
import type { Track } from './tracking/track.ts';

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
  'decode' | 'tracks' | 'trackerOf' | 'retentionMs'
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
  readonly write: (batch: RecordedBatch) => Promise<Written>;
  /** The database has all records up to this one. */
  readonly onRecorded: (sequence: number) => void;
  /** The database refused something for what is in it; a position is put in quarantine. */
  readonly onRefusedByDatabase: (detail: string, trackerId: string | undefined) => void;
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
  /** Refused messages and fixes beyond what is kept of one tracker, and of all; they are counted only. */
  readonly quarantineSkipped: number;
  /** What could not be written whatever was tried, and is in the journal alone. */
  readonly leftOut: number;
  /** Since when, and why, nothing is recorded; null while all is well. */
  readonly failing: WriteFailing | null;
};

/** What one chunk of the journal gave, beside what is put aside of it. */
type Gathered = {
  readonly positions: Recorded[];
  readonly events: DeviceEventRow[];
  /** By tracker key. */
  readonly clocks: Map<number, StoredClock>;
};

const gatherNothing = (): Gathered => ({ positions: [], events: [], clocks: new Map() });

/** Read from the journal at once: some 5,000 pings. */
export const readBytes = 1 << 20;
/**
 * While nothing waits, rows gather this long. The database's commits and the journal's share a disk,
 * and acknowledgements wait for the journal's.
 */
const gatherMs = 500;
const unreadableRetryMs = 5_000;
const closePatienceMs = 3_000;
/** Recorded of one tracker in a minute; an SOS always is, and is none of these. */
const maxStatusesPerMinute = 60;

/**
 * Brings what the journal holds into the database: follows it record by record, judges each with the
 * same pipeline as the live side, and writes positions, events, clocks, quarantine and its checkpoint
 * in one transaction. A database that is away or slow only makes it wait; the journal keeps the rest.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  #reader: RecordReader;
  readonly #pipeline: { readonly take: (chunk: JournalChunk) => void };
  readonly #keeper: QuarantineKeeper;
  readonly #writer: BatchWriter;
  #gathered = gatherNothing();
  readonly #statusesOfMinute: KeptOfMinute = new Map();
  #known: number;
  #recorded: number;
  #news = Promise.withResolvers<void>();
  readonly #closing = new AbortController();
  #isClosingWhenDone = false;
  #following: Promise<void> | undefined;
  #quarantined = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#reader = options.reader;
    this.#known = options.after;
    this.#recorded = options.after;
    const { journalId, write, onRefusedByDatabase: onRefused, log, nowMs } = options;
    const { signal } = this.#closing;
    const isTracker = (id: string): boolean => options.trackerOf(id) !== undefined;
    this.#keeper = new QuarantineKeeper(journalId, isTracker);
    const hasFallenBack = (): Promise<boolean> => this.#hasFallenBack();
    const said = { onRefused, log, nowMs, signal };
    this.#writer = new BatchWriter({ journalId, write, hasFallenBack, ...said });
    this.#pipeline = createPipeline({
      ...options,
      onPosition: (position, _track, origin) => {
        this.#gathered.positions.push({ position, origin });
      },
      onRefused: (refused, origin) => this.#keeper.refused(refused, origin),
      onEvent: (event, origin) => this.#keepEvent(event, origin),
      onClock: ({ trackerKey, clock: { state, offsetMs, changedAtMs } }: Track) => {
        this.#gathered.clocks.set(trackerKey, { trackerKey, state, offsetMs, changedAtMs });
      },
      onRefusedMessage: (message) => this.#keeper.refusedMessage(message),
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
    const { quarantined, ...written } = this.#writer.status();
    return {
      ...written,
      behind: this.#known - this.#recorded,
      quarantined: this.#quarantined + quarantined,
      quarantineSkipped: this.#keeper.skipped,
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
      const gathered = this.#gathered;
      this.#gathered = gatherNothing();
      // without a chunk the rest of the records is lost, and the reader has said so
      await this.#record(gathered, chunk?.lastSequence ?? this.#reader.after);
      const hasAll = this.#recorded >= this.#known;
      if (hasAll) await this.#writer.pause(startedAtMs + gatherMs - performance.now());
    }
  }

  /** The next chunk, or a pause when the journal's files cannot be read. */
  async #read(): Promise<{ ok: true; chunk: JournalChunk | undefined } | { ok: false }> {
    try {
      return { ok: true, chunk: await this.#reader.next(this.#known, readBytes) };
    } catch (error) {
      this.#writer.failed('journal_unreadable', error);
      await this.#writer.pause(unreadableRetryMs);
      return { ok: false };
    }
  }

  /** Writes what a chunk gave; resolves when the database has it, or at the close. */
  async #record(gathered: Gathered, sequence: number): Promise<void> {
    const { journalId, onRecorded } = this.#options;
    const checkpoint = { journalId, consumer: recorderName, sequence };
    const { positions, events } = gathered;
    const quarantined = this.#keeper.take();
    // all at once: read again after half of it, a tracker's clock and place would judge it otherwise
    const clocks = [...gathered.clocks.values()];
    const batch: Batch = { positions, quarantined, events, clocks, checkpoint };
    if (!(await this.#writer.write(batch))) return;
    this.#quarantined += quarantined.length;
    this.#recorded = sequence;
    onRecorded(sequence);
  }

  /**
   * After a failure the database may be another one: a replica that took over, a backup that was put
   * back. Then it lacks records that it had, and they are read once more.
   */
  async #hasFallenBack(): Promise<boolean> {
    const { readCheckpoint, goBack, log } = this.#options;
    const has = await this.#writer.orClosing(readCheckpoint());
    if (has >= this.#recorded) return false;
    log.error(
      { event: 'databaseFellBack', recorded: this.#recorded, has },
      'the database lacks records that it had; they are read from the journal once more',
    );
    const reader = await this.#writer.orClosing(goBack(has));
    await this.#reader.close();
    this.#reader = reader;
    this.#recorded = has;
    return true;
  }

  #keepEvent(said: TrackerEvent, { message, part }: Origin): void {
    const { trackerId, sequence, atMs } = message;
    const isStatus = said.event.kind === 'status';
    if (isStatus && countOfMinute(this.#statusesOfMinute, trackerId, atMs) > maxStatusesPerMinute) {
      return;
    }
    const id = eventId(this.#options.journalId, sequence, part);
    this.#gathered.events.push({ id, ...said });
  }
}

/** How often each sender had something kept in its newest minute. As many as there are trackers. */
type KeptOfMinute = Map<string, { readonly minute: number; readonly count: number }>;

/** Counts one more of a sender, and returns how many it has in this minute. */
function countOfMinute(kept: KeptOfMinute, sender: string, atMs: number): number {
  const minute = Math.floor(atMs / 60_000);
  const known = kept.get(sender);
  const count = (known?.minute === minute ? known.count : 0) + 1;
  kept.set(sender, { minute, count });
  return count;
}
