import type { Socket } from 'node:net';
import { generate } from 'mqtt-packet';

/** A message on its way to one who listens. */
export type OutPacket = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly isRetained: boolean;
};

/** Bounds of what waits for one who listens. */
export type OutflowLimits = {
  /** Messages, of each QoS; the oldest go first. */
  readonly maxWaiting: number;
  /** Messages that may be without their PUBACK; more wait. */
  readonly inFlight: number;
  /** So long may something wait and none of it go, ms; whoever reads more slowly does not read. */
  readonly patienceMs: number;
};

export const defaultOutflowLimits: OutflowLimits = {
  maxWaiting: 1_000,
  inFlight: 256,
  patienceMs: 30_000,
};

/**
 * What goes out to one who listens: as fast as they take it and no faster, alarms before positions.
 * Their sessions end with their connections, so that nothing is ever sent twice.
 */
export class Outflow {
  readonly #socket: Socket;
  readonly #limits: OutflowLimits;
  readonly #nowMs: () => number;
  /** By QoS. */
  readonly #waiting: readonly [OutPacket[], OutPacket[]] = [[], []];
  /** Packet identifiers without their PUBACK ([MQTT-2.3.1-4]). */
  readonly #unacknowledged = new Set<number>();
  #lastId = 0;
  #sent = 0;
  #dropped = 0;
  /** By QoS: when one went out last, or began to wait. */
  readonly #movedAtMs: [number, number] = [0, 0];

  /** @param nowMs a clock that only goes forward */
  constructor(socket: Socket, nowMs: () => number, limits: OutflowLimits = defaultOutflowLimits) {
    this.#socket = socket;
    this.#limits = limits;
    this.#nowMs = nowMs;
    socket.on('drain', () => this.#go());
  }

  get waiting(): number {
    return this.#waiting[0].length + this.#waiting[1].length;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Messages that went because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True when nothing of what waits has gone for too long. */
  get isStuck(): boolean {
    const leastMs = this.#nowMs() - this.#limits.patienceMs;
    return this.#waiting.some(
      ({ length }, qos) => length > 0 && (this.#movedAtMs[qos] ?? 0) < leastMs,
    );
  }

  add(packet: OutPacket): void {
    const queue = this.#waiting[packet.qos];
    if (queue.length === 0) this.#movedAtMs[packet.qos] = this.#nowMs();
    queue.push(packet);
    if (queue.length > this.#limits.maxWaiting) {
      queue.shift();
      this.#dropped += 1;
    }
    this.#go();
  }

  /** A PUBACK came. */
  acknowledged(id: number): void {
    if (this.#unacknowledged.delete(id)) this.#go();
  }

  #go(): void {
    for (;;) {
      if (this.#socket.writableNeedDrain || !this.#socket.writable) return;
      const packet = this.#next();
      if (packet === undefined) return;
      const { topic, payload, qos, isRetained } = packet;
      this.#socket.write(
        generate({
          cmd: 'publish',
          topic,
          payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
          qos,
          retain: isRetained,
          dup: false,
          ...(qos === 0 ? {} : { messageId: this.#takeId() }),
        }),
      );
      this.#sent += 1;
      this.#movedAtMs[qos] = this.#nowMs();
    }
  }

  #next(): OutPacket | undefined {
    const [once, confirmed] = this.#waiting;
    const mayConfirm = this.#unacknowledged.size < this.#limits.inFlight;
    return (mayConfirm ? confirmed.shift() : undefined) ?? once.shift();
  }

  #takeId(): number {
    do {
      this.#lastId = (this.#lastId % 65_535) + 1;
    } while (this.#unacknowledged.has(this.#lastId));
    this.#unacknowledged.add(this.#lastId);
    return this.#lastId;
  }
}
