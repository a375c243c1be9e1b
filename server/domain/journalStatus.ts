/**
 * - `storing`: all is well.
 * - `full`: the bound, or the disk, has no more room.
 * - `failing`: the disk refuses (read-only, broken).
 * - `stalled`: the disk does not answer.
 *
 * In all but the first, messages are shown, marked as not stored, and not acknowledged.
 */
export type JournalState = 'storing' | 'full' | 'failing' | 'stalled';

/** How long records took to the disk, milliseconds. */
export type StoringTimes = { readonly p50: number; readonly p99: number; readonly max: number };

/** How the journal is. */
export type JournalStatus = {
  readonly state: JournalState;
  /** What the system said: why records are not stored, or why the reserve could not be made. */
  readonly error: string | undefined;
  /** The newest record on disk. */
  readonly lastSequence: number;
  readonly usedBytes: number;
  /** What of it some consumer does not have yet. */
  readonly neededBytes: number;
  /** The bound, or what the disk allows if that is less. */
  readonly allowedBytes: number;
  /** Records since the start that could not be stored; their senders have no acknowledgement. */
  readonly notStored: number;
  /** Room for SOS and alarm events is set aside. */
  readonly hasReserve: boolean;
  /** From the door to the disk, of about the last ten seconds; null when nothing came. */
  readonly storingMs: StoringTimes | null;
};
