import type { Codec } from '../server/domain/decoded.ts';
import { minuteMs } from '../server/domain/durations.ts';
import type { JournalInput } from '../server/domain/journalRecord.ts';
import { networkOf } from '../server/domain/networkOf.ts';
import type { DoorReason, SetAsideCounter } from '../server/domain/setAside.ts';

/** What was refused, of whom, and why. */
export type Refused = {
  readonly reason: DoorReason;
  readonly detail: string;
  readonly topic: string | undefined;
  readonly address: string;
  readonly trackerId: string | undefined;
  /** Its form, where another thing than a topic says so. */
  readonly codec?: Codec | undefined;
  readonly payload: Uint8Array;
  /** Under whose name it counts: a tracker, a gateway, or nobody known. */
  readonly sender: string | undefined;
};

/** Messages that are kept of one sender, and in all, in a minute; more are only counted. */
const keptPerSender = 60;
const keptInAll = 600;
/** And their payloads, bytes: fifteen messages of the largest size, and eight such senders. */
const keptBytesPerSender = 1 << 20;
const keptBytesInAll = 8 << 20;
/** Longest texts that are kept. */
const maxTopic = 256;
const maxDetail = 512;

/** What was kept in this minute. */
type Kept = { readonly messages: number; readonly bytes: number };
const nothing: Kept = { messages: 0, bytes: 0 };

/** Keeps what the door refused, as long as it is not too much. */
export class Refusals {
  readonly #setAside: SetAsideCounter;
  readonly #keep: (input: JournalInput, atMs: number) => void;
  /** How many were kept of each sender in this minute; as many entries as are kept in all. */
  readonly #kept = new Map<string, Kept>();
  #keptInAll: Kept = nothing;
  #minute = 0;

  /** @param keep appends to the journal, while there is room */
  constructor(setAside: SetAsideCounter, keep: (input: JournalInput, atMs: number) => void) {
    this.#setAside = setAside;
    this.#keep = keep;
  }

  /** Counts a refused message and keeps it. */
  add(refused: Refused, atMs: number): void {
    const { reason, detail, topic, address, trackerId, codec, payload, sender } = refused;
    this.#setAside.add(reason, { atMs, detail, topic, address, trackerId });
    if (!this.#mayKeep(sender ?? networkOf(address), payload.byteLength, atMs)) return;
    this.#keep(
      {
        kind: 'refused_message',
        reason,
        detail: clean(detail, maxDetail),
        topic: topic === undefined ? undefined : clean(topic, maxTopic),
        address,
        trackerId,
        codec,
        payload,
      },
      atMs,
    );
  }

  #mayKeep(sender: string, bytes: number, atMs: number): boolean {
    const minute = Math.floor(atMs / minuteMs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#keptInAll = nothing;
      this.#kept.clear();
    }
    const ofSender = withOneMore(this.#kept.get(sender) ?? nothing, bytes);
    const inAll = withOneMore(this.#keptInAll, bytes);
    const isWithin =
      ofSender.messages <= keptPerSender &&
      ofSender.bytes <= keptBytesPerSender &&
      inAll.messages <= keptInAll &&
      inAll.bytes <= keptBytesInAll;
    if (!isWithin) return false;
    this.#kept.set(sender, ofSender);
    this.#keptInAll = inAll;
    return true;
  }
}

function withOneMore({ messages, bytes }: Kept, moreBytes: number): Kept {
  return { messages: messages + 1, bytes: bytes + moreBytes };
}

/** A text from outside, bounded, and without the character that PostgreSQL's texts cannot have. */
function clean(text: string, maxLength: number): string {
  return text.slice(0, maxLength).toWellFormed().replaceAll('\0', '\ufffd');
}
