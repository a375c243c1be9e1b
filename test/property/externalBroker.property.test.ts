import fc from 'fast-check';
import { generate, parser } from 'mqtt-packet';
import { describe, expect, it, vi } from 'vitest';
import { OversizeSieve } from '../../ingest/mqtt/externalBrokerSieve.ts';
import { hospitable, scriptedBroker } from '../fixtures/scriptedBroker.ts';
import { fetchFrom } from '../integration/fixtures/fetched.ts';

/** What becomes of messages, and in which order and how far apart that is known. */
const fates = fc
  .array(fc.record({ isStored: fc.boolean(), order: fc.nat(), isLaterTurn: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((messages) => messages.map((message, at) => ({ ...message, number: at + 1 })));

describe('messages of a broker of others', () => {
  it('are acknowledged in the order in which they came, those alone that are stored', async () => {
    const { url, visitors } = await scriptedBroker(hospitable);
    const fetching = fetchFrom(url, { clientId: 'main' });
    fetching.fate = undefined;
    await vi.waitFor(() => expect(fetching.reports.at(-1)?.isConnected).toBe(true));
    const visitor = visitors.find(({ clientId }) => clientId === 'main');
    const topic = 'posko/64.08/hp-07/fix';
    await fc.assert(
      fc.asyncProperty(fates, async (messages) => {
        if (visitor === undefined) throw new Error('nobody came');
        visitor.packets.length = 0;
        fetching.messages.length = 0;
        for (const { number } of messages) {
          const payload = String(number);
          visitor.say({
            cmd: 'publish',
            topic,
            payload,
            qos: 1,
            dup: false,
            retain: false,
            messageId: number,
          });
        }
        await vi.waitFor(() => expect(fetching.messages).toHaveLength(messages.length), {
          interval: 1,
        });
        for (const { number, isStored, isLaterTurn } of messages.toSorted(
          (a, b) => a.order - b.order,
        )) {
          if (isLaterTurn) await new Promise(setImmediate);
          fetching.messages[number - 1]?.settle(isStored);
        }
        // the answer to one more stands for the end
        visitor.say({
          cmd: 'publish',
          topic,
          payload: 'end',
          qos: 1,
          dup: false,
          retain: false,
          messageId: 9_999,
        });
        await vi.waitFor(() => expect(fetching.messages.at(-1)?.text).toBe('end'), { interval: 1 });
        fetching.messages.at(-1)?.settle(true);
        const acknowledged = () =>
          visitor.packets.flatMap(({ cmd, messageId }) => (cmd === 'puback' ? [messageId] : []));
        await vi.waitFor(() => expect(acknowledged().at(-1)).toBe(9_999), { interval: 1 });
        const stored = messages.filter(({ isStored }) => isStored).map(({ number }) => number);
        expect(acknowledged()).toEqual([...stored, 9_999]);
        expect(fetching.broker.waiting).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  const limit = 100;
  const message = fc.record({
    topic: fc.string({ minLength: 1, maxLength: 20 }),
    payload: fc.integer({ min: 0, max: 300 }),
    qos: fc.constantFrom(0, 1),
    messageId: fc.integer({ min: 1, max: 65_535 }),
  });

  it('that are too long are taken out, wherever the network cuts the stream', () => {
    fc.assert(
      fc.property(
        fc.array(message),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (messages, cuts) => {
          const packets = messages.map(({ topic, payload, qos, messageId }) =>
            generate({
              cmd: 'publish',
              topic,
              payload: 'x'.repeat(payload),
              qos: qos === 0 ? 0 : 1,
              dup: false,
              retain: false,
              messageId,
            }),
          );
          // two bytes of length at most: the fixed header has two bytes or three
          const bodyOf = (packet: Buffer): number => packet.length - (packet.length <= 129 ? 2 : 3);
          const wanted = messages.map(({ topic, qos, messageId }, at) => {
            const bytes = bodyOf(packets[at] ?? Buffer.alloc(0));
            return { isLong: bytes > limit, topic, messageId: qos === 0 ? undefined : messageId };
          });
          const seen: typeof wanted = [];
          const read = parser();
          read.on('packet', (packet) => {
            if (packet.cmd !== 'publish') throw new Error(packet.cmd);
            const { topic, messageId } = packet;
            seen.push({ isLong: false, topic, messageId });
          });
          const sieve = new OversizeSieve(limit, {
            onBytes: (bytes) => read.parse(bytes),
            onOversized: ({ topic, messageId }) => seen.push({ isLong: true, topic, messageId }),
          });
          const stream = Buffer.concat(packets);
          for (let [at, i] = [0, 0]; at < stream.length; i++) {
            const size = cuts[i % cuts.length] ?? 1;
            expect(sieve.take(stream.subarray(at, at + size))).toBe(true);
            at += size;
          }
          expect(seen).toEqual(wanted);
        },
      ),
    );
  });

  it('are given up where the stream is not MQTT, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        let handed = 0;
        const sieve = new OversizeSieve(limit, {
          onBytes: (bytes) => {
            handed += bytes.length;
          },
          onOversized: () => undefined,
        });
        for (const chunk of chunks) if (!sieve.take(Buffer.from(chunk))) break;
        expect(handed).toBeLessThanOrEqual(chunks.reduce((sum, { length }) => sum + length, 0));
      }),
    );
    const sieve = new OversizeSieve(limit, {
      onBytes: () => undefined,
      onOversized: () => undefined,
    });
    expect(sieve.take(Buffer.from('30ffffffff01', 'hex'))).toBe(false);
    const other = new OversizeSieve(limit, {
      onBytes: () => undefined,
      onOversized: () => undefined,
    });
    expect(other.take(Buffer.from('90ff7f', 'hex'))).toBe(false);
  });
});
