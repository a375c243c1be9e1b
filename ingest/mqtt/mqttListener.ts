import type { Socket } from 'node:net';
import { Aedes, type Client, type ConnectPacket, type PublishPacket } from 'aedes';
import type { DoorLimits } from '../../server/domain/doorLimits.ts';
import { unmapped } from '../../server/domain/loopback.ts';
import type { OutMessage } from '../../server/domain/outMessage.ts';
import type { DoorReason } from '../../server/domain/setAside.ts';
import type { NotIdentified, Proof } from '../identities.ts';
import type { DoorPorts, IngestSettings, OutReport } from '../messages.ts';
import type { Speaker } from '../principals.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { brokerReason } from './brokerReason.ts';
import { clientCertificateOf } from './clientCertificate.ts';
import { ConnectGate } from './connectGate.ts';
import type { Connection } from './connection.ts';
import { sayFarewell } from './farewell.ts';
import { Intake } from './intake.ts';
import { Listeners, maxListeners } from './listeners.ts';
import { meterReading } from './metered.ts';
import type { MqttHandlers } from './mqttHandlers.ts';
import { MqttPorts } from './mqttPorts.ts';
import { noPersistence } from './noPersistence.ts';
import { type GuardReason, PacketSizeGuard, type Unfinished } from './packetSizeGuard.ts';
import { Seats, seatOf } from './seats.ts';
import { SosSieve } from './sosSieve.ts';
import { warmLengths } from './warmLengths.ts';
import { refuseSubscription, refuseWill } from './wishes.ts';

/** Bounds of the MQTT door. */
export type MqttLimits = DoorLimits & { readonly maxConnections: number };

/** [MQTT-5.0, 3.2.2.2] CONNACK with reason 0x84, Unsupported Protocol Version, and no properties. */
const refuseVersion5 = Buffer.from([0x20, 0x03, 0x00, 0x84, 0x00]);

/** CONNACK return codes (MQTT 3.1.1, 3.2.2.3). */
const returnCodes = { busy: 3, secret: 4, principal: 5 } as const satisfies Record<
  NotIdentified['because'],
  number
>;

/** So long is a connection read no further because of what it sent, ms; then it is ended. */
const patienceMs = 60_000;

/** A connection was refused by a code of its own; it is counted already. */
class ConnectRefused extends Error {
  readonly returnCode: 3 | 4 | 5;
  constructor(returnCode: 3 | 4 | 5, detail: string) {
    super(detail);
    this.returnCode = returnCode;
  }
}

/**
 * The embedded MQTT broker (3.1 and 3.1.1). What devices publish it gives to nobody, so nothing is
 * retained, queued or fanned out, and memory does not depend on topics. What Posko itself tells others
 * goes past the broker (listeners.ts), which knows their subscriptions.
 */
export class MqttListener {
  readonly #limits: MqttLimits;
  readonly #handlers: MqttHandlers;
  readonly #broker: Aedes;
  readonly #ports: MqttPorts;
  readonly #gate: ConnectGate;
  readonly #intake: Intake;
  readonly #seats = new Seats<Connection>();
  readonly #listeners = new Listeners(() => performance.now());
  readonly #connections = new WeakMap<object, Connection>();
  readonly #open = new Set<Connection>();
  #clients = 0;
  #isClosing = false;

