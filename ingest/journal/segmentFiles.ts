import { constants, type FileHandle, open, rm } from 'node:fs/promises';
import { errorCode } from '../../server/domain/systemError.ts';
import { DiskRoom } from './diskRoom.ts';
import type { KnownSegment, RecoveredJournal } from './recoverJournal.ts';
import { breakReserve, makeReserve } from './reserve.ts';
import { sealFrames } from './sealedFrame.ts';
import { nameSegment, type Segment, syncFolder } from './segments.ts';

/** Bounds of what the journal has on disk. */
export type DiskLimits = {
  /** Most bytes; what every consumer has goes first, at nine tenths of it. */
  readonly maxBytes: number;
  /** What every consumer has is kept at most this long. */
  readonly keepMs: number;
  readonly segmentBytes: number;
  readonly reserveBytes: number;
};

/** Share of the bound up to which consumed segments are kept. */
const highShare = 0.9;
/** Room that must be there again before a full journal counts as mended. */
const enoughRoomBytes = 1 << 20;
/** Each write returns when it is on the disk: one way through Node's thread pool instead of two. */
const durably = constants.O_RDWR | constants.O_DSYNC;
const durablyIntoNew = durably | constants.O_CREAT | constants.O_EXCL;

type Active = Segment & {
  readonly handle: FileHandle;
  readonly isReserve: boolean;
  bytes: number;
  lastAtMs: number;
};

/** There is no room within the journal's bound or on the disk. */
export class NoRoomError extends Error {}

/** The files of a journal that is written: one segment grows, older ones wait to be dropped. */
export class SegmentFiles {
  readonly #dir: string;
  readonly #limits: DiskLimits;
  readonly #room: DiskRoom;
  /** Finished segments, oldest first. */
  readonly #finished: KnownSegment[];
  #active: Active | undefined;
  #lastSequence: number;
  #hasReserve: boolean;
  /** A file without a record that counts, which the disk did not let us remove. */
  #leftOver: string | undefined;

  constructor(dir: string, recovered: RecoveredJournal, limits: DiskLimits) {
    this.#dir = dir;
    this.#limits = limits;
    this.#room = new DiskRoom(dir, limits.maxBytes);
    this.#finished = [...recovered.segments];
    this.#lastSequence = recovered.lastSequence;
    this.#hasReserve = recovered.reserveBytes === limits.reserveBytes;
  }

  /** The newest record on disk. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  get hasReserve(): boolean {
    return this.#hasReserve;
  }

  /** True while the reserve is written to. */
  get isInReserve(): boolean {
    return this.#active?.isReserve ?? false;
  }

  get usedBytes(): number {
    return this.#bytesFrom(0);
  }

  get allowedBytes(): number {
    return this.#room.allowedBytes(this.usedBytes);
  }

  /** Bytes of segments that hold records after this one. */
  neededBytes(consumed: number): number {
    const firstNeeded = this.#finished.findIndex((_, at) => this.#lastOf(at) > consumed);
    return this.#bytesFrom(firstNeeded === -1 ? this.#finished.length : firstNeeded);
  }

  /** Leaves out sequences that somebody has seen used. Only before the first write. */
  skipTo(sequence: number): void {
    this.#lastSequence = Math.max(this.#lastSequence, sequence);
  }

  /**
   * Brings whole frames to the disk, after the newest record. When it resolves they are there for
   * good.
   *
   * @param atMs when the newest of them was taken in
   * @throws NoRoomError or the system's error; then none of them counts
   */
  async write(frames: Uint8Array, atMs: number): Promise<void> {
    await this.#room.look();
    if (this.usedBytes + frames.byteLength > this.allowedBytes) {
      throw new NoRoomError('its bound is reached or the disk is full');
    }
    const active = this.#active;
    const isOver =
      active === undefined ||
      active.isReserve ||
      active.bytes + frames.byteLength > this.#limits.segmentBytes;
    await this.#writeTo(isOver ? await this.#begin() : active, frames, atMs);
  }

