import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes, type Client, type PublishPacket } from 'aedes';
import type { DoorReason } from '../../server/domain/setAside.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { guardSocket } from './packetSizeGuard.ts';

/** Bounds of the MQTT door. */
export type MqttLimits = {
  /** Longest packet body, bytes: a fix has some 200, a thousand stored ones fit. */
  readonly maxPacketBytes: number;
  readonly maxConnections: number;
  /** A connection that has not introduced itself by then is closed, ms. */
  readonly connectTimeoutMs: number;
  /**
   * A connection that waits for this many acknowledgements is read no further until half of them are
   * out. One read of its socket (128 KiB at most) may go beyond.
   */
  readonly maxInFlight: number;
};

/** One published message, before anything about it is known. */
export type Published = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Network address of the sender. */
  readonly address: string;
  /** 0: its sender asks for no acknowledgement. */
  readonly qos: 0 | 1 | 2;
};

/**
 * Settles a message: acknowledges it, or leaves its sender without an answer, who then keeps it and
 * sends it again at its next connection.
 */
export type Settle = (isAcknowledged: boolean) => void;

/** What the listener tells, and asks. */
export type MqttHandlers = {
  /** A message came in; `settle` is to be called once. The payload is a view that lives as long as the call. */
  readonly onPublished: (published: Published, settle: Settle) => void;
  /** True while no connection should be read further; `readOn` ends it. */
  readonly isCrowded: () => boolean;
  readonly onSetAside: (reason: DoorReason, detail: string, address: string) => void;
};

/** [MQTT-5.0, 3.2.2.2] CONNACK with reason 0x84, Unsupported Protocol Version, and no properties. */
const refuseVersion5 = Buffer.from([0x20, 0x03, 0x00, 0x84, 0x00]);

type Connection = {
  readonly socket: Socket;
  /** A closed socket forgets it, and reasons for closing come late. */
  readonly address: string;
  readonly acknowledgements: Acknowledgements;
  /** There may be bytes to read that were not read because too much waits. */
  isHeldBack: boolean;
};

/**
 * The embedded MQTT broker (3.1 and 3.1.1). It takes messages in and gives none out: nobody may
 * subscribe, so nothing is retained, queued or fanned out, and memory does not depend on topics.
 */
export class MqttListener {
  readonly #limits: MqttLimits;
  readonly #handlers: MqttHandlers;
  readonly #broker: Aedes;
  readonly #server: Server;
  readonly #connections = new WeakMap<object, Connection>();
  readonly #open = new Set<Connection>();

