import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { connectAsync } from 'mqtt';
import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { checkSubscription, checkWill } from '../../ingest/admission.ts';
import { Door } from '../../ingest/door.ts';
import { Identities } from '../../ingest/identities.ts';
import { defaultDoorLimits } from '../../server/domain/doorLimits.ts';
import { seededUniform } from '../fixtures/seededRandom.ts';
import { asTracker } from '../fixtures/trackerSecret.ts';
import { openListener } from '../integration/fixtures/openListener.ts';
import { principalsOf } from '../integration/fixtures/testDoor.ts';

/** Packets that are thrown at the listener in all. */
const rounds = 200_000;
const [sockets, packets] = [4, 50];
const runs = rounds / (sockets * packets);

const disconnect = Buffer.from([0xe0, 0]);

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Whole numbers that look random and follow from a seed. */
function randomFrom(seed: number): (below: number) => number {
  const uniform = seededUniform(seed);
  return (below) => Math.floor(uniform() * below);
}
type Random = ReturnType<typeof randomFrom>;

const topicsOf = (id: string): string[] => [
  `posko/64.08/${id}/fix`,
  `posko/64.08/${id}/sos`,
  `posko/64.08/${id}/status`,
  `owntracks/${id}/phone`,
  'posko/64.08/calm/fix',
  '$SYS/x',
  'posko/64.08/out/alarm',
  '__proto__/constructor',
  'a/'.repeat(120),
  'x'.repeat(2_000),
];
const filtersOf = (id: string): string[] => [
  ...topicsOf(id),
  '#',
  '+/+',
  `posko/64.08/${id}/#`,
  'owntracks/+/+',
  '$share/a/b',
];

/** A packet as a client may send it. */
function wellFormed(id: string, random: Random): Buffer {
  const [topics, filters] = [topicsOf(id), filtersOf(id)];
  const pick = <Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item =>
    items[random(items.length)] as Item;
  const messageId = 1 + random(65_535);
  const list: (() => Packet)[] = [
    () => ({
      cmd: 'publish',
      topic: pick(topics),
      payload: Buffer.alloc(random(200), 0x7b),
      qos: pick([0, 1, 2] as const),
      messageId,
      dup: false,
      retain: random(2) === 0,
    }),
    () => ({
      cmd: 'publish',
      topic: pick(topics),
      payload: '{"fixedAt":1}',
      qos: 1,
      messageId,
      dup: true,
      retain: false,
    }),
    () => ({ cmd: 'pubrel', messageId }),
    () => ({ cmd: 'puback', messageId }),
    () => ({ cmd: 'pubrec', messageId }),
    () => ({ cmd: 'pubcomp', messageId }),
    () => ({
      cmd: 'subscribe',
      messageId,
      subscriptions: [
        { topic: pick(filters), qos: 1 },
        { topic: pick(filters), qos: 0 },
      ],
    }),
    () => ({ cmd: 'unsubscribe', messageId, unsubscriptions: [pick(filters)] }),
    () => ({ cmd: 'pingreq' }),
  ];
  return generate((list[random(list.length + 6)] ?? list[0] ?? (() => ({ cmd: 'pingreq' })))());
}

function connectBytes(id: string, random: Random): Buffer {
  const topics = topicsOf(id);
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: `c${random(50)}`,
    clean: random(2) === 0,
    keepalive: random(65_536),
    username: id,
    password: Buffer.from('x'),
    ...(random(2) === 0
      ? {}
      : {
          will: {
            topic: topics[random(topics.length)] ?? 't',
            payload: Buffer.alloc(random(6_000)),
            qos: 1,
            retain: true,
          },
        }),
  });
}

/** The bytes of a packet, changed somewhere behind its length, or anywhere. */
function mutated(packet: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(packet);
  switch (random(12)) {
    case 0:
      bytes[random(bytes.length)] = random(256);
      return bytes;
    case 1:
      return bytes.subarray(0, random(bytes.length));
    case 2:
      return Buffer.concat([
        bytes,
        Buffer.from(Array.from({ length: random(20) }, () => random(256))),
      ]);
    case 3:
      return Buffer.from(Array.from({ length: 1 + random(40) }, () => random(256)));
    default: {
      // most stay whole, so that the connection lives on
      const last = bytes.length - 1;
      if (last > 4) bytes[4 + random(last - 3)] = random(256);
      return bytes;
    }
  }
}

