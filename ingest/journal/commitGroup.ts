import { frameLength, type JournalInput, writeFrame } from '../../server/domain/journalRecord.ts';

/** What became of a record: on disk, or not kept because the disk does not take it. */
export type JournalOutcome = 'stored' | 'not_stored';

/** Told once for each record. */
export type OnSettled = (outcome: JournalOutcome) => void;

/** Whether one more record of this sender may use the reserve; undefined: the server itself. */
export type MayUseReserve = (trackerId: string | undefined, bytes: number) => boolean;

type Member = {
  readonly at: number;
  readonly end: number;
  readonly isUrgent: boolean;
  readonly trackerId: string | undefined;
  /** Of `performance.now()`. */
  readonly addedAtMs: number;
  readonly onSettled: OnSettled;
};

/** Records that go to the disk together, as frames in one buffer. */
export class CommitGroup {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  readonly #members: Member[] = [];
  #urgent = 0;
  #lastAtMs = 0;
  #isSettled = false;

  /** @param expectedBytes room to begin with; it grows */
  constructor(expectedBytes: number) {
    this.#bytes = new Uint8Array(expectedBytes);
  }

  get byteLength(): number {
    return this.#length;
  }

  get count(): number {
    return this.#members.length;
  }

  /** True when records that may use the reserve are in it. */
  get hasUrgent(): boolean {
    return this.#urgent > 0;
  }

  /** When its newest record was taken in, UTC epoch milliseconds. */
  get lastAtMs(): number {
    return this.#lastAtMs;
  }

  /** Its members have been told what became of them. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** The frames, a view on the group's buffer. */
  get frames(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  add(input: JournalInput, atMs: number, isUrgent: boolean, onSettled: OnSettled): void {
    const at = this.#length;
    const end = at + frameLength(input);
    this.#reserve(end);
    writeFrame(this.#bytes, at, atMs, input);
    this.#length = end;
    const trackerId = input.kind === 'raw_message' ? input.trackerId : undefined;
    this.#members.push({
      at,
      end,
      isUrgent,
      trackerId,
      addedAtMs: performance.now(),
      onSettled,
    });
    this.#lastAtMs = atMs;
    if (isUrgent) this.#urgent += 1;
  }

  /** When each of its members was taken in, of `performance.now()`. */
  get addedAtMs(): readonly number[] {
    return this.#members.map(({ addedAtMs }) => addedAtMs);
  }

  /** Tells every member what became of it, in the order in which they came. */
  settle(outcome: JournalOutcome): void {
    this.#isSettled = true;
    for (const { onSettled } of this.#members) onSettled(outcome);
  }

  /**
   * The members that are urgent and may use the reserve and the others, each as a group of their own, which tell
   * them from now on.
   */
  split(mayUseReserve: MayUseReserve): {
    readonly urgent: CommitGroup;
    readonly others: CommitGroup;
  } {
    this.#isSettled = true;
    const urgent = new CommitGroup(this.#length);
    const others = new CommitGroup(this.#length);
    for (const member of this.#members) {
      const { isUrgent, trackerId, at, end } = member;
      const mayUse = isUrgent && mayUseReserve(trackerId, end - at);
      (mayUse ? urgent : others).#take(this, member);
    }
    return { urgent, others };
  }

  #take(from: CommitGroup, member: Member): void {
    const { at, end, isUrgent } = member;
    this.#bytes.set(from.#bytes.subarray(at, end), this.#length);
    this.#members.push({ ...member, at: this.#length, end: this.#length + end - at });
    this.#length += end - at;
    this.#lastAtMs = from.#lastAtMs;
    if (isUrgent) this.#urgent += 1;
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.byteLength) return;
    const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.byteLength));
    larger.set(this.frames);
    this.#bytes = larger;
  }
}
