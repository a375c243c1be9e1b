import type { DoorLimits } from '../../server/domain/doorLimits.ts';
import type { Speaker } from '../principals.ts';
import type { Connection } from './connection.ts';
import { Held } from './held.ts';
import type { MqttHandlers, Settle } from './mqttHandlers.ts';
import { Turns } from './turns.ts';

/** What may wait of one connection, in `inFlight` and in largest packets, and of all, bytes. */
const waitingFlights = 16;
const waitingPackets = 32;
const maxWaitingBytes = 64 << 20;
/** A connection that was full is read on when so much of its room is free again. */
const freeShare = 0.5;
/** A message as it came. */
export type Message = {
  readonly topic: string;
  /** A view that lives as long as the call. */
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** Undefined for QoS 0. */
  readonly messageId: number | undefined;
};

/**
 * Hands messages on at the pace at which their senders may send, and says who is read no further
 * meanwhile.
 */
export class Intake {
  readonly #limits: DoorLimits;
  readonly #handlers: MqttHandlers;
  readonly #turns: Turns;
  readonly #held: Held<Connection>;

  /** @param onOutOfPatience a connection was read no further for as long as that goes */
  constructor(
    limits: DoorLimits,
    handlers: MqttHandlers,
    onOutOfPatience: (connection: Connection) => void,
  ) {
    this.#limits = limits;
    this.#handlers = handlers;
    this.#turns = new Turns(
      {
        maxMessages: waitingFlights * limits.inFlight,
        maxBytes: waitingPackets * limits.packetBytes,
        maxBytesInAll: maxWaitingBytes,
      },
      handlers.isCrowded,
    );
    this.#held = new Held({
      isFree: (connection) =>
        !this.#turns.isFull(connection.queue, freeShare) && !this.isOverdrawn(connection),
      onFree: (connection) => this.readOn(connection),
      onOutOfPatience,
    });
  }

  /** Hands a message on, or lets it wait for its turn. An SOS goes past what waits. */
  take(connection: Connection, message: Message): void {
    const speaker = connection.identity?.speaker;
    if (speaker === undefined) return;
    const { topic, payload } = message;
    if (this.#handlers.isUrgent(topic, speaker)) {
      this.#handOn(connection, speaker, message, true);
      return;
    }
    // what was read together with that for which it was ended
    if (connection.hasLeft) return;
    const bytes = payload.byteLength + topic.length;
    if (this.#turns.isNext(connection.queue, bytes)) {
      this.#handOn(connection, speaker, message, false);
      return;
    }
    const settle = this.#expect(connection, message, false);
    const copy = Uint8Array.from(payload);
    this.#turns.add(connection.queue, bytes, () =>
      this.#publish(connection, speaker, { ...message, payload: copy }, settle),
    );
  }

  /** The same of what is read for nothing but its SOS. */
  takeUrgent(connection: Connection, message: Message): void {
    const speaker = connection.identity?.speaker;
    if (speaker === undefined || !this.#handlers.isUrgent(message.topic, speaker)) return;
    this.#handOn(connection, speaker, message, true);
  }

  #expect(
    { acknowledgements }: Connection,
    { qos, messageId }: Pick<Message, 'qos' | 'messageId'>,
    isUrgent: boolean,
  ): Settle {
    if (qos === 0 || messageId === undefined) return () => undefined;
    const expected = acknowledgements.expect(qos, messageId, isUrgent);
    return (isAcknowledged) => acknowledgements.settle(expected, isAcknowledged);
  }

  #handOn(connection: Connection, speaker: Speaker, message: Message, isUrgent: boolean): void {
    this.#publish(connection, speaker, message, this.#expect(connection, message, isUrgent));
  }

  #publish(
    connection: Connection,
    speaker: Speaker,
    { topic, payload, qos }: Message,
    settle: Settle,
  ): void {
    const { address, door } = connection;
    connection.underWay += 1;
    this.#handlers.onPublished(
      { topic, payload, qos, address, speaker, door },
      (isAcknowledged) => {
        connection.underWay -= 1;
        settle(isAcknowledged);
        this.readOn(connection);
      },
    );
  }

  /** True while a connection should be read no further. */
  isEnough(connection: Connection): boolean {
    const { underWay, socket, identity, guard, queue } = connection;
    // what follows CONNECT waits until it is known whose it is
    if (identity === undefined) return guard.packets > 0;
    if (this.#turns.isFull(queue) || this.isOverdrawn(connection)) {
      this.#held.hold(connection, connection.patienceMs);
    }
    return (
      this.#held.has(connection) ||
      underWay >= this.#limits.inFlight ||
      // a client that does not read its acknowledgements must not fill our memory with them
      socket.writableNeedDrain ||
      this.#handlers.isCrowded()
    );
  }

  /** True while its sender has sent so many SOS that no more should be read. */
  isOverdrawn({ identity }: Connection): boolean {
    return identity !== undefined && this.#handlers.isOverdrawn(identity.speaker);
  }

  /** Reads on, where there is room again. */
  readOn(connection: Connection): void {
    const { socket, underWay, metered } = connection;
    if (socket.destroyed || socket.writableNeedDrain || this.#held.has(connection)) return;
    if (underWay > this.#limits.inFlight / 2 || this.#handlers.isCrowded()) return;
    metered.readOn();
  }

  /** Forgets what waits of a connection. Returns how many messages that were. */
  drop(connection: Connection): number {
    this.#held.forget(connection);
    return this.#turns.drop(connection.queue);
  }
}