describe('the MQTT listener', () => {
  it(`survives ${rounds} random and mutated packets, keeps nothing of them, and disturbs nobody`, async () => {
    const limits = { ...defaultDoorLimits, messageBurst: 1_000_000, messagesPerSecond: 100_000 };
    const fuzzers = Array.from({ length: 200 }, (_, i) => ({ id: `fuzz-${i}` }));
    const identities = new Identities({
      verify: async () => ({ isRight: true, retryAfterMs: undefined }),
      onUnknown: () => undefined,
    });
    const taken = { raw_message: 0, refused_message: 0 };
    const door = new Door({
      limits,
      identities,
      append: ({ kind }, _atMs, _isUrgent, onSettled) => {
        if (kind === 'raw_message' || kind === 'refused_message') taken[kind] += 1;
        queueMicrotask(() => onSettled('stored'));
      },
      isCrowded: () => false,
      onUnknown: () => undefined,
      nowMs: Date.now,
    });
    identities.setPrincipals(principalsOf({ trackers: [{ id: 'calm' }, ...fuzzers] }));
    const { listener, port } = await openListener(
      { ...limits, maxConnections: 10_000, connectBurst: 1_000_000, connectsPerSecond: 100_000 },
      {
        identify: (hello) => identities.identify(hello),
        onPublished: (received, settle) => door.take(received, received.speaker, 'mqtt', settle),
        isUrgent: (topic, speaker) => door.isUrgent(topic, speaker),
        takeTurn: (speaker, bytes) => door.takeTurn(speaker, bytes),
        takeControls: (speaker, cost) => door.takeControls(speaker, cost),
        isOverdrawn: (speaker) => door.isOverdrawn(speaker),
        checkWill: (topic, speaker) => checkWill(topic, speaker, identities.known, limits),
        checkSubscription: (filter, speaker) =>
          checkSubscription(filter, speaker, identities.known, limits),
        onSetAside: (reason, detail, address, about) => door.count(reason, detail, address, about),
      },
    );

    const calm = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      reconnectPeriod: 0,
      ...asTracker('calm'),
    });
    let pings = 0;
    const ping = async (): Promise<void> => {
      await calm.publishAsync('posko/64.08/calm/fix', 'x', { qos: 1 });
      pings += 1;
    };

    let thrown = 0;
    const attack = async (random: Random): Promise<void> => {
      // some of them nobody knows
      const id = `fuzz-${random(210)}`;
      const socket = connect(port, '127.0.0.1');
      const heard = new EventEmitter();
      let isClosed = false;
      socket.on('error', () => undefined);
      socket.on('data', () => heard.emit('more'));
      socket.once('close', () => {
        isClosed = true;
        heard.emit('more');
      });
      const hello = connectBytes(id, random);
      socket.write(random(20) === 0 ? mutated(hello, random) : hello);
      const isPatient = random(20) !== 0;
      const patience = setTimeout(() => heard.emit('more'), 100);
      if (isPatient) await once(heard, 'more');
      clearTimeout(patience);
      const bytes = Array.from({ length: packets }, () => {
        const packet = wellFormed(id, random);
        return random(6) === 0 ? mutated(packet, random) : packet;
      });
      thrown += packets;
      // in one piece, or cut where no packet ends
      const all = Buffer.concat(bytes);
      const cut = random(all.length);
      if (!socket.destroyed) socket.write(all.subarray(0, cut));
      if (random(4) === 0) await setImmediate();
      if (!socket.destroyed) socket.write(all.subarray(cut));
      // all of it is read before the end is
      socket.end(random(2) === 0 ? disconnect : Buffer.of());
      while (!isClosed) await once(heard, 'more');
    };
    const heap = async (): Promise<number> => {
      while (listener.connections > 1) await setImmediate();
      for (let i = 0; i < 5; i++) {
        await setImmediate();
        collectGarbage();
      }
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const throwAll = (numRuns: number): Promise<void> =>
      fc.assert(
        fc.asyncProperty(fc.integer(), async (seed) => {
          const attacks = Array.from({ length: sockets }, (_, i) => attack(randomFrom(seed + i)));
          // meanwhile, and not only afterwards
          await Promise.all([...attacks, ping()]);
          expect(calm.connected).toBe(true);
        }),
        { numRuns, endOnFailure: true },
      );
    await throwAll(runs / 10);
    const before = await heap();
    await throwAll(runs);
    const grown = (await heap()) - before;
    await calm.endAsync();

    expect(thrown).toBeGreaterThanOrEqual(rounds);
    // they were looked at, and not all turned away at the first byte
    expect(taken.raw_message - pings).toBeGreaterThan(rounds / 50);
    expect(grown).toBeLessThan(8_000_000);
  }, 600_000);
});
