import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PacketSizeGuard } from '../../ingest/mqtt/packetSizeGuard.ts';
import { SosSieve } from '../../ingest/mqtt/sosSieve.ts';

const maxBodyBytes = 400;

const publish = fc
  .record({
    topic: fc.constantFrom('a/sos', 'a/fix', 'a/sosx', 'sos', '/sos'),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    payload: fc.uint8Array({ maxLength: 300 }),
    messageId: fc.integer({ min: 1, max: 65_535 }),
  })
  .map((message) => ({
    sos: message.topic.endsWith('/sos') ? Buffer.from(message.payload).toString('hex') : undefined,
    bytes: generate({
      cmd: 'publish',
      ...message,
      payload: Buffer.from(message.payload),
      dup: false,
      retain: false,
    }),
  }));
const other = fc.constantFrom(
  generate({ cmd: 'pingreq' }),
  generate({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [
      { topic: 'b/sos', qos: 0 },
      { topic: 'c', qos: 1 },
    ],
  }),
  generate({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['x/sos', 'y'] }),
);
const packet = fc.oneof(
  publish,
  other.map((bytes) => ({ sos: undefined, bytes })),
);

describe('what is searched for SOS', () => {
  it('is everything from the packet on in which the reader was stopped, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(packet, { maxLength: 20 }),
        fc.array(fc.nat(400), { maxLength: 20 }),
        fc.nat(20),
        (packets, sizes, scanned) => {
          const bytes = Buffer.concat(packets.map((each) => each.bytes));
          const chunks: Buffer[] = [];
          let at = 0;
          for (const size of sizes) {
            chunks.push(bytes.subarray(at, at + size));
            at = Math.min(bytes.length, at + size);
          }
          chunks.push(bytes.subarray(at));
          const guard = new PacketSizeGuard(maxBodyBytes);
          const read = chunks.slice(0, scanned);
          for (const chunk of read) expect(guard.scan(chunk)).toBeUndefined();
          const found: string[] = [];
          const sieve = new SosSieve(guard.unfinished, maxBodyBytes, ({ payload }) => {
            found.push(Buffer.from(payload).toString('hex'));
          });
          for (const chunk of chunks.slice(scanned)) expect(sieve.take(chunk)).toBe(true);
          const readBytes = read.reduce((sum, { length }) => sum + length, 0);
          let end = 0;
          const expected = packets.flatMap(({ sos, bytes: { length } }) => {
            end += length;
            return end > readBytes && sos !== undefined ? [sos] : [];
          });
          expect(found).toEqual(expected);
        },
      ),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
        const sieve = new SosSieve({ begun: [], skip: 0 }, maxBodyBytes, () => undefined);
        for (const chunk of chunks) if (!sieve.take(chunk)) return;
      }),
    );
  });
});
