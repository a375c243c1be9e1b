/** Why a stream must end. */
export type GuardReason = 'packet_too_large' | 'bad_packet' | 'too_many_subscriptions';

/** A packet of which only the beginning has been looked at. */
export type Unfinished = {
  /** A PUBLISH, or an unfinished fixed header, from its first byte. */
  readonly begun: readonly Uint8Array[];
  /** Bytes of any other packet that are still to come. */
  readonly skip: number;
};

/** Packet types (MQTT 3.1.1, 2.2.1) that say something about the stream itself. */
const publish = 3;
const subscribe = 8;
const unsubscribe = 10;
const disconnect = 14;

/** Topic filters of one SUBSCRIBE or UNSUBSCRIBE; the broker works on each for some 30 microseconds. */
const maxFilters = 64;
/** Bytes of a packet without a message that cost as much as one more packet. */
const bytesPerCost = 256;

/**
 * Follows the packets of one MQTT stream by their fixed headers, and topic filters by their lengths,
 * and stops at the first packet that is longer, or asks for more, than allowed. The parser behind it
 * keeps every packet in memory until it is whole, up to the protocol's 256 MiB, so the length must be
 * judged before the parser sees it.
 */
export class PacketSizeGuard {
  readonly #maxPacketBytes: number;
  #type = 0;
  /** Bytes of the current packet's body that are still to come. */
  #body = 0;
  /** True between a packet's first byte and the end of its length field. */
  #inLength = false;
  #length = 0;
  #lengthBytes = 0;
  /** Topic filters of the current packet so far, and bytes until the length of the next one. */
  #filters = 0;
  #untilFilter = 0;
  /** The first byte of that length, once it was seen. */
  #filterHigh: number | undefined;
  #packets = 0;
  #cost = 0;
  #hasSaidGoodbye = false;
  #unfinished: Unfinished = { begun: [], skip: 0 };

  /** @param maxPacketBytes longest remaining length (MQTT 3.1.1, 2.2.3) that is let through */
  constructor(maxPacketBytes: number) {
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** What packets without a message cost so far: one each, and more by their filters and bytes. */
  get cost(): number {
    return this.#cost;
  }

  /** Packets that have ended. */
  get packets(): number {
    return this.#packets;
  }

  /** A DISCONNECT was among them: its sender leaves on purpose. */
  get hasSaidGoodbye(): boolean {
    return this.#hasSaidGoodbye;
  }

  /** The packet that the stream is in; after a fault, that before the chunk of the fault. */
  get unfinished(): Unfinished {
    return this.#unfinished;
  }

  /** Looks at the next chunk. Returns why the stream must end, or undefined when all is well. */
  scan(chunk: Uint8Array): GuardReason | undefined {
    const end = this.#follow(chunk, false);
    return typeof end === 'string' ? end : undefined;
  }

  /** Looks at the next chunk up to the end of the current packet. Returns how many bytes that are. */
  scanOne(chunk: Uint8Array): GuardReason | number {
    return this.#follow(chunk, true);
  }

  #follow(chunk: Uint8Array, isOneOnly: boolean): GuardReason | number {
    const before = this.#packets;
    let at = 0;
    /** Where the current packet begins; -1: before this chunk. */
    let from = this.#isBetween ? 0 : -1;
    while (at < chunk.length && !(isOneOnly && this.#packets > before)) {
      if (this.#body > 0) {
        const end = at + Math.min(this.#body, chunk.length - at);
        if (this.#type === subscribe || this.#type === unsubscribe) {
          this.#countFilters(chunk, at, end);
          if (this.#filters > maxFilters) return 'too_many_subscriptions';
        }
        this.#body -= end - at;
        at = end;
      } else if (!this.#inLength) {
        from = at;
        this.#begin((chunk[at] ?? 0) >> 4);
        at += 1;
        continue;
      } else {
        const fault = this.#lengthen(chunk[at] ?? 0);
        if (fault !== undefined) return fault;
        at += 1;
      }
      if (this.#isBetween) this.#packets += 1;
    }
    this.#unfinished = this.#unfinishedAfter(chunk.subarray(0, at), from);
    return at;
  }

  get #isBetween(): boolean {
    return this.#body === 0 && !this.#inLength;
  }

  #begin(type: number): void {
    this.#type = type;
    if (type !== publish) this.#cost += 1;
    if (type === disconnect) this.#hasSaidGoodbye = true;
    this.#inLength = true;
    this.#length = 0;
    this.#lengthBytes = 0;
    this.#filters = 0;
    // after the packet identifier
    this.#untilFilter = 2;
    this.#filterHigh = undefined;
  }

  #lengthen(byte: number): GuardReason | undefined {
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    if (this.#length > this.#maxPacketBytes) return 'packet_too_large';
    // [MQTT 3.1.1, 2.2.3] the length field has at most four bytes
    if (byte >= 0x80 && this.#lengthBytes === 4) return 'bad_packet';
    if (byte >= 0x80) return undefined;
    this.#inLength = false;
    this.#body = this.#length;
    if (this.#type !== publish) this.#cost += Math.floor(this.#length / bytesPerCost);
    return undefined;
  }

  /** [MQTT-3.8.3, 3.10.3] Each filter has two bytes of length, and in SUBSCRIBE one of QoS behind it. */
  #countFilters(chunk: Uint8Array, from: number, end: number): void {
    for (let at = from; at < end; ) {
      if (this.#untilFilter > 0) {
        const step = Math.min(this.#untilFilter, end - at);
        this.#untilFilter -= step;
        at += step;
      } else {
        const byte = chunk[at] ?? 0;
        at += 1;
        if (this.#filterHigh === undefined) this.#filterHigh = byte;
        else {
          this.#untilFilter = this.#filterHigh * 256 + byte + (this.#type === subscribe ? 1 : 0);
          this.#filterHigh = undefined;
          this.#filters += 1;
          this.#cost += 1;
        }
      }
    }
  }

  #unfinishedAfter(chunk: Uint8Array, from: number): Unfinished {
    if (this.#isBetween) return { begun: [], skip: 0 };
    if (this.#type !== publish && !this.#inLength) return { begun: [], skip: this.#body };
    // views: the parser keeps these bytes as well until the packet is whole
    const begun = from < 0 ? [...this.#unfinished.begun, chunk] : [chunk.subarray(from)];
    return { begun, skip: 0 };
  }
}
