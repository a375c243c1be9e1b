import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PacketSizeGuard } from '../../ingest/mqtt/packetSizeGuard.ts';

const maxPacketBytes = 500;

/** An MQTT packet of the given type with a body of so many bytes. */
function packet(type: number, bodyBytes: number): number[] {
  return [type, ...lengthField(bodyBytes), ...Array.from({ length: bodyBytes }, (_, i) => i % 256)];
}

/** A packet's length field [MQTT 3.1.1, 2.2.3]: 7 bits a byte, lowest first, the top bit says that more follow. */
function lengthField(size: number): number[] {
  const rest = Math.floor(size / 128);
  return rest === 0 ? [size] : [(size % 128) | 0x80, ...lengthField(rest)];
}

/** Cuts bytes at the given shares of their length. */
function cut(bytes: number[], shares: number[]): Uint8Array[] {
  const places = [0, ...shares.map((share) => Math.floor(share * bytes.length)), bytes.length];
  places.sort((a, b) => a - b);
  return places.slice(1).map((end, i) => Uint8Array.from(bytes.slice(places[i], end)));
}

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
const type = fc.integer({ min: 0, max: 255 });

describe('packet size guard', () => {
  it('lets every stream of small packets pass, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(type, fc.integer({ min: 0, max: maxPacketBytes })), { maxLength: 20 }),
        shares,
        (packets, cuts) => {
          const guard = new PacketSizeGuard(maxPacketBytes);
          const bytes = packets.flatMap(([kind, size]) => packet(kind, size));
          expect(cut(bytes, cuts).map((chunk) => guard.scan(chunk))).not.toContain(
            'packet_too_large',
          );
        },
      ),
    );
  });

  it('stops at the length field of the first packet that is too long', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(type, fc.integer({ min: 0, max: maxPacketBytes })), { maxLength: 5 }),
        type,
        fc.integer({ min: maxPacketBytes + 1, max: 268_435_455 }),
        shares,
        (before, kind, size, cuts) => {
          const guard = new PacketSizeGuard(maxPacketBytes);
          const bytes = [...before.flatMap(([k, s]) => packet(k, s)), kind, ...lengthField(size)];
          expect(cut(bytes, cuts).map((chunk) => guard.scan(chunk))).toContain('packet_too_large');
        },
      ),
    );
  });

  it('tells a length field of five bytes from MQTT', () => {
    const guard = new PacketSizeGuard(2 ** 30);
    expect(guard.scan(Uint8Array.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]))).toBe('bad_packet');
  });

  it('counts topic filters, however the stream is cut, and stops at the 65th of one packet', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('subscribe' as const, 'unsubscribe' as const),
        fc.array(fc.string({ minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 90 }),
        shares,
        (cmd, filters, cuts) => {
          const guard = new PacketSizeGuard(65_536);
          const bytes =
            cmd === 'subscribe'
              ? generate({
                  cmd,
                  messageId: 1,
                  subscriptions: filters.map((topic) => ({ topic, qos: 0 as const })),
                })
              : generate({ cmd, messageId: 1, unsubscriptions: filters });
          const faults = cut([...bytes], cuts).map((chunk) => guard.scan(chunk));
          if (filters.length > 64) expect(faults).toContain('too_many_subscriptions');
          else {
            expect(new Set(faults)).toEqual(new Set([undefined]));
            expect(guard.cost).toBe(1 + filters.length + Math.floor((bytes.length - 3) / 256));
          }
        },
      ),
    );
  });
});
