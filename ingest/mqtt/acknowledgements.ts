import type { Socket } from 'node:net';

/** A message whose sender waits for an acknowledgement. */
export type Expected = {
  /** The first byte of its acknowledgement: PUBACK (QoS 1) or PUBREC (QoS 2). */
  readonly packetType: number;
  readonly messageId: number;
  /** Goes out as soon as it may, ahead of others. */
  readonly isUrgent: boolean;
  isSettled: boolean;
  isAcknowledged: boolean;
};

const puback = 0x40;
const pubrec = 0x50;

/**
 * The acknowledgements that one connection waits for. They go out in the order in which its messages
 * came ([MQTT-4.6.0-2]), whatever the order in which their fates are known, and those that become
 * known together in one write. An SOS is the exception: it is stored ahead of what waits for its
 * turn, and who sent it must not see for minutes that nobody has heard it. Clients find the message
 * of an acknowledgement by its packet identifier.
 */
export class Acknowledgements {
  readonly #socket: Socket;
  readonly #onFewer: () => void;
  readonly #expected: Expected[] = [];
  #isFlushing = false;
  /** The fate of an SOS became known since the last flush. */
  #hasUrgent = false;
  #isOwing = false;

  /** @param onFewer told after acknowledgements have gone out */
  constructor(socket: Socket, onFewer: () => void) {
    this.#socket = socket;
    this.#onFewer = onFewer;
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#expected.length;
  }

  /** A message was not stored: its sender has no acknowledgement, and must connect again to repeat it. */
  get isOwing(): boolean {
    return this.#isOwing;
  }

  /** Notes a message that came in, QoS 1 or 2. */
  expect(qos: 1 | 2, messageId: number, isUrgent = false): Expected {
    const packetType = qos === 1 ? puback : pubrec;
    const expected = { packetType, messageId, isUrgent, isSettled: false, isAcknowledged: false };
    this.#expected.push(expected);
    return expected;
  }

  /** What became of a message is known. */
  settle(expected: Expected, isAcknowledged: boolean): void {
    expected.isSettled = true;
    if (expected.isUrgent) this.#hasUrgent = true;
    expected.isAcknowledged = isAcknowledged;
    if (!isAcknowledged) this.#isOwing = true;
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // one write for all that are settled in this turn
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushing = false;
    const firstOpen = this.#expected.findIndex(({ isSettled }) => !isSettled);
    const settled = this.#expected.splice(0, firstOpen === -1 ? this.#expected.length : firstOpen);
    if (this.#hasUrgent) settled.push(...this.#takeUrgent());
    if (settled.length === 0) return;
    const packets = settled
      .filter(({ isAcknowledged }) => isAcknowledged)
      .flatMap(({ packetType, messageId }) => [packetType, 2, messageId >> 8, messageId & 0xff]);
    if (packets.length > 0 && this.#socket.writable) this.#socket.write(Uint8Array.from(packets));
    this.#onFewer();
  }

  /** Those of SOS whose fate is known, out of their order. */
  #takeUrgent(): Expected[] {
    this.#hasUrgent = false;
    const all = this.#expected.splice(0);
    const isReady = ({ isUrgent, isSettled }: Expected): boolean => isUrgent && isSettled;
    this.#expected.push(...all.filter((each) => !isReady(each)));
    return all.filter(isReady);
  }
}
