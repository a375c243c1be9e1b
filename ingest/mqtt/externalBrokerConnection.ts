import type { Socket } from 'node:net';
import type { IConnackPacket, Packet } from 'mqtt-packet';
import { Acknowledgements } from './acknowledgements.ts';
import {
  connectPacket,
  disconnect,
  type ProtocolVersion,
  pingreq,
  subscribePacket,
} from './externalBrokerPackets.ts';
import { PacketReader } from './externalBrokerReader.ts';
import type { SessionSettings } from './externalBrokerSettings.ts';
import type { Oversized } from './externalBrokerSieve.ts';
import {
  closedTrouble,
  connectionTrouble,
  farewellTrouble,
  nonsenseTrouble,
  type Phase,
  refusalTrouble,
  silenceTrouble,
  subscriptionTrouble,
} from './externalBrokerTrouble.ts';
import type { Settle } from './mqttHandlers.ts';

/** Why a connection ended. */
export type ConnectionEnd =
  | { readonly why: 'version_refused' }
  /** We wanted it. */
  | { readonly why: 'asked' }
  | { readonly why: 'trouble'; readonly sentence: string };

/** One connection to a broker of others, from CONNECT to its end. */
export class BrokerConnection {
  readonly #socket: Socket;
  readonly #version: ProtocolVersion;
  readonly #settings: SessionSettings;
  readonly #onUp: (trouble: string | undefined) => void;
  readonly #acknowledgements: Acknowledgements;
  readonly #reader: PacketReader;
  readonly #ended = Promise.withResolvers<ConnectionEnd>();
  #end: ConnectionEnd | undefined;
  #from = 'unknown';
  #isUp = false;
  /** The most that the broker takes unacknowledged. */
  #receiveMaximum: number | undefined;
  #isHeldBack = false;
  #isLeaving = false;
  #hasHeard = true;
  /** Of the handshake, then of the parting. */
  #deadline: NodeJS.Timeout;
  #beating: NodeJS.Timeout | undefined;