  /** The same into the reserve, which has room when nothing else has. */
  async writeToReserve(frames: Uint8Array, atMs: number): Promise<void> {
    let active = this.#active;
    if (!active?.isReserve) {
      if (!this.#hasReserve) throw new NoRoomError('the reserve is used up');
      await this.#finish();
      await this.#removeLeftOver();
      this.#hasReserve = false;
      const segment = await breakReserve(this.#dir, this.#lastSequence + 1);
      // until it is opened: nobody else would know of it
      this.#leftOver = segment.file;
      await syncFolder(this.#dir);
      active = await this.#activate(segment, durably, true);
      this.#leftOver = undefined;
    }
    if (active.bytes + frames.byteLength > this.#limits.reserveBytes) {
      throw new NoRoomError('the reserve is used up');
    }
    await this.#writeTo(active, frames, atMs);
  }

  /**
   * Finds out whether a disk that refused takes records again.
   *
   * @throws NoRoomError or the system's error while it does not
   */
  async probe(): Promise<void> {
    await this.#room.look();
    if (this.#roomLeft < enoughRoomBytes) {
      throw new NoRoomError('less than 1 MiB is left within its bound or on the disk');
    }
    await this.#begin();
  }

  /**
   * Drops what every consumer has, as far as age and room ask for it, and renews the reserve.
   *
   * @param consumed the newest record that every consumer has
   */
  async tidy(consumed: number, nowMs: number): Promise<void> {
    await this.#room.look();
    // the newest stays, however old it is: its name and records say where the sequences are
    while (this.#finished.length > (this.#active === undefined ? 1 : 0)) {
      const oldest = this.#finished[0];
      if (oldest === undefined || this.#lastOf(0) > consumed) break;
      const isOld = oldest.lastAtMs < nowMs - this.#limits.keepMs;
      if (!isOld && !this.#isTight) break;
      await rm(oldest.file, { force: true });
      this.#finished.shift();
      this.#room.wrote(-oldest.bytes);
    }
    const { reserveBytes } = this.#limits;
    if (this.#hasReserve || this.#roomLeft < reserveBytes + enoughRoomBytes) return;
    await makeReserve(this.#dir, reserveBytes);
    this.#room.wrote(reserveBytes);
    this.#hasReserve = true;
  }

  async close(): Promise<void> {
    await this.#finish();
  }

  async #writeTo(active: Active, frames: Uint8Array, atMs: number): Promise<void> {
    const last = sealFrames(frames, this.#lastSequence + 1, active.salt);
    try {
      let written = 0;
      while (written < frames.byteLength) {
        const { bytesWritten } = await active.handle.write(
          frames,
          written,
          frames.byteLength - written,
          active.bytes + written,
        );
        written += bytesWritten;
      }
    } catch (error) {
      if (isNoRoom(error)) this.#room.ranOut();
      // after a failed write nobody knows what the file holds: it is written to no more
      await this.#finish('failed').catch((also: unknown) => {
        throw new AggregateError([error, also], `${String(error)}, and then ${String(also)}`);
      });
      throw error;
    }
    active.bytes += frames.byteLength;
    active.lastAtMs = atMs;
    this.#lastSequence = last;
    if (!active.isReserve) this.#room.wrote(frames.byteLength);
  }

  async #begin(): Promise<Active> {
    await this.#finish();
    await this.#removeLeftOver();
    const segment = nameSegment(this.#dir, this.#lastSequence + 1);
    const active = await this.#activate(segment, durablyIntoNew, false);
    await syncFolder(this.#dir);
    return active;
  }

  async #activate(segment: Segment, flags: number, isReserve: boolean): Promise<Active> {
    const handle = await open(segment.file, flags, 0o600);
    this.#active = { ...segment, handle, isReserve, bytes: 0, lastAtMs: 0 };
    return this.#active;
  }

  /** Ends the segment that grows: cuts off what a failed commit left, drops it if nothing is in it. */
  async #finish(lastCommit: 'done' | 'failed' = 'done'): Promise<void> {
    const active = this.#active;
    if (active === undefined) return;
    this.#active = undefined;
    const { file, firstSequence, salt, bytes, lastAtMs, handle, isReserve } = active;
    if (bytes > 0) this.#finished.push({ file, firstSequence, salt, bytes, lastAtMs });
    else this.#leftOver = file;
    try {
      // a disk that refuses this too leaves frames behind that readers know not to count
      if (isReserve || lastCommit === 'failed') await handle.truncate(bytes);
    } finally {
      await handle.close();
    }
    await this.#removeLeftOver();
  }

  /** Two segments that begin with the same record would hide each other: the next waits until it is gone. */
  async #removeLeftOver(): Promise<void> {
    if (this.#leftOver === undefined) return;
    await rm(this.#leftOver, { force: true });
    this.#leftOver = undefined;
  }

  /** True when what every consumer has should make room for what comes. */
  get #isTight(): boolean {
    const { usedBytes, allowedBytes } = this;
    const missingReserve = this.#hasReserve ? 0 : this.#limits.reserveBytes;
    return (
      usedBytes > highShare * allowedBytes || this.#roomLeft < missingReserve + enoughRoomBytes
    );
  }

  get #roomLeft(): number {
    return this.allowedBytes - this.usedBytes;
  }

  #lastOf(at: number): number {
    const next = this.#finished[at + 1] ?? this.#active;
    return next === undefined ? this.#lastSequence : next.firstSequence - 1;
  }

  #bytesFrom(at: number): number {
    const finished = this.#finished.slice(at);
    return finished.reduce((sum, { bytes }) => sum + bytes, this.#active?.bytes ?? 0);
  }
}

/** True when an error says that there is no room, within the bound or on the disk. */
export function isNoRoom(error: unknown): boolean {
  if (error instanceof NoRoomError) return true;
  const code = errorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