  constructor(settings: IngestSettings['mqtt'], limits: MqttLimits, handlers: MqttHandlers) {
    this.#limits = limits;
    this.#handlers = handlers;
    this.#broker = this.#createBroker();
    this.#gate = new ConnectGate(limits, handlers.onSetAside);
    this.#ports = new MqttPorts(settings, limits.connectSeconds, {
      enter: (socket) => this.#gate.enter(socket),
      take: (socket, door) => this.#take(socket, door),
      onTlsFault: (detail, address) => handlers.onSetAside('bad_packet', detail, address),
    });
    this.#intake = new Intake(limits, handlers, (connection) => this.#endHeld(connection));
  }

  /** Connections open now. */
  get connections(): number {
    return this.#gate.open;
  }

  /** Messages whose senders wait for an acknowledgement. */
  get waiting(): number {
    let waiting = 0;
    for (const { acknowledgements } of this.#open) waiting += acknowledgements.waiting;
    return waiting;
  }

  /** Those who listen to what is told others, and what went out to them. */
  get out(): OutReport {
    return this.#listeners.report();
  }

  /**
   * Listens.
   *
   * @throws CertificateError, or PortError when an address cannot be had
   */
  async start(): Promise<DoorPorts> {
    warmLengths();
    await this.#broker.listen();
    return this.#ports.start();
  }

  /** Ends every connection and stops listening. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const closed = this.#ports.close();
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
    // the broker knows only those that have introduced themselves
    this.#gate.destroyAll();
    await closed;
  }

  /**
   * Reads certificate, key and CA anew. Returns why the old ones go on, if they do. With another CA
   * those who came by a certificate have to come again: theirs may count no more.
   */
  async reloadTls(): Promise<string | undefined> {
    const reloaded = await this.#ports.reloadTls();
    if (reloaded.isCaChanged) this.endUnwelcome((_speaker, { kind }) => kind !== 'certificate');
    return reloaded.failure;
  }

  /** There is room again: reads on where connections were held back. */
  readOn(): void {
    for (const connection of this.#open) this.#intake.readOn(connection);
  }

  /** Ends the connections that were left without an acknowledgement, so that they come again and repeat. */
  endOwing(): void {
    for (const { socket, acknowledgements } of this.#open) {
      if (acknowledgements.isOwing) socket.destroy();
    }
  }

  /** Ends the connections of those who are no longer who they were when they came. */
  endUnwelcome(isStill: (speaker: Speaker, proof: Proof) => boolean): void {
    for (const { socket, identity } of this.#open) {
      if (identity !== undefined && !isStill(identity.speaker, identity.proof)) {
        socket.destroy();
      }
    }
  }

  /** Tells those who listen. */
  publish(messages: readonly OutMessage[]): void {
    this.#listeners.publish(messages);
  }

  /** Ends the connections of those who came by these tokens. */
  endListeners(credentials: ReadonlySet<string>): void {
    for (const socket of this.#listeners.of(credentials)) socket.destroy();
  }

  /**
   * Ends the connections of those who listen whose token is over, and of those who do not read.
   *
   * @param nowMs UTC epoch ms
   */
  endOverdue(nowMs: number): void {
    for (const { socket, why } of this.#listeners.overdue(nowMs)) {
      const detail =
        why === 'expired'
          ? 'its token has expired: make another'
          : 'it does not read what it subscribed to, and too much waited for it';
      const reason = why === 'expired' ? 'bad_credentials' : 'too_many_in_flight';
      this.#setAside(this.#connections.get(socket), reason, detail);
      socket.destroy();
    }
  }

  #createBroker(): Aedes {
    const broker = new Aedes({
      persistence: noPersistence(({ conn }, { messageId }) => {
        const connection = this.#connections.get(conn);
        if (connection !== undefined && messageId !== undefined) {
          this.#listeners.acknowledged(connection.socket, messageId);
        }
      }),
      connectTimeout: this.#limits.connectSeconds * 1000,
      // packets that follow CONNECT without waiting for its answer ([MQTT-3.1.4-5]); more than one
      // read of the socket can hold
      queueLimit: 16_384,
      preConnect: (client, packet, decided) => decided(null, this.#prepare(client, packet)),
      authenticate: (client, userName, password, decided) => {
        void this.#identify(client, userName, password).then((refused) =>
          decided(refused ?? null, refused === undefined),
        );
      },
      // the only hook before PUBACK (QoS 1) and PUBREC (QoS 2). Its callback never gets an error:
      // that would cut the connection, and the client would send the same message for ever.
      authorizePublish: (client, packet, decided) => {
        this.#takePublish(client, packet);
        decided(null);
      },
      // null is SUBACK 0x80, which tells a well-meaning client no and lets it go on
      authorizeSubscribe: (client, subscription, decided) => {
        decided(null, this.#maySubscribe(client, subscription.topic) ? subscription : null);
      },
    });
    this.#consumeUplinks(broker);
    const onError = (client: Client, error: NodeJS.ErrnoException): void => {
      if (error instanceof ConnectRefused) return;
      // a connection that breaks (ECONNRESET ...) is the network's business, not a bad message
      if (error.code === undefined)
        this.#setAside(this.#of(client), brokerReason(error), error.message);
    };
    broker.on('clientError', onError);
    broker.on('connectionError', onError);
    // comes when its SUBACK is out; those that were refused have 128 in the place of a QoS
    broker.on('subscribe', (subscriptions, client) => {
      const connection = this.#of(client);
      if (connection?.identity?.speaker.kind !== 'listener') return;
      for (const { topic, qos } of subscriptions) {
        if (qos <= 2) this.#listeners.subscribe(connection.socket, topic, qos);
      }
    });
    broker.on('unsubscribe', (topics, client) => {
      const connection = this.#of(client);
      if (connection === undefined) return;
      for (const topic of topics) {
        connection.subscriptions.delete(topic);
        this.#listeners.unsubscribe(connection.socket, topic);
      }
    });
    return broker;
  }

  /** Takes over from the broker what it must not do. Returns whether the connection may go on. */
  #prepare(client: Client, packet: ConnectPacket): boolean {
    const connection = this.#of(client);
    if (packet.protocolVersion === 5) {
      const detail = 'MQTT 5 is not supported: set the client to MQTT 3.1.1';
      this.#setAside(connection, 'unsupported_protocol_version', detail);
      client.conn.end(refuseVersion5, () => client.close());
      return false;
    }
    if (connection === undefined) return false;
    // who takes over whose place is ours to say: a client id says nothing about who somebody is
    this.#clients += 1;
    // no client can choose one with a null character ([MQTT-1.5.3-2])
    connection.clientId = packet.clientId === '' ? `\0${this.#clients}` : packet.clientId;
    packet.clientId = `${this.#clients}`;
    connection.isClean = packet.clean !== false;
    // nothing is ever kept for a client that is away, so every session is a clean one; the broker
    // would keep half-done QoS 2 messages of the others for ever
    packet.clean = true;
    const { keepaliveSeconds } = this.#limits;
    const asked = packet.keepalive ?? 0;
    packet.keepalive = asked === 0 ? keepaliveSeconds : Math.min(asked, keepaliveSeconds);
    // before the broker ends it at one and a half keepalives, unread and unacknowledged
    connection.patienceMs = Math.min(patienceMs, packet.keepalive * 1000);
    if (packet.will !== undefined) {
      const { topic, payload } = packet.will;
      // a copy: the original is a view on all that was read with it
      connection.will = { topic, payload: Uint8Array.from(Buffer.from(payload)) };
      delete packet.will;
    }
    return true;
  }

  /** Finds out who somebody is. Returns why they may not go on. */
  async #identify(
    client: Client,
    userName: string | undefined,
    password: Buffer | undefined,
  ): Promise<ConnectRefused | undefined> {
    const connection = this.#of(client);
    if (connection === undefined) return new ConnectRefused(returnCodes.principal, 'it is gone');
    const { socket, address, door } = connection;
    const { name, validFromMs, fault } = clientCertificateOf(socket);
    const identified = await this.#handlers.identify({
      userName,
      secret: password?.toString(),
      certificateName: name,
      certificateValidFromMs: validFromMs,
      certificateFault: fault,
      address,
      door,
      isGone: () => socket.destroyed,
    });
    if (!identified.ok) {
      const { because, reason, detail } = identified;
      const trackerId = userName ?? name;
      this.#handlers.onSetAside(
        reason,
        detail,
        address,
        trackerId === undefined ? {} : { trackerId },
      );
      return new ConnectRefused(returnCodes[because], detail);
    }
    const { speaker, proof } = identified;
    const no =
      speaker.kind === 'listener' ? this.#refuseListener(connection, speaker.id) : undefined;
    if (no !== undefined) return no;
    // it did not wait for the answer
    if (!socket.destroyed) this.#seat(connection, speaker, proof);
    return undefined;
  }

  /** Why somebody may not listen now although they might. */
  #refuseListener({ isClean, address }: Connection, id: string): ConnectRefused | undefined {
    const refuse = (code: 3 | 5, reason: DoorReason, detail: string): ConnectRefused => {
      this.#handlers.onSetAside(reason, detail, address, { trackerId: id });
      return new ConnectRefused(code, detail);
    };
    if (!isClean) {
      const detail = `"${id}" asks for a session that lasts, and nothing is kept for those who are away: set the client to a clean session`;
      return refuse(returnCodes.principal, 'subscription_refused', detail);
    }
    if (!this.#listeners.isFull) return undefined;
    const detail = `${maxListeners} listen already, and no more may`;
    return refuse(returnCodes.busy, 'too_many_connections', detail);
  }

  /** Gives a connection its place; the one that had it has to go ([MQTT-3.1.4-2]). */
  #seat(connection: Connection, speaker: Speaker, proof: Proof): void {
    connection.identity = { speaker, proof };
    if (speaker.kind === 'listener') this.#listeners.add(connection.socket, speaker.listener);
    this.#checkWill(connection, speaker);
    const seat = seatOf(speaker, connection.clientId);
    const { before, isFlapping } = this.#seats.take(seat, connection, performance.now());
    if (before !== undefined) {
      if (isFlapping) {
        const detail = `two devices share the id "${speaker.id}" and push each other out (the other one: ${before.address}): give each an id of its own`;
        this.#setAside(connection, 'flapping', detail);
      }
      this.#dismiss(before);
    }
    this.#handlers.onContact(speaker, 'connected');
  }

  #checkWill(connection: Connection, speaker: Speaker): void {
    const { will } = connection;
    if (will === undefined) return;
    const refusal = refuseWill(will, speaker, this.#limits, this.#handlers.checkWill);
    if (refusal === undefined) return;
    connection.will = undefined;
    this.#setAside(connection, refusal.reason, refusal.detail, will.topic);
  }

  #maySubscribe(client: Client, filter: string): boolean {
    const connection = this.#of(client);
    if (connection?.identity === undefined) return false;
    const { subscriptions, identity } = connection;
    const refusal = refuseSubscription(
      filter,
      subscriptions,
      identity.speaker,
      this.#limits,
      this.#handlers.checkSubscription,
    );
    if (refusal === undefined) {
      subscriptions.add(filter);
      return true;
    }
    this.#setAside(connection, refusal.reason, refusal.detail, filter);
    return false;
  }

  /**
   * Takes a message over. Its acknowledgement is ours from here: the broker would hold up all that the
   * connection says until it is out, and keeps QoS 2 messages until their PUBREL. It takes the message
   * for one of QoS 0, and answers every PUBREL with PUBCOMP.
   */
  #takePublish(client: Client | null, packet: PublishPacket): void {
    const connection = client === null ? undefined : this.#of(client);
    if (connection === undefined) return;
    const { topic, qos, messageId } = packet;
    packet.qos = 0;
    const payload =
      typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    this.#intake.take(connection, { topic, payload, qos, messageId });
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

  #take(socket: Socket, door: 'mqtt' | 'mqtts'): void {
    const connection: Connection = {
      socket,
      door,
      address: unmapped(socket.remoteAddress ?? 'unknown'),
      acknowledgements: new Acknowledgements(socket, () => this.#intake.readOn(connection)),
      guard: new PacketSizeGuard(this.#limits.packetBytes),
      metered: meterReading(socket, {
        isEnough: () => this.#intake.isEnough(connection),
        onRead: (chunk) => this.#look(connection, chunk),
      }),
      clientId: '',
      isClean: true,
      identity: undefined,
      will: undefined,
      subscriptions: new Set(),
      queue: {
        messages: [],
        bytes: 0,
        take: (bytes) =>
          connection.identity !== undefined &&
          this.#handlers.takeTurn(connection.identity.speaker, bytes),
      },
      underWay: 0,
      paid: 0,
      patienceMs,
      hasLeft: false,
    };
    this.#connections.set(socket, connection);
    this.#open.add(connection);
    socket.once('close', () => this.#leave(connection));
    socket.on('drain', () => this.#intake.readOn(connection));
    socket.setNoDelay(true);
    this.#broker.handle(socket);
  }

  /** A connection is no more: what it leaves behind, and who hears of it. */
  #leave(connection: Connection): void {
    if (connection.hasLeft) return;
    connection.hasLeft = true;
    this.#open.delete(connection);
    this.#listeners.remove(connection.socket);
    const dropped = this.#intake.drop(connection);
    const { identity, will, guard, address, door, clientId } = connection;
    if (identity === undefined) return;
    const { speaker } = identity;
    if (dropped > 0) {
      const detail = `it left while ${dropped} of its messages waited for their turn; those with an acknowledgement come again`;
      this.#setAside(connection, 'sending_too_fast', detail);
    }
    this.#seats.leave(seatOf(speaker, clientId), connection);
    this.#handlers.onContact(speaker, 'disconnected');
    // when we are the one who leaves, nothing can be said about the others
    if (will === undefined || guard.hasSaidGoodbye || this.#isClosing) return;
    this.#handlers.onPublished({ ...will, address, qos: 0, speaker, door }, () => undefined);
  }

  /** Looks at what was read before the broker does. Returns how much of it the broker may have. */
  #look(connection: Connection, chunk: Uint8Array): number {
    const { guard, identity } = connection;
    if (identity === undefined) {
      const taken = guard.scanOne(chunk);
      connection.paid = guard.cost;
      if (typeof taken === 'number') return taken;
      this.#endFault(connection, taken);
      return 0;
    }
    const unread = { chunk, before: guard.unfinished };
    const fault = guard.scan(chunk);
    if (fault !== undefined) {
      this.#endFault(connection, fault, unread);
      return 0;
    }
    const cost = guard.cost - connection.paid;
    connection.paid = guard.cost;
    if (cost > 0 && !this.#handlers.takeControls(identity.speaker, cost)) {
      const detail = 'it sent too many pings, subscriptions or the like, and hardly a message';
      this.#end(connection, 'sending_too_fast', detail, unread);
      return 0;
    }
    this.#handlers.onContact(identity.speaker, 'heard');
    return chunk.length;
  }

  #endFault(connection: Connection, fault: GuardReason, unread?: Unread): void {
    const details = {
      packet_too_large: `a packet may have at most ${this.#limits.packetBytes} bytes (packetBytes)`,
      bad_packet: 'the stream is not MQTT',
      too_many_subscriptions: 'one SUBSCRIBE or UNSUBSCRIBE may have at most 64 topic filters',
    } as const satisfies Record<GuardReason, string>;
    this.#end(connection, fault, details[fault], unread);
  }

  /** A connection was read no further for as long as that goes. */
  #endHeld(connection: Connection): void {
    const { messageBurst, messagesPerSecond } = this.#limits;
    const rate = `${messageBurst} at once and ${messagesPerSecond} a second for long (messageBurst, messagesPerSecond)`;
    if (this.#intake.isOverdrawn(connection)) {
      this.#end(connection, 'sending_too_fast', `it went on sending more SOS than ${rate}`);
      return;
    }
    const { length } = connection.queue.messages;
    const detail = `it went on sending more messages than ${rate}, and ${length} waited for their turn; those with an acknowledgement come again`;
    this.#end(connection, 'too_many_in_flight', detail);
  }

  /** Ends a connection for what it did, or goes on doing. */
  #end(connection: Connection, reason: DoorReason, detail: string, unread?: Unread): void {
    this.#setAside(connection, reason, detail);
    // what waits is counted by this reason already
    this.#intake.drop(connection);
    this.#dismiss(connection, unread);
  }

  /** Ends a connection when what it has sent was searched for SOS. */
  #dismiss(connection: Connection, unread?: Unread): void {
    const { socket, metered, guard, identity } = connection;
    this.#leave(connection);
    if (identity === undefined || this.#isClosing) {
      socket.destroy();
      return;
    }
    sayFarewell({
      socket,
      metered,
      sieve: new SosSieve(unread?.before ?? guard.unfinished, this.#limits.packetBytes, (found) =>
        this.#intake.takeUrgent(connection, found),
      ),
      chunk: unread?.chunk,
      mayTake: () => !this.#intake.isOverdrawn(connection),
      isSettled: () => connection.underWay === 0,
    });
  }

  #setAside(
    connection: Connection | undefined,
    reason: DoorReason,
    detail: string,
    topic?: string,
  ): void {
    const trackerId = connection?.identity?.speaker.id;
    this.#handlers.onSetAside(reason, detail, connection?.address ?? 'unknown', {
      ...(trackerId === undefined ? {} : { trackerId }),
      ...(topic === undefined ? {} : { topic }),
    });
  }

  #of(client: Client): Connection | undefined {
    return this.#connections.get(client.conn);
  }
}

/** What was read and given to nobody, and in which packet it begins. */
type Unread = { readonly chunk: Uint8Array; readonly before: Unfinished };