  constructor(limits: MqttLimits, handlers: MqttHandlers) {
    this.#limits = limits;
    this.#handlers = handlers;
    this.#broker = this.#createBroker();
    this.#server = createServer((socket) => this.#take(socket));
    this.#server.maxConnections = limits.maxConnections;
    this.#server.on('drop', (from) => {
      const limit = `the limit is ${limits.maxConnections} connections`;
      handlers.onSetAside('too_many_connections', limit, from?.remoteAddress ?? 'unknown');
    });
  }

  /** Connections open now. */
  get connections(): number {
    return this.#open.size;
  }

  /** Messages whose senders wait for an acknowledgement. */
  get waiting(): number {
    let waiting = 0;
    for (const { acknowledgements } of this.#open) waiting += acknowledgements.waiting;
    return waiting;
  }

  /** Listens. Returns the port. Rejects with the system's error (EADDRINUSE ...) when it cannot. */
  async start(host: string, port: number): Promise<number> {
    await this.#broker.listen();
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection and stops listening. */
  async close(): Promise<void> {
    const serverClosed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.#server.close();
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
    // the broker knows only those that have introduced themselves
    for (const { socket } of this.#open) socket.destroy();
    await serverClosed;
  }

  /** There is room again: reads on where connections were held back. */
  readOn(): void {
    for (const connection of this.#open) this.#readOn(connection);
  }

  /** Ends the connections that were left without an acknowledgement, so that they come again and repeat. */
  endOwing(): void {
    for (const { socket, acknowledgements } of this.#open) {
      if (acknowledgements.isOwing) socket.destroy();
    }
  }

  #createBroker(): Aedes {
    const { onSetAside } = this.#handlers;
    const broker = new Aedes({
      connectTimeout: this.#limits.connectTimeoutMs,
      // packets that follow CONNECT without waiting for its answer ([MQTT-3.1.4-5]); what one read
      // of the socket can hold
      queueLimit: 4096,
      preConnect: (client, packet, decided) => {
        // nothing is ever kept for a client that is away, so every session is a clean one; the
        // broker would keep half-done QoS 2 messages of the others for ever
        packet.clean = true;
        if (packet.protocolVersion !== 5) return decided(null, true);
        const detail = 'MQTT 5 is not supported: set the client to MQTT 3.1.1';
        onSetAside('unsupported_protocol_version', detail, this.#addressOf(client));
        client.conn.end(refuseVersion5, () => client.close());
        return decided(null, false);
      },
      // the only hook before PUBACK (QoS 1) and PUBREC (QoS 2). Its callback never gets an error:
      // that would cut the connection, and the client would send the same message for ever.
      authorizePublish: (client, packet, decided) => {
        this.#takePublish(client, packet);
        decided(null);
      },
      // null is SUBACK 0x80, which tells a well-meaning client no and lets it go on
      authorizeSubscribe: (client, subscription, decided) => {
        const topic = subscription.topic.slice(0, 80);
        onSetAside(
          'subscription_refused',
          `may not subscribe to ${topic}`,
          this.#addressOf(client),
        );
        decided(null, null);
      },
    });
    this.#consumeUplinks(broker);
    const onError = (client: Client, error: NodeJS.ErrnoException): void => {
      // a connection that breaks (ECONNRESET ...) is the network's business, not a bad message
      if (error.code === undefined) {
        onSetAside(reasonOf(error), error.message, this.#addressOf(client));
      }
    };
    broker.on('clientError', onError);
    broker.on('connectionError', onError);
    return broker;
  }

  /**
   * Hands a message on. Its acknowledgement is ours from here: the broker would hold up all that the
   * connection says until it is out, and keeps QoS 2 messages until their PUBREL. It takes the
   * message for one of QoS 0, and answers every PUBREL with PUBCOMP.
   */
  #takePublish(client: Client | null, packet: PublishPacket): void {
    const connection = client === null ? undefined : this.#connections.get(client.conn);
    const { topic, qos, messageId } = packet;
    const payload =
      typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    // a will, which the broker publishes for a client that is gone, has no number
    const expected =
      qos === 0 || messageId === undefined
        ? undefined
        : connection?.acknowledgements.expect(qos, messageId);
    packet.qos = 0;
    const published: Published = {
      topic,
      payload,
      address: connection?.address ?? 'unknown',
      qos: expected === undefined ? 0 : qos,
    };
    this.#handlers.onPublished(published, (isAcknowledged) => {
      if (expected !== undefined) connection?.acknowledgements.settle(expected, isAcknowledged);
    });
  }

  /** What devices publish ends in `authorizePublish`: the broker would only retain and fan out. */
  #consumeUplinks(broker: Aedes): void {
    const publish = broker.publish.bind(broker);
    const consume = (packet: unknown, client: unknown, done?: () => void): void => {
      if (typeof client === 'object' && client !== null) done?.();
      else Reflect.apply(publish, broker, done ? [packet, client, done] : [packet, client]);
    };
    broker.publish = consume as Aedes['publish'];
  }

  #take(socket: Socket): void {
    const connection: Connection = {
      socket,
      address: socket.remoteAddress ?? 'unknown',
      acknowledgements: new Acknowledgements(socket, () => this.#readOn(connection)),
      isHeldBack: false,
    };
    this.#connections.set(socket, connection);
    this.#open.add(connection);
    socket.once('close', () => this.#open.delete(connection));
    socket.on('drain', () => this.#readOn(connection));
    socket.setNoDelay(true);
    guardSocket(socket, this.#limits.maxPacketBytes, (reason) => {
      const limit = `a packet may have at most ${this.#limits.maxPacketBytes} bytes`;
      const detail = reason === 'packet_too_large' ? limit : 'the stream is not MQTT';
      this.#handlers.onSetAside(reason, detail, connection.address);
    });
    this.#holdBack(connection);
    this.#broker.handle(socket);
  }

  /** Between a socket and its reader: gives out nothing while too much of what it said waits. */
  #holdBack(connection: Connection): void {
    const { socket, acknowledgements } = connection;
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      const isEnough =
        acknowledgements.waiting >= this.#limits.maxInFlight ||
        // a client that does not read its acknowledgements must not fill our memory with them
        socket.writableNeedDrain ||
        this.#handlers.isCrowded();
      connection.isHeldBack = isEnough;
      return isEnough ? null : read(size);
    };
  }

  #readOn(connection: Connection): void {
    const { socket, acknowledgements } = connection;
    if (!connection.isHeldBack || socket.destroyed || socket.writableNeedDrain) return;
    if (acknowledgements.waiting > this.#limits.maxInFlight / 2 || this.#handlers.isCrowded())
      return;
    connection.isHeldBack = false;
    // the reader waits for this event, and the bytes are there already
    socket.emit('readable');
  }

  #addressOf(client: Client): string {
    return this.#connections.get(client.conn)?.address ?? 'unknown';
  }
}

/** aedes tells its reasons apart by their sentences only. */
function reasonOf(error: Error): DoorReason {
  switch (error.message) {
    case 'connect did not arrive in time':
      return 'connect_timeout';
    case 'keep alive timeout':
      return 'keepalive_timeout';
    case 'unacceptable protocol version':
      return 'unsupported_protocol_version';
    default:
      return 'bad_packet';
  }
}
