import { minuteMs } from './domain/durations.ts';
import { receivedAtOf } from './domain/journalRecord.ts';
import type { Origin, Refused, RefusedMessage } from './pipeline.ts';
import { type Quarantined, quarantinedBytes } from './storage/quarantineRow.ts';

/**
 * Kept of one tracker in a minute: two full messages of stored fixes, or fifteen messages of the
 * largest size. One that sends nothing but rubbish must not fill the disk with it.
 */
const maxEntriesPerMinute = 2_000;
const maxBytesPerMinute = 1 << 20;
/** And of all together. */
const maxBytesOfAllPerMinute = 16 << 20;
/** Those of whom nobody knows who they are share what one tracker may. */
const nobody = '';

/** What was kept in the newest minute. */
type Kept = { minute: number; entries: number; bytes: number };

/** A message of which something could not be used. */
type Faulty = {
  readonly sequence: number;
  /** Its entry among those that are kept; undefined: it went beyond a bound. */
  readonly entry: Quarantined | undefined;
  /** Faults after the first. */
  more: number;
};

/**
 * Gathers what is put aside of a chunk of the journal, within bounds: a message that could not be used
 * once, however much is wrong with it, and each fix that was not believed.
 */
export class QuarantineKeeper {
  readonly #journalId: string;
  readonly #isTracker: (trackerId: string) => boolean;
  /** As many as there are trackers. */
  readonly #ofSender = new Map<string, Kept>();
  readonly #ofAll: Kept = { minute: 0, entries: 0, bytes: 0 };
  #gathered: Quarantined[] = [];
  #faulty: Faulty | undefined;
  #skipped = 0;

  /** @param isTracker ids that nobody has are as many as somebody likes */
  constructor(journalId: string, isTracker: (trackerId: string) => boolean) {
    this.#journalId = journalId;
    this.#isTracker = isTracker;
  }

  /** Messages and fixes beyond what is kept; they are counted only. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Puts a fix aside that was not believed, or a message of which something could not be used. */
  refused(refused: Refused, origin: Origin): void {
    if (refused.isOnlyAField) return;
    const { sequence } = origin.message;
    if (refused.fix === undefined && this.#faulty?.sequence === sequence) {
      this.#faulty.more += 1;
      return;
    }
    const entry = toQuarantine(this.#journalId, refused, origin);
    const isKept = this.#keep(entry, origin.message.atMs);
    if (refused.fix !== undefined) return;
    this.#endMessage();
    this.#faulty = { sequence, entry: isKept ? entry : undefined, more: 0 };
  }

  /** Puts a message aside that the door did not let in. */
  refusedMessage({ sequence, atMs, codec, payload, ...message }: RefusedMessage): void {
    const { trackerId, topic, address, reason, detail } = message;
    const entry: Quarantined = {
      ...{ journalId: this.#journalId, sequence, part: 0, receivedAtMs: atMs },
      ...{ trackerId, topic, address, reason, detail },
      content: { kind: 'message', codec, raw: payload },
    };
    this.#keep(entry, atMs);
  }

  /** What was put aside since the last time. */
  take(): readonly Quarantined[] {
    this.#endMessage();
    const gathered = this.#gathered;
    this.#gathered = [];
    return gathered;
  }

  /** How much more was wrong with a message is known when all of it was read. */
  #endMessage(): void {
    const { entry, more } = this.#faulty ?? { entry: undefined, more: 0 };
    this.#faulty = undefined;
    if (entry === undefined || more === 0) return;
    const detail = `${entry.detail} (and ${more} more ${more === 1 ? 'fault' : 'faults'} in this message)`;
    this.#gathered[this.#gathered.lastIndexOf(entry)] = { ...entry, detail };
  }

  #keep(entry: Quarantined, atMs: number): boolean {
    const { trackerId } = entry;
    const sender = trackerId !== undefined && this.#isTracker(trackerId) ? trackerId : nobody;
    const minute = Math.floor(atMs / minuteMs);
    let ofSender = this.#ofSender.get(sender);
    if (ofSender === undefined) {
      ofSender = { minute, entries: 0, bytes: 0 };
      this.#ofSender.set(sender, ofSender);
    }
    const bytes = quarantinedBytes(entry);
    for (const kept of [ofSender, this.#ofAll]) {
      if (kept.minute !== minute) Object.assign(kept, { minute, entries: 0, bytes: 0 });
    }
    const isWithin =
      ofSender.entries < maxEntriesPerMinute &&
      // the first however large it is: a door may be set to let in larger ones
      (ofSender.entries === 0 || ofSender.bytes + bytes <= maxBytesPerMinute) &&
      this.#ofAll.bytes + bytes <= maxBytesOfAllPerMinute;
    if (!isWithin) {
      this.#skipped += 1;
      return false;
    }
    ofSender.entries += 1;
    for (const kept of [ofSender, this.#ofAll]) kept.bytes += bytes;
    this.#gathered.push(entry);
    return true;
  }
}

/** The entry of something that goes no further. */
export function toQuarantine(
  journalId: string,
  { reason, detail, fix }: Omit<Refused, 'isOnlyAField'>,
  { message, part }: Origin,
): Quarantined {
  const { trackerId, topic, sequence, codec, payload } = message;
  return {
    ...{ journalId, sequence, part, trackerId, topic, reason, detail },
    receivedAtMs: receivedAtOf(message),
    content: fix === undefined ? { kind: 'message', codec, raw: payload } : { kind: 'fix', fix },
  };
}
