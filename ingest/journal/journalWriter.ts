import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { JournalChunk, JournalInput } from '../../server/domain/journalRecord.ts';
import type { JournalState, JournalStatus } from '../../server/domain/journalStatus.ts';
import { CommitGroup, type OnSettled } from './commitGroup.ts';
import type { RecoveredJournal } from './recoverJournal.ts';
import { ReserveShares } from './reserveShares.ts';
import { clearSequences } from './sealedFrame.ts';
import { type DiskLimits, isNoRoom, SegmentFiles } from './segmentFiles.ts';
import { StoringClock } from './storingClock.ts';

/** Bounds of the journal. */
export type JournalLimits = DiskLimits & {
  /** Records that wait for the disk are held in memory up to here; then senders are read no further. */
  readonly maxWaitingBytes: number;
  /** A disk that takes longer for anything hangs: what waits is shown, and not acknowledged. */
  readonly stallMs: number;
};

/** Bounds that suit every installation; the other two are settings. */
export const defaultJournalLimits = {
  segmentBytes: 64 << 20,
  // some 30,000 SOS, of one tracker 500
  reserveBytes: 4 << 20,
  maxWaitingBytes: 16 << 20,
  // less than one and a half keepalives of every client whose keepalive is 2 s or more
  stallMs: 2_000,
} as const;

/** Sixteen segments or more make up a journal, so that dropping one frees little at a time. */
export function segmentBytesFor(maxBytes: number): number {
  return Math.min(defaultJournalLimits.segmentBytes, Math.ceil(maxBytes / 16));
}

export type JournalHandlers = {
  /**
   * Records are on disk (`lastSequence` > 0), or could not be stored (`lastSequence` 0). In the
   * order of events; the bytes change hands. An empty chunk only tells how far the disk is.
   */
  readonly onChunk: (chunk: JournalChunk) => void;
  /** The disk takes records again after some could not be stored. */
  readonly onRecovered: () => void;
  /** There is room again after the journal was crowded. */
  readonly onRoom: () => void;
  /** The server's clock, UTC epoch milliseconds. */
  readonly nowMs: () => number;
};

/** A busy journal commits this often at most: 200 times a second is fast enough for people. */
const commitEveryMs = 5;
const maxGroupBytes = 1 << 20;
/** A disk that refused is asked again, and what came meanwhile is given up, this often. */
const retryEveryMs = 1_000;
const giveUpEveryMs = 50;
/** A reserve for which there was no room is tried again this often. */
const reserveEveryMs = 10_000;

/**
 * The journal's one writer: gathers records into groups, brings each group to the disk with one
 * write and one sync, and only then tells their senders. One commit is under way at most; the next
 * takes all that came meanwhile.
 */
export class JournalWriter {
  readonly #files: SegmentFiles;
  readonly #shares: ReserveShares;
  readonly #limits: JournalLimits;
  readonly #handlers: JournalHandlers;
  readonly #consumed: Map<string, number>;
  /** Groups that wait, oldest first; the last one still fills. */
  #groups: CommitGroup[] = [];
  #waitingBytes = 0;
  readonly #clock = new StoringClock();
  #working: Promise<void> | undefined;
  #committedAtMs = Number.NEGATIVE_INFINITY;
  #held: PromiseWithResolvers<void> | undefined;
  #state: JournalState = 'storing';
  #stateBeforeStall: JournalState = 'storing';
  #error: string | undefined;
  #notStored = 0;
  #isCrowded = false;
  #retry: NodeJS.Timeout | undefined;
  #isTidyWanted = true;
  #isClosed = false;

  /** @param consumers those who must have a record before it may be dropped */
  constructor(
    dir: string,
    recovered: RecoveredJournal,
    consumers: readonly string[],
    limits: JournalLimits,
    handlers: JournalHandlers,
  ) {
    this.#files = new SegmentFiles(dir, recovered, limits);
    this.#shares = new ReserveShares(limits.reserveBytes);
    this.#limits = limits;
    this.#handlers = handlers;
    this.#consumed = new Map(consumers.map((name) => [name, 0]));
  }