  /**
   * @param socket connecting, TLS or not
   * @param onUp messages come from now on; `trouble`: not all that were asked for
   */
  constructor(
    socket: Socket,
    version: ProtocolVersion,
    settings: SessionSettings,
    onUp: (trouble: string | undefined) => void,
  ) {
    const { address, packetBytes, times } = settings;
    this.#socket = socket;
    this.#version = version;
    this.#settings = settings;
    this.#onUp = onUp;
    this.#acknowledgements = new Acknowledgements(socket, () => this.#fewerWait());
    this.#reader = new PacketReader(version, packetBytes, {
      onPacket: (packet) => this.#take(packet),
      onOversized: (oversized) => this.#takeOversized(oversized),
      onNonsense: (said) => this.#notMqtt(said),
    });
    this.#deadline = setTimeout(() => this.#late(), times.handshakeMs);
    socket.setNoDelay(true);
    socket.once(address.isTls ? 'secureConnect' : 'connect', () => {
      this.#from = socket.remoteAddress ?? 'unknown';
      socket.write(connectPacket(version, settings));
    });
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('drain', () => {
      this.readOn();
      settings.outbox?.go();
    });
    socket.on('error', (error) => this.#fail(connectionTrouble(error, this.#phase, address)));
    socket.once('close', () => {
      this.#fail(closedTrouble(this.#phase, address));
      clearTimeout(this.#deadline);
      clearInterval(this.#beating);
      if (this.#isUp) settings.outbox?.end();
      if (this.#end !== undefined) this.#ended.resolve(this.#end);
    });
  }

  /** Resolves when the socket is closed. */
  get ended(): Promise<ConnectionEnd> {
    return this.#ended.promise;
  }

  /** Messages that wait for their acknowledgement. */
  get waiting(): number {
    return this.#socket.destroyed ? 0 : this.#acknowledgements.waiting;
  }

  /** There is room again. */
  readOn(): void {
    const { handlers, inFlight } = this.#settings;
    if (!this.#isHeldBack || this.#socket.destroyed || this.#socket.writableNeedDrain) return;
    if (this.#acknowledgements.waiting > inFlight / 2 || handlers.isCrowded()) return;
    this.#isHeldBack = false;
    this.#hasHeard = true;
    this.#socket.resume();
  }

  /** Ends it when a message was left without an acknowledgement: the broker sends it again at the next one. */
  endOwing(): void {
    // in order: a socket that is torn down may take the last acknowledgements with it
    if (this.#acknowledgements.isOwing) void this.close();
  }

  /** Acknowledges what is on its way to the disk, and says goodbye; what comes meanwhile comes again. */
  async close(): Promise<void> {
    this.#end ??= { why: 'asked' };
    this.#isLeaving = true;
    if (!this.#isUp) this.#socket.destroy();
    this.#socket.resume();
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#socket.destroy(), this.#settings.times.partingMs);
    this.#fewerWait();
    await this.#ended.promise;
  }

  get #phase(): Phase {
    return this.#isUp ? 'connected' : 'connecting';
  }

  /** The answer to the subscriptions comes after what gathered, which is not read while there is no room. */
  #late(): void {
    const { address, times } = this.#settings;
    if (this.#isHeldBack) this.#deadline = setTimeout(() => this.#late(), times.handshakeMs);
    else this.#fail(silenceTrouble(this.#phase, address));
  }

  #read(bytes: Buffer): void {
    this.#hasHeard = true;
    this.#reader.read(bytes);
    const { handlers, inFlight } = this.#settings;
    const isEnough =
      // Mosquitto 2.0 sends more than an MQTT 5 client's receive maximum when that comes back, and
      // 3.1.1 has none. One read of the socket (64 KiB) may go beyond.
      this.#acknowledgements.waiting > inFlight ||
      this.#socket.writableNeedDrain ||
      handlers.isCrowded();
    if (!isEnough || this.#isLeaving) return;
    this.#isHeldBack = true;
    this.#socket.pause();
  }

  #take(packet: Packet): void {
    // of one read, after the packet that ended it
    if (this.#socket.destroyed) return;
    switch (packet.cmd) {
      case 'connack':
        this.#connected(packet);
        return;
      case 'suback':
        this.#subscribed(packet.granted);
        return;
      case 'publish': {
        const { topic, qos, messageId, retain, payload } = packet;
        this.#deliver(topic, qos, messageId, retain, payload);
        return;
      }
      case 'disconnect': {
        const { address, clientId } = this.#settings;
        const { reasonCode, properties } = packet;
        this.#fail(farewellTrouble(reasonCode ?? 0, address, clientId, properties?.reasonString));
        return;
      }
      case 'puback':
        this.#settings.outbox?.acknowledged(packet.messageId, packet.reasonCode);
        return;
      case 'pingresp':
        return;
      default:
        this.#notMqtt(`${packet.cmd} is nothing that a broker says unasked`);
    }
  }

  #connected({ returnCode, reasonCode, properties }: IConnackPacket): void {
    const { address, clientId, filters, times } = this.#settings;
    const code = reasonCode ?? returnCode ?? 0;
    // a broker that knows only 3.1.1 answers in its own form: code 1 ([MQTT-3.1.1, 3.2.2.3])
    if (this.#version === 5 && (code === 0x01 || code === 0x84)) {
      this.#finish({ why: 'version_refused' });
    } else if (code !== 0) {
      this.#fail(refusalTrouble(code, address, clientId, properties?.reasonString));
    } else {
      // [MQTT-5.0, 3.2.2.3.14] the broker may ask for a shorter one
      const beatMs = Math.min(times.beatMs, (properties?.serverKeepAlive ?? 65_535) * 500);
      this.#beating ??= setInterval(() => this.#beat(), beatMs);
      this.#receiveMaximum = properties?.receiveMaximum;
      this.#socket.write(subscribePacket(this.#version, filters));
    }
  }

  #subscribed(granted: readonly unknown[]): void {
    const { address, filters } = this.#settings;
    const refused = filters.filter((_, at) => Number(granted[at] ?? 0x80) >= 0x80);
    const trouble = refused.length === 0 ? undefined : subscriptionTrouble(refused, address);
    if (trouble !== undefined && refused.length === filters.length) {
      this.#fail(trouble);
      return;
    }
    this.#isUp = true;
    clearTimeout(this.#deadline);
    this.#onUp(trouble);
    this.#beginOut();
  }

  #beginOut(): void {
    const socket = this.#socket;
    this.#settings.outbox?.begin({
      version: this.#version,
      mayWrite: () => socket.writable && !socket.writableNeedDrain,
      write: (bytes) => socket.write(bytes),
      inFlight: this.#receiveMaximum,
    });
  }

  #deliver(
    topic: string,
    qos: 0 | 1 | 2,
    messageId: number | undefined,
    isRetained: boolean,
    text: string | Buffer,
  ): void {
    if (this.#isLeaving) return;
    // MQTT 3.1.1 sends it whether it is wanted or not: it may be of any time, and says nothing of now
    if (isRetained) {
      this.#refuse(qos, messageId);
      return;
    }
    const settle = this.#expect(qos, messageId);
    if (settle === undefined) return;
    const payload = typeof text === 'string' ? Buffer.from(text) : text;
    this.#settings.handlers.onPublished({ topic, payload, address: this.#from, qos }, settle);
  }

  #takeOversized({ topic, qos, messageId, bytes }: Oversized): void {
    if (this.#socket.destroyed) return;
    const { handlers, packetBytes } = this.#settings;
    const detail = `a packet may have at most ${packetBytes} bytes, one to ${topic.slice(0, 80)} has ${bytes}`;
    handlers.onSetAside('packet_too_large', detail, this.#from);
    this.#refuse(qos, messageId);
  }

  /** Acknowledges, in its turn, what is not handed on: it would only come again. */
  #refuse(qos: number, messageId: number | undefined): void {
    this.#expect(qos, messageId)?.(true);
  }

  /** Notes a message that came in. Undefined: it should not have come. */
  #expect(qos: number, messageId: number | undefined): Settle | undefined {
    if (qos === 0) return () => undefined;
    if (qos !== 1 || messageId === undefined || messageId < 1) {
      this.#notMqtt('a message that nobody may send to a subscription of QoS 1');
      return undefined;
    }
    const expected = this.#acknowledgements.expect(1, messageId);
    return (isAcknowledged) => this.#acknowledgements.settle(expected, isAcknowledged);
  }

  #fewerWait(): void {
    if (!this.#isLeaving) {
      this.readOn();
      return;
    }
    if (this.#acknowledgements.waiting > 0 || !this.#socket.writable) return;
    // the session stays, and with it what is not acknowledged
    this.#socket.end(disconnect);
  }

  #beat(): void {
    // held back because of us it is not listened to; because it takes nothing any more, it is judged
    const isJudged = !this.#isHeldBack || this.#socket.writableNeedDrain;
    if (!this.#hasHeard && isJudged) {
      this.#fail(silenceTrouble(this.#phase, this.#settings.address));
      return;
    }
    this.#hasHeard = false;
    this.#socket.write(pingreq);
  }

  #notMqtt(said: string): void {
    if (this.#end !== undefined) return;
    this.#settings.handlers.onSetAside('bad_packet', said, this.#from);
    this.#fail(nonsenseTrouble(said, this.#settings.address));
  }

  #fail(sentence: string): void {
    this.#finish({ why: 'trouble', sentence });
  }

  #finish(end: ConnectionEnd): void {
    this.#end ??= end;
    this.#socket.destroy();
  }
}
