import { generate } from 'mqtt-packet';
import { type OutMessage, outTopic } from '../../server/domain/outMessage.ts';
import type { ProtocolVersion } from './externalBrokerPackets.ts';

/** Bounds of what waits for a broker of others. */
export type BrokerOutboxLimits = {
  /** Messages with an acknowledgement; the oldest go first. An hour of a very bad day. */
  readonly maxWaiting: number;
  /** Messages without their PUBACK; a broker of MQTT 5 may ask for fewer. */
  readonly inFlight: number;
};

const defaultLimits: BrokerOutboxLimits = { maxWaiting: 10_000, inFlight: 32 };

/** One is our SUBSCRIBE's. */
const firstId = 2;
const lastId = 65_535;

type Sent = { readonly message: OutMessage; readonly id: number };

/** A connection on which it goes out. */
export type OutWire = {
  readonly version: ProtocolVersion;
  /** False: no more now; `go` says when. */
  readonly mayWrite: () => boolean;
  readonly write: (bytes: Uint8Array) => void;
  /** The most that the broker takes unacknowledged [MQTT-5.0, 3.2.2.3.3]. */
  readonly inFlight: number | undefined;
};

/**
 * What is told a broker of others: alarms and anchors wait for their acknowledgement, also while the
 * broker is away, and come again to it after a connection that broke; positions are of now or of no
 * use.
 */
export class BrokerOutbox {
  readonly #limits: BrokerOutboxLimits;
  readonly #waiting: OutMessage[] = [];
  /** In their order [MQTT-4.6.0-1]. */
  #unacknowledged: Sent[] = [];
  #wire: OutWire | undefined;
  #id = lastId;
  #sent = 0;
  #dropped = 0;
  #error: string | undefined;

  constructor(limits: BrokerOutboxLimits = defaultLimits) {
    this.#limits = limits;
  }

  /** Messages that the broker has, and those on their way to it. */
  get sent(): number {
    return this.#sent;
  }

  get waiting(): number {
    return this.#waiting.length + this.#unacknowledged.length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Why the broker did not take what it was told last. */
  get error(): string | undefined {
    return this.#error;
  }

  add(messages: readonly OutMessage[]): void {
    for (const message of messages) {
      if (message.kind === 'position') this.#send(message);
      else this.#waiting.push(message);
    }
    const excess = this.#waiting.length - this.#limits.maxWaiting;
    if (excess > 0) {
      this.#waiting.splice(0, excess);
      this.#dropped += excess;
    }
    this.go();
  }

  /** A connection is up. What the one before left open goes first [MQTT-4.4.0-1]. */
  begin(wire: OutWire): void {
    this.#wire = wire;
    for (const { message, id } of this.#unacknowledged)
      wire.write(packetOf(message, wire, id, true));
    this.go();
  }

  /** It is down. */
  end(): void {
    this.#wire = undefined;
  }

  /** @param code [MQTT-5.0, 3.4.2.1] 0x80 and above: not taken; undefined by MQTT 3.1.1 */
  acknowledged(id: number | undefined, code: number | undefined): void {
    const at = this.#unacknowledged.findIndex((sent) => sent.id === id);
    const sent = this.#unacknowledged[at];
    if (sent === undefined) return;
    this.#unacknowledged.splice(at, 1);
    if (code !== undefined && code >= 0x80) {
      this.#dropped += 1;
      this.#error = `the broker does not take ${outTopic(sent.message)} (MQTT reason 0x${code.toString(16)}): let the user of POSKO_BROKER_URL write to posko/+/out/#`;
    } else {
      this.#sent += 1;
      this.#error = undefined;
    }
    this.go();
  }

  /** Sends what it may. */
  go(): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    const most = Math.min(this.#limits.inFlight, wire.inFlight ?? lastId);
    while (wire.mayWrite() && this.#unacknowledged.length < most) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      const id = this.#takeId();
      this.#unacknowledged.push({ message, id });
      wire.write(packetOf(message, wire, id, false));
    }
  }

  #send(message: OutMessage): void {
    const wire = this.#wire;
    if (wire?.mayWrite() === true) {
      wire.write(packetOf(message, wire, undefined, false));
      this.#sent += 1;
    } else this.#dropped += 1;
  }

  #takeId(): number {
    do {
      this.#id = this.#id >= lastId ? firstId : this.#id + 1;
    } while (this.#unacknowledged.some(({ id }) => id === this.#id));
    return this.#id;
  }
}

function packetOf(
  message: OutMessage,
  { version }: OutWire,
  messageId: number | undefined,
  isAgain: boolean,
): Buffer {
  return generate(
    {
      cmd: 'publish',
      topic: outTopic(message),
      payload: message.payload,
      qos: messageId === undefined ? 0 : 1,
      retain: message.kind === 'anchor',
      dup: isAgain,
      ...(messageId === undefined ? {} : { messageId }),
    },
    { protocolVersion: version },
  );
}