  /**
   * Sets the reserve aside, as far as there is room.
   *
   * @param after new records get higher sequences than this, even if the journal on disk ends before
   */
  async start(after: number): Promise<void> {
    this.#files.skipTo(after);
    this.#work();
    await this.#working;
  }

  /** True while so much waits that senders should be read no further; `onRoom` tells the end of it. */
  get isCrowded(): boolean {
    return this.#isCrowded;
  }

  status(): JournalStatus {
    return {
      state: this.#state,
      error: this.#error,
      lastSequence: this.#files.lastSequence,
      usedBytes: this.#files.usedBytes,
      neededBytes: this.#files.neededBytes(this.#allHave()),
      allowedBytes: this.#files.allowedBytes,
      notStored: this.#notStored,
      hasReserve: this.#files.hasReserve,
      storingMs: this.#clock.times(performance.now()),
    };
  }

  /**
   * Takes a record in, at the end of the order of events.
   *
   * @param isUrgent an SOS or an alarm event, which may use the reserve
   */
  append(input: JournalInput, atMs: number, isUrgent: boolean, onSettled: OnSettled): void {
    let group = this.#groups.at(-1);
    if (group === undefined || group.byteLength >= maxGroupBytes) {
      group = new CommitGroup(group === undefined ? 4096 : maxGroupBytes);
      this.#groups.push(group);
    }
    const before = group.byteLength;
    group.add(input, atMs, isUrgent, onSettled);
    this.#waitingBytes += group.byteLength - before;
    this.#isCrowded ||= this.#waitingBytes >= this.#limits.maxWaitingBytes;
    this.#work();
  }

  /** A consumer has all records up to this one. */
  setConsumed(consumer: string, sequence: number): void {
    this.#consumed.set(consumer, sequence);
    this.#isTidyWanted = true;
    this.#work();
  }

  /** Commits nothing until `resume`: those who follow are behind. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  resume(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Commits what waits and closes the files. */
  async close(): Promise<void> {
    this.resume();
    while (this.#working !== undefined) await this.#working;
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#files.close();
  }

  #allHave(): number {
    return Math.min(...this.#consumed.values());
  }

  #work(): void {
    if (this.#isClosed) return;
    this.#working ??= this.#workAll().finally(() => {
      this.#working = undefined;
      if (this.#groups.length > 0 || this.#isTidyWanted) this.#work();
    });
  }

  async #workAll(): Promise<void> {
    // all that arrives in this turn of the loop shares the first commit
    await setImmediate();
    for (;;) {
      if (this.#isTidyWanted) await this.#guarded(undefined, () => this.#tidy());
      await this.#held?.promise;
      const group = this.#groups[0];
      if (group === undefined) return;
      const waitMs = this.#committedAtMs + commitEveryMs - performance.now();
      if (waitMs > 0 && group.byteLength < maxGroupBytes) await delay(waitMs);
      this.#committedAtMs = performance.now();
      this.#groups.shift();
      await this.#guarded(group, () => this.#commit(group));
    }
  }

  /** Does something with the disk, and gives up what waits when that does not come back. */
  async #guarded(underWay: CommitGroup | undefined, work: () => Promise<void>): Promise<void> {
    let isBack = false;
    const stall = setTimeout(() => {
      // after a pause of the whole process the answer of the disk may be there and not heard yet
      void setImmediate().then(() => {
        if (!isBack) this.#stalled(underWay);
      });
    }, this.#limits.stallMs);
    try {
      await work();
    } finally {
      isBack = true;
      clearTimeout(stall);
      this.#endStall();
    }
  }

  async #commit(group: CommitGroup): Promise<void> {
    if (this.#state !== 'storing') return this.#commitUrgent(group);
    try {
      await this.#files.write(group.frames, group.lastAtMs);
      this.#stored(group);
    } catch (error) {
      this.#refused(error);
      if (!group.isSettled) await this.#commitUrgent(group);
    }
  }

