import { type FileHandle, open } from 'node:fs/promises';
import {
  frameHeaderBytes,
  type JournalChunk,
  maxBodyBytes,
} from '../../server/domain/journalRecord.ts';
import { readThrough } from './readThrough.ts';
import { soundFrameAt } from './sealedFrame.ts';
import { listSegments, type Segment } from './segments.ts';

/** Records that the reader should have found and did not. */
export type JournalDamage = {
  readonly firstLost: number;
  readonly lastLost: number;
  /** Where they should be; undefined when there is no such segment. */
  readonly file: string | undefined;
};

/** Read from the disk at once: every frame, however long, lies in a window that begins with it. */
const windowBytes = 4 << 20;
const longestFrame = frameHeaderBytes + maxBodyBytes;

type Window = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  /** Where in the file it begins. */
  readonly start: number;
  readonly reachesEnd: boolean;
};

/**
 * Reads a journal on from a place in it, while others may write to its end. Every frame is checked;
 * damaged ones are told of and passed over, what is readable after them is read.
 */
export class JournalReader {
  readonly #dir: string;
  readonly #onDamage: (damage: JournalDamage) => void;
  #after: number;
  #segment: Segment | undefined;
  /** First record of the segment after this one. */
  #nextFirst = Number.POSITIVE_INFINITY;
  #file: FileHandle | undefined;
  #at = 0;
  #window: Window | undefined;
  /** Nothing that counts comes after #at in this segment as it was last seen. */
  #isOver = false;
  /** The last record up to which the segments were looked at. */
  #locatedFor: number | undefined;

  /** @param after the last record that is known already; 0 = none */
  constructor(dir: string, after: number, onDamage: (damage: JournalDamage) => void) {
    this.#dir = dir;
    this.#after = after;
    this.#onDamage = onDamage;
  }

  /** The last record that was given out or found to be lost. */
  get after(): number {
    return this.#after;
  }

  /**
   * The next records.
   *
   * @param upTo the last record that is known to be on disk
   * @param maxBytes about how much to give out at once
   * @returns undefined when there are no more up to there
   */
  async next(upTo: number, maxBytes: number): Promise<JournalChunk | undefined> {
    if (this.#after >= upTo) return undefined;
    // all up to there was on disk when that was asked for first, so what is in memory of it holds
    if (upTo !== this.#locatedFor || this.#segment === undefined) await this.#locate();
    this.#locatedFor = upTo;
    while (this.#after < upTo) {
      const chunk = this.#take(await this.#read(), upTo, maxBytes);
      if (chunk !== undefined) return chunk;
      if (this.#isOver && this.#after < upTo && !(await this.#goOn())) this.#lose(upTo);
    }
    return undefined;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#segment = undefined;
    await file?.close();
  }

  /** Finds the segment of the next record, or, when one is open, whether another has begun since. */
  async #locate(): Promise<void> {
    const segments = await listSegments(this.#dir);
    const known = this.#segment;
    if (known === undefined) {
      const holder = segments.findLast(({ firstSequence }) => firstSequence <= this.#after + 1);
      await this.#open(holder ?? segments[0], segments);
      return;
    }
    this.#nextFirst = firstAfter(known, segments);
    // a segment that grows has moved on, and a reserve is written over in place
    this.#isOver = false;
    this.#window = undefined;
  }

  /** The segment is over: opens the next one. False when there is none. */
  async #goOn(): Promise<boolean> {
    const segments = await listSegments(this.#dir);
    const first = this.#segment?.firstSequence ?? 0;
    const next = segments.find(({ firstSequence }) => firstSequence > first);
    if (next === undefined) return false;
    await this.#open(next, segments);
    return true;
  }

  async #open(segment: Segment | undefined, segments: readonly Segment[]): Promise<void> {
    await this.close();
    this.#segment = segment;
    this.#at = 0;
    this.#isOver = false;
    this.#window = undefined;
    if (segment === undefined) return;
    this.#nextFirst = firstAfter(segment, segments);
    this.#file = await open(segment.file, 'r');
  }

  /** A window on the file that begins at or before #at and holds a whole frame from there on, unless the file ends. */
  async #read(): Promise<Window> {
    const known = this.#window;
    if (known !== undefined) {
      const left = known.start + known.bytes.byteLength - this.#at;
      if (left >= longestFrame || known.reachesEnd) return known;
    }
    const bytes = new Uint8Array(windowBytes);
    const length = this.#file === undefined ? 0 : await readThrough(this.#file, bytes, this.#at);
    this.#window = {
      bytes: bytes.subarray(0, length),
      view: new DataView(bytes.buffer, 0, length),
      start: this.#at,
      reachesEnd: length < windowBytes,
    };
    return this.#window;
  }

  /** Takes frames that lie side by side out of the window, from #at on; damage and gaps end a chunk. */
  #take(window: Window, upTo: number, maxBytes: number): JournalChunk | undefined {
    const { bytes, view, start, reachesEnd } = window;
    const salt = this.#segment?.salt ?? 0;
    let at = this.#at - start;
    let begin = at;
    let count = 0;
    while (at < bytes.byteLength && at - begin < maxBytes) {
      const frame = soundFrameAt(bytes, view, at, salt);
      if (frame === undefined) {
        const isCut = !reachesEnd && bytes.byteLength - at < longestFrame;
        if (count > 0 || isCut) break;
        at += 1;
        begin = at;
      } else if (frame.sequence >= this.#nextFirst) {
        this.#isOver = true;
        break;
      } else if (frame.sequence > upTo) {
        if (count === 0) this.#lose(upTo);
        break;
      } else if (frame.sequence <= this.#after) {
        if (count > 0) break;
        at = frame.end;
        begin = at;
      } else {
        if (frame.sequence > this.#after + 1) {
          if (count > 0) break;
          this.#lose(frame.sequence - 1);
        }
        at = frame.end;
        count += 1;
        this.#after = frame.sequence;
      }
    }
    this.#at = start + at;
    if (reachesEnd && at >= bytes.byteLength) this.#isOver = true;
    if (count === 0) return undefined;
    return { bytes: bytes.subarray(begin, at), count, lastSequence: this.#after };
  }

  #lose(lastLost: number): void {
    this.#onDamage({ firstLost: this.#after + 1, lastLost, file: this.#segment?.file });
    this.#after = lastLost;
  }
}

function firstAfter(segment: Segment, segments: readonly Segment[]): number {
  const next = segments.find(({ firstSequence }) => firstSequence > segment.firstSequence);
  return next?.firstSequence ?? Number.POSITIVE_INFINITY;
}
