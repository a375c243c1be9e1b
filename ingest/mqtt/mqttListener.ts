import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes, type Client } from 'aedes';
import type { DoorReason } from '../../server/domain/setAside.ts';
import { guardSocket } from './packetSizeGuard.ts';

/** Bounds of the MQTT door. */
export type MqttLimits = {
  /** Longest packet body, bytes: a fix has some 200, a thousand stored ones fit. */
  readonly maxPacketBytes: number;
  readonly maxConnections: number;
  /** A connection that has not introduced itself by then is closed, ms. */
  readonly connectTimeoutMs: number;
};

/** One published message, before anything about it is known. */
export type Published = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Network address of the sender. */
  readonly address: string;
};

/** What the listener tells, and asks. */
export type MqttHandlers = {
  /** A message came in. `accepted` must be called once: it releases the acknowledgement. */
  readonly onPublished: (published: Published, accepted: () => void) => void;
  readonly onSetAside: (reason: DoorReason, detail: string, address: string) => void;
};

/** [MQTT-5.0, 3.2.2.2] CONNACK with reason 0x84, Unsupported Protocol Version, and no properties. */
const refuseVersion5 = Buffer.from([0x20, 0x03, 0x00, 0x84, 0x00]);

const nothing = Buffer.alloc(0);

/**
 * The embedded MQTT broker (3.1 and 3.1.1). It takes messages in and gives none out: nobody may
 * subscribe, so nothing is retained, queued or fanned out, and memory does not depend on topics.
 */
export class MqttListener {
  readonly #limits: MqttLimits;
  readonly #handlers: MqttHandlers;
  readonly #broker: Aedes;
  readonly #server: Server;
  /** A closed socket forgets its address, and reasons for closing come late. */
  readonly #addresses = new WeakMap<object, string>();
  readonly #sockets = new Set<Socket>();

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
    return this.#sockets.size;
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
    for (const socket of this.#sockets) socket.destroy();
    await serverClosed;
  }

  #createBroker(): Aedes {
    const { onPublished, onSetAside } = this.#handlers;
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
        const payload =
          typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
        const address = client === null ? 'unknown' : this.#addressOf(client);
        onPublished({ topic: packet.topic, payload, address }, () => {
          // the broker keeps a QoS 2 packet until its PUBREL; what was in it has moved on
          packet.payload = nothing;
          packet.topic = 'taken';
          decided(null);
        });
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
    const address = socket.remoteAddress ?? 'unknown';
    this.#addresses.set(socket, address);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    guardSocket(socket, this.#limits.maxPacketBytes, (reason) => {
      const limit = `a packet may have at most ${this.#limits.maxPacketBytes} bytes`;
      const detail = reason === 'packet_too_large' ? limit : 'the stream is not MQTT';
      this.#handlers.onSetAside(reason, detail, address);
    });
    this.#broker.handle(socket);
  }

  #addressOf(client: Client): string {
    return this.#addresses.get(client.conn) ?? 'unknown';
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