  /** The disk takes nothing: what may use the reserve does, the rest is given up. */
  async #commitUrgent(group: CommitGroup): Promise<void> {
    if (!this.#files.isInReserve) this.#shares.clear();
    const { urgent, others } = group.hasUrgent
      ? group.split((trackerId, bytes) => this.#shares.take(trackerId, bytes))
      : { urgent: undefined, others: group };
    this.#giveUp(others);
    if (urgent === undefined || urgent.count === 0) return;
    try {
      await this.#files.writeToReserve(urgent.frames, urgent.lastAtMs);
      this.#stored(urgent);
    } catch (error) {
      this.#refused(error);
      this.#giveUp(urgent);
    }
  }

  #stored(group: CommitGroup): void {
    const { lastSequence } = this.#files;
    if (group.isSettled) {
      // it was given up when the disk hung, and arrived after all; its senders will repeat it
      this.#handlers.onChunk({ bytes: new Uint8Array(), count: 0, lastSequence });
    } else {
      this.#release(group);
      group.settle('stored');
      const nowMs = performance.now();
      for (const addedAtMs of group.addedAtMs) this.#clock.stored(addedAtMs, nowMs);
      this.#handlers.onChunk({ bytes: group.frames, count: group.count, lastSequence });
    }
  }

  #giveUp(group: CommitGroup): void {
    if (group.isSettled || group.count === 0) return;
    this.#release(group);
    this.#notStored += group.count;
    group.settle('not_stored');
    // a copy: a disk that hangs may still be reading the original
    const bytes = group.frames.slice();
    clearSequences(bytes);
    this.#handlers.onChunk({ bytes, count: group.count, lastSequence: 0 });
  }

  #release(group: CommitGroup): void {
    this.#waitingBytes -= group.byteLength;
    if (!this.#isCrowded || this.#waitingBytes > this.#limits.maxWaitingBytes / 2) return;
    this.#isCrowded = false;
    this.#handlers.onRoom();
  }

  /** The disk does not come back: gives up what waits, and what comes until it does. */
  #stalled(underWay: CommitGroup | undefined): void {
    this.#stateBeforeStall = this.#state;
    this.#state = 'stalled';
    this.#error = `the disk has not answered for ${this.#limits.stallMs / 1000} s`;
    if (underWay !== undefined) this.#giveUp(underWay);
    const giveUp = (): void => {
      // while the server thread is behind too, what comes waits, and with it its senders
      if (this.#held !== undefined) return;
      const groups = this.#groups;
      this.#groups = [];
      for (const group of groups) this.#giveUp(group);
    };
    giveUp();
    const giving = setInterval(() => {
      if (this.#state === 'stalled') giveUp();
      else clearInterval(giving);
    }, giveUpEveryMs);
  }

  #refused(error: unknown): void {
    this.#state = isNoRoom(error) ? 'full' : 'failing';
    this.#error = error instanceof Error ? error.message : String(error);
    this.#tryAgainIn(retryEveryMs);
  }

  /** The disk answered after all. */
  #endStall(): void {
    if (this.#state !== 'stalled') return;
    this.#state = this.#stateBeforeStall;
    if (this.#state === 'storing') this.#storesAgain();
  }

  #storesAgain(): void {
    this.#state = 'storing';
    this.#error = undefined;
    this.#handlers.onRecovered();
  }

  #tryAgainIn(ms: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#isTidyWanted = true;
      this.#work();
    }, ms);
  }

  async #tidy(): Promise<void> {
    this.#isTidyWanted = false;
    const isRefusing = this.#state !== 'storing';
    try {
      await this.#files.tidy(this.#allHave(), this.#handlers.nowMs());
      if (!this.#files.hasReserve) this.#tryAgainIn(reserveEveryMs);
      if (isRefusing) {
        await this.#files.probe();
        this.#storesAgain();
      } else if (this.#state === 'storing') {
        this.#error = undefined;
      }
    } catch (error) {
      if (isRefusing) this.#refused(error);
      else {
        // records are still stored; the status shows what could not be tidied
        this.#error = error instanceof Error ? error.message : String(error);
        this.#tryAgainIn(reserveEveryMs);
      }
    }
  }
}
