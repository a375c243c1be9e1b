import { type Packet, type Parser, parser } from 'mqtt-packet';
import type { ProtocolVersion } from './externalBrokerPackets.ts';
import { type Oversized, OversizeSieve } from './externalBrokerSieve.ts';

export type ReaderHandlers = {
  readonly onPacket: (packet: Packet) => void;
  readonly onOversized: (oversized: Oversized) => void;
  /** It is not MQTT; nothing can be read after that. */
  readonly onNonsense: (said: string) => void;
};

/** The packets of what a broker of others sends, in their order. */
export class PacketReader {
  readonly #handlers: ReaderHandlers;
  readonly #parser: Parser;
  readonly #sieve: OversizeSieve;

  /** @param packetBytes longest packet body that is kept in memory */
  constructor(version: ProtocolVersion, packetBytes: number, handlers: ReaderHandlers) {
    this.#handlers = handlers;
    this.#parser = parser({ protocolVersion: version });
    this.#parser.on('packet', handlers.onPacket);
    this.#parser.on('error', (error: Error) => handlers.onNonsense(error.message));
    this.#sieve = new OversizeSieve(packetBytes, {
      onBytes: (bytes) => this.#parser.parse(bytes),
      onOversized: handlers.onOversized,
    });
  }

  read(bytes: Buffer): void {
    try {
      if (!this.#sieve.take(bytes)) this.#handlers.onNonsense('a packet of impossible length');
    } catch (error) {
      // the parser reads past the end of some malformed packets
      if (!(error instanceof RangeError)) throw error;
      this.#handlers.onNonsense(error.message);
    }
  }
}
