import type { Socket } from 'node:net';

/** Why a stream cannot be MQTT. */
export type GuardReason = 'packet_too_large' | 'bad_packet';

/**
 * Follows the packets of one MQTT stream by their fixed headers alone and stops at the first that
 * is longer than allowed. The parser behind it keeps every packet in memory until it is whole, up
 * to the protocol's 256 MiB, so the length must be judged before the parser sees it.
 */
export class PacketSizeGuard {
  readonly #maxPacketBytes: number;
  /** Bytes of the current packet's body that are still to come. */
  #body = 0;
  /** True between a packet's first byte and the end of its length field. */
  #inLength = false;
  #length = 0;
  #lengthBytes = 0;

  /** @param maxPacketBytes longest remaining length (MQTT 3.1.1, 2.2.3) that is let through */
  constructor(maxPacketBytes: number) {
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** Looks at the next chunk. Returns why the stream must end, or undefined when all is well. */
  scan(chunk: Uint8Array): GuardReason | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body > 0) {
        const skipped = Math.min(this.#body, chunk.length - at);
        this.#body -= skipped;
        at += skipped;
      } else if (!this.#inLength) {
        this.#inLength = true;
        this.#length = 0;
        this.#lengthBytes = 0;
        at += 1;
      } else {
        const byte = chunk[at] ?? 0;
        at += 1;
        this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes;
        this.#lengthBytes += 1;
        if (this.#length > this.#maxPacketBytes) return 'packet_too_large';
        // [MQTT 3.1.1, 2.2.3] the length field has at most four bytes
        if (byte >= 0x80 && this.#lengthBytes === 4) return 'bad_packet';
        if (byte < 0x80) {
          this.#inLength = false;
          this.#body = this.#length;
        }
      }
    }
    return undefined;
  }
}

/**
 * Puts a guard between a socket and its reader, which reads by `socket.read()` as aedes does.
 * A packet that is too long ends the connection before its body is kept anywhere.
 */
export function guardSocket(
  socket: Socket,
  maxPacketBytes: number,
  onRefused: (reason: GuardReason) => void,
): void {
  const guard = new PacketSizeGuard(maxPacketBytes);
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    const reason = chunk instanceof Uint8Array ? guard.scan(chunk) : undefined;
    if (reason === undefined) return chunk;
    onRefused(reason);
    socket.destroy();
    return null;
  };
}
