import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SecretChecked } from '../../server/domain/submission.ts';
import { trackerSecret } from '../fixtures/trackerSecret.ts';
import { connectPacket, publishPacket } from './fixtures/openListener.ts';
import { ended, principalsOf, TestDoor } from './fixtures/testDoor.ts';

const trackers = [
  { id: 'hp-07' },
  { id: 'hp-08' },
  { id: 'far-1', region: '35.13' },
  { id: 'weak-1', isWeak: true, hasSecret: false },
  { id: 'weak-2', isWeak: true, hasSecret: false, networks: ['10.0.0.0/8', '2001:db8::/32'] },
];
const gateways = [
  {
    id: 'lora',
    topics: ['posko/64.08/+/fix', 'posko/64.08/+/status', 'owntracks/#'],
    trackerIds: ['hp-07', 'far-1'],
  },
];
const setup = { trackers, gateways };

/** SUBSCRIBE or UNSUBSCRIBE with so many short filters. */
function filterPacket(cmd: 'subscribe' | 'unsubscribe', count: number): Buffer {
  const filters = Array.from({ length: count }, (_, i) => `a/${i % 100}`);
  return cmd === 'subscribe'
    ? generate({ cmd, messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 0 })) })
    : generate({ cmd, messageId: 1, unsubscriptions: filters });
}

/** Why the MQTT client of a device was refused: the code of CONNACK. */
async function refusalOf(connecting: Promise<unknown>): Promise<number> {
  const error: unknown = await connecting.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error && 'code' in error) return Number(error.code);
  throw new Error(`it was not refused by a code: ${error}`);
}

describe('who may connect', () => {
  it.each([
    ['with its secret', 'hp-07', {}],
    ['as a gateway', 'lora', {}],
    ['by MQTT 3.1', 'hp-07', { protocolVersion: 3, protocolId: 'MQIsdp' }],
    ['with a persistent session', 'hp-07', { clean: false, clientId: 'OwnTracks' }],
  ] as const)('somebody known %s', async (_how, id, options) => {
    const door = await TestDoor.open(setup);
    const client = await door.connect(id, options);
    expect(client.connected).toBe(true);
  });

  it.each([
    [
      'a wrong secret',
      'hp-07',
      { password: 'wrong' },
      4,
      'bad_credentials',
      /secret of "hp-07" is wrong/,
    ],
    [
      'no secret',
      'hp-07',
      { password: '' },
      4,
      'bad_credentials',
      /"hp-07" came without its secret/,
    ],
    [
      'no user name',
      '',
      { username: '', password: '' },
      4,
      'bad_credentials',
      /no user name: set it to the tracker's id/,
    ],
    [
      'an id that nobody has',
      'ghost',
      {},
      5,
      'unknown_tracker',
      /"ghost" is not registered: let it in/,
    ],
    [
      'an id that nobody has and no secret',
      'ghost',
      { password: '' },
      5,
      'unknown_tracker',
      /not registered/,
    ],
    ['an id that cannot be one', 'a b', {}, 5, 'bad_credentials', /"a b" is no id/],
    ['the reserved word', 'out', {}, 5, 'bad_credentials', /is no id/],
    ['a tracker that has no secret yet', 'weak-1', {}, 5, 'bad_credentials', /has no secret yet/],
    [
      'a secret without end',
      'hp-07',
      { password: 'x'.repeat(5_000) },
      4,
      'bad_credentials',
      /longer than 256/,
    ],
  ] as const)('nobody with %s, and they hear why', async (_what, id, options, code, reason, detail) => {
    const door = await TestDoor.open(setup);
    expect(await refusalOf(door.connect(id, options))).toBe(code);
    expect((await door.untilCounted(reason)).detail).toMatch(detail);
    expect(door.refused()).toEqual([]);
  });

  it('unknown ones come to the waiting room, with and without a secret', async () => {
    const door = await TestDoor.open(setup);
    await refusalOf(door.connect('ghost-1'));
    expect(door.checks).toEqual([
      { id: 'ghost-1', secret: trackerSecret('ghost-1'), address: '127.0.0.1', door: 'mqtt' },
    ]);
    await refusalOf(door.connect('ghost-2', { password: '' }));
    await door.until(() => door.unknown.length === 1);
    expect(door.unknown[0]).toMatchObject({ id: 'ghost-2', address: '127.0.0.1', door: 'mqtt' });
  });

  it('a secret that was right is not looked at again until there is a new one', async () => {
    const door = await TestDoor.open(setup);
    for (let i = 0; i < 3; i++) await (await door.connect('hp-07')).endAsync();
    expect(door.checks).toHaveLength(1);
    await refusalOf(door.connect('hp-07', { password: 'wrong' }));
    await (await door.connect('hp-07')).endAsync();
    expect(door.checks).toHaveLength(2);
    door.ingest.setPrincipals(principalsOf(setup, 2));
    await (await door.connect('hp-07')).endAsync();
    expect(door.checks).toHaveLength(3);
  });

  it('who waits for a check holds up nobody, and comes in when it is done', async () => {
    const check = Promise.withResolvers<SecretChecked>();
    const right = { isRight: true, retryAfterMs: undefined };
    const door = await TestDoor.open({
      ...setup,
      verify: async ({ id }) => (id === 'hp-07' ? check.promise : right),
    });
    const slow = door.connect('hp-07');
    const quick = await door.connect('hp-08');
    await quick.publishAsync('posko/64.08/hp-08/fix', 'x', { qos: 1 });
    check.resolve(right);
    expect((await slow).connected).toBe(true);
  });

  it('waits while secrets cannot be looked at, and comes in when they can', async () => {
    let times = 0;
    const door = await TestDoor.open({
      ...setup,
      verify: async () => {
        times += 1;
        return { isRight: times === 3, retryAfterMs: times === 3 ? undefined : 20 };
      },
    });
    const client = await door.connect('hp-07');
    expect(client.connected).toBe(true);
    expect(times).toBe(3);
    expect(door.count('connecting_too_fast')).toBe(0);
  });

  it('is told to come again when secrets cannot be looked at for long', async () => {
    const door = await TestDoor.open({
      ...setup,
      verify: async () => ({ isRight: false, retryAfterMs: 30_000 }),
    });
    expect(await refusalOf(door.connect('hp-07'))).toBe(3);
    expect((await door.untilCounted('connecting_too_fast')).detail).toMatch(/again in 30 s/);
  });

  it('a tracker that no unit carries is told so, after one look at its secret', async () => {
    const door = await TestDoor.open({
      ...setup,
      verify: async () => ({ isRight: true, retryAfterMs: undefined }),
    });
    expect(await refusalOf(door.connect('spare-1'))).toBe(5);
    expect((await door.untilCounted('unknown_tracker')).detail).toMatch(/no unit carries it/);
    expect(door.checks).toHaveLength(1);
  });

  it('ends the connections of those who were removed or have another secret', async () => {
    const door = await TestDoor.open(setup);
    const [removed, stays] = [await door.connect('hp-07'), await door.connect('hp-08')];
    const closed = ended(removed);
    door.ingest.setPrincipals(principalsOf({ ...setup, trackers: trackers.slice(1) }));
    await closed;
    const changed = ended(stays);
    door.ingest.setPrincipals(principalsOf(setup, 2));
    await changed;
  });
});

describe('two connections', () => {
  it('of one tracker: the newer wins, whatever their client ids', async () => {
    const door = await TestDoor.open(setup);
    for (const clientId of ['same', 'same', 'other']) {
      const before = await door.connect('hp-07', { clientId: 'same' });
      const closed = ended(before);
      const after = await door.connect('hp-07', { clientId });
      await closed;
      await after.publishAsync('posko/64.08/hp-07/fix', clientId, { qos: 1 });
    }
    expect(door.count('flapping')).toBe(0);
  });

  it('of one gateway: as many as it has client ids', async () => {
    const door = await TestDoor.open(setup);
    const first = await door.connect('lora', { clientId: 'a' });
    const second = await door.connect('lora', { clientId: 'b' });
    const closed = ended(first);
    await door.connect('lora', { clientId: 'a' });
    await closed;
    expect(second.connected).toBe(true);
  });

  it('of one gateway without a client id: each has one of its own', async () => {
    const door = await TestDoor.open(setup);
    const first = await door.connect('lora', { clientId: '' });
    const second = await door.connect('lora', { clientId: '' });
    await second.publishAsync('posko/64.08/hp-07/fix', 'second', { qos: 1 });
    await first.publishAsync('posko/64.08/hp-07/fix', 'first', { qos: 1 });
    expect(door.count('flapping')).toBe(0);
  });

  it('of two trackers with one client id do not touch each other', async () => {
    const door = await TestDoor.open(setup);
    const one = await door.connect('hp-07', { clientId: 'same' });
    const two = await door.connect('hp-08', { clientId: 'same' });
    await one.publishAsync('posko/64.08/hp-07/fix', '1', { qos: 1 });
    await two.publishAsync('posko/64.08/hp-08/fix', '2', { qos: 1 });
    expect(await door.untilAdmitted(2)).toEqual(['hp-07 native_fix 1', 'hp-08 native_fix 2']);
  });

  it('that push each other out again and again are reported as two devices with one id', async () => {
    const door = await TestDoor.open(setup);
    for (let i = 0; i < 8; i++) await door.connect('hp-07', { clientId: `device-${i}` });
    expect((await door.untilCounted('flapping')).detail).toMatch(
      /two devices share the id "hp-07"/,
    );
    expect(door.count('flapping')).toBeGreaterThanOrEqual(1);
    expect(door.count('flapping')).toBeLessThanOrEqual(2);
  });
});

describe('what may be published', () => {
  let door: TestDoor;
  beforeAll(async () => {
    door = await TestDoor.openForAll(setup);
  });
  afterAll(() => door.close());

  const own = 'hp-07';
  /** Role, topic, and what becomes of it: a codec, or a reason. */
  const table = [
    [own, 'posko/64.08/hp-07/fix', 'native_fix'],
    [own, 'posko/64.08/hp-07/sos', 'native_sos'],
    [own, 'posko/64.08/hp-07/status', 'native_status'],
    [own, 'owntracks/hp-07/phone', 'owntracks'],
    [own, 'owntracks/hp-07/phone/event', 'topic_not_supported'],
    [own, 'owntracks/hp-07/phone/cmd', 'topic_not_supported'],
    [own, 'posko/64.08/hp-07/position', 'unknown_topic'],
    [own, 'posko/64.08/hp-07', 'unknown_topic'],
    [own, 'posko/64.08/hp-07/fix/x', 'unknown_topic'],
    [own, 'posko/62.07/hp-07/fix', 'wrong_region'],
    [own, 'posko/64.08/hp-08/fix', 'topic_refused'],
    [own, 'posko/64.08/hp-08/sos', 'topic_refused'],
    [own, 'posko/64.08/ghost/fix', 'topic_refused'],
    [own, 'owntracks/hp-08/phone', 'topic_refused'],
    [own, 'posko/64.08/out/alarm', 'topic_refused'],
    [own, '$SYS/broker/uptime', 'topic_refused'],
    [own, 'weather/sangatta', 'unknown_topic'],
    [own, `owntracks/hp-07/${'x'.repeat(300)}`, 'topic_too_long'],
    [own, 'a/b/c/d/e/f/g/h/i', 'topic_too_long'],
    ['lora', 'posko/64.08/hp-07/fix', 'native_fix'],
    ['lora', 'posko/64.08/hp-07/status', 'native_status'],
    ['lora', 'owntracks/hp-07/phone', 'owntracks'],
    ['lora', 'owntracks/far-1/phone', 'owntracks'],
    ['lora', 'posko/64.08/hp-07/sos', 'topic_refused'],
    ['lora', 'posko/64.08/hp-08/fix', 'topic_refused'],
    ['lora', 'posko/64.08/far-1/fix', 'wrong_region'],
    ['lora', 'posko/64.08/ghost/fix', 'unknown_tracker'],
    ['lora', 'posko/64.08/lora/fix', 'unknown_tracker'],
    ['lora', 'posko/64.08/out/fix', 'topic_refused'],
    ['lora', '$SYS/x', 'topic_refused'],
  ] as const;

  it.each(table)('%s to %s: %s', async (id, topic, outcome) => {
    const from = door.records.length;
    const client = await door.connect(id);
    await client.publishAsync(topic, 'payload', { qos: 1, retain: true });
    // acknowledged in any case, and the connection goes on
    await client.publishAsync('posko/64.08/hp-07/fix', 'after', { qos: 1 });
    await door.until(() => door.records.length === from + 2);
    const first = door.records[from];
    if (first?.kind !== 'refused_message') {
      expect(first).toMatchObject({ kind: 'raw_message', codec: outcome, topic });
      return;
    }
    const refused = first;
    expect(refused).toMatchObject({
      reason: outcome,
      topic: topic.slice(0, 256),
      address: '127.0.0.1',
    });
    expect(refused.detail.length).toBeGreaterThan(20);
    expect(Buffer.from(refused.payload).toString()).toBe('payload');
    await door.untilCounted(refused.reason);
  });

  it('an unknown tracker of a gateway comes to the waiting room with its region', async () => {
    await (await door.connect('lora')).publishAsync('posko/64.08/ghost-2/fix', 'x', { qos: 1 });
    await door.until(() => door.unknown.some(({ id }) => id === 'ghost-2'));
    expect(door.unknown.at(-1)).toMatchObject({ id: 'ghost-2', region: '64.08', door: 'mqtt' });
  });

  it('of what is refused no more is kept than 60 messages of one sender in a minute', async () => {
    const door = await TestDoor.open(setup);
    const client = await door.connect('hp-07');
    const sent = Array.from({ length: 200 }, () =>
      client.publishAsync('weather/sangatta', 'x', { qos: 1 }),
    );
    await Promise.all(sent);
    await door.untilCounted('unknown_topic', 200);
    // a new minute may have begun meanwhile
    await door.until(() => door.refused().length >= 60);
    expect(door.refused().length).toBeLessThanOrEqual(120);
  });
});

describe('what may be subscribed to', () => {
  let door: TestDoor;
  beforeAll(async () => {
    door = await TestDoor.openForAll(setup);
  });
  afterAll(() => door.close());

  it.each([
    ['hp-07', 'posko/64.08/hp-07/#', true],
    ['hp-07', 'posko/64.08/hp-07/cmd', true],
    ['hp-07', 'owntracks/hp-07/phone/cmd', true],
    ['hp-07', 'owntracks/hp-07/+', true],
    ['hp-07', 'owntracks/+/+', false],
    ['hp-07', 'owntracks/hp-08/phone/cmd', false],
    ['hp-07', 'posko/64.08/+/fix', false],
    ['hp-07', 'posko/64.08/hp-08/fix', false],
    ['hp-07', 'posko/64.08/out/alarm', false],
    ['hp-07', 'posko/62.07/hp-07/#', false],
    ['hp-07', '#', false],
    ['hp-07', '+/+/+/+', false],
    ['hp-07', '$SYS/#', false],
    ['hp-07', '$share/a/posko/64.08/hp-07/#', false],
    ['lora', 'posko/64.08/hp-07/fix', true],
    ['lora', 'owntracks/hp-07/phone/cmd', true],
    ['lora', 'posko/64.08/+/fix', false],
    ['lora', 'posko/64.08/out/fix', false],
    ['lora', '#', false],
    ['lora', '$SYS/#', false],
  ] as const)('%s to %s: %s', async (id, filter, isGranted) => {
    const before = door.count('subscription_refused');
    const client = await door.connect(id);
    const granted = await client.subscribeAsync(filter).then(
      ([subscription]) => subscription?.qos,
      () => 0x80,
    );
    expect(granted === 0x80).toBe(!isGranted);
    await client.publishAsync('posko/64.08/hp-07/fix', 'after', { qos: 1 });
    if (!isGranted) await door.untilCounted('subscription_refused', before + 1);
  });

  it('no more than a connection may have; the others go on', async () => {
    const door = await TestDoor.open({ ...setup, limits: { subscriptions: 2 } });
    const client = await door.connect('hp-07');
    const subscribe = (leaf: string): Promise<number> =>
      client.subscribeAsync(`owntracks/hp-07/${leaf}`).then(
        () => 0,
        () => 0x80,
      );
    expect([await subscribe('a'), await subscribe('b'), await subscribe('c')]).toEqual([
      0, 0, 0x80,
    ]);
    expect(await subscribe('a')).toBe(0);
    await client.unsubscribeAsync('owntracks/hp-07/a');
    expect(await subscribe('c')).toBe(0);
    expect((await door.untilCounted('too_many_subscriptions')).detail).toMatch(/at most 2/);
  });
});

describe('last wills', () => {
  const leave = async (door: TestDoor, id: string, topic: string, payload = '{"online":false}') => {
    const client = await door.connect(id, {
      will: { topic, payload: Buffer.from(payload), qos: 1, retain: true },
    });
    client.stream.destroy();
  };

  it.each([
    ['hp-07', 'posko/64.08/hp-07/status', 'hp-07 native_status {"online":false}'],
    ['hp-07', 'owntracks/hp-07/phone', 'hp-07 owntracks {"online":false}'],
    ['lora', 'posko/64.08/hp-07/status', 'hp-07 native_status {"online":false}'],
  ])('of %s on %s is told when it goes without a goodbye', async (id, topic, told) => {
    const door = await TestDoor.open(setup);
    await leave(door, id, topic);
    await door.until(() => door.records.length > 0);
    expect(door.admitted()).toEqual([told]);
  });

  it('is not told when it says goodbye', async () => {
    const door = await TestDoor.open(setup);
    const will = { topic: 'posko/64.08/hp-07/status', payload: Buffer.from('{}') };
    await (await door.connect('hp-07', { will })).endAsync();
    await (await door.connect('hp-07')).publishAsync('posko/64.08/hp-07/fix', 'x', { qos: 1 });
    expect(await door.untilAdmitted(1)).toEqual(['hp-07 native_fix x']);
  });

  it('is told before what the connection that takes over says', async () => {
    const door = await TestDoor.open(setup);
    const will = { topic: 'posko/64.08/hp-07/status', payload: Buffer.from('gone') };
    await door.connect('hp-07', { will });
    const next = await door.connect('hp-07');
    await next.publishAsync('posko/64.08/hp-07/status', 'here', { qos: 1 });
    expect(await door.untilAdmitted(2)).toEqual([
      'hp-07 native_status gone',
      'hp-07 native_status here',
    ]);
  });

  it.each([
    ['hp-07', 'posko/64.08/hp-07/sos', 'will_refused', /belongs on posko/],
    ['hp-07', 'posko/64.08/hp-08/status', 'will_refused', /may publish to posko\/64.08\/hp-07/],
    ['hp-07', '$SYS/x', 'will_refused', /the broker's/],
    ['lora', 'posko/64.08/hp-08/status', 'will_refused', /does not speak for/],
  ] as const)('of %s on %s is taken off, and the client goes on', async (id, topic, reason, detail) => {
    const door = await TestDoor.open(setup);
    await leave(door, id, topic);
    expect((await door.untilCounted(reason)).detail).toMatch(detail);
    await (await door.connect('hp-07')).publishAsync('posko/64.08/hp-07/fix', 'x', { qos: 1 });
    expect(await door.untilAdmitted(1)).toEqual(['hp-07 native_fix x']);
  });

  it('that is too large is taken off', async () => {
    const door = await TestDoor.open({ ...setup, limits: { willBytes: 100 } });
    await leave(door, 'hp-07', 'posko/64.08/hp-07/status', 'x'.repeat(101));
    expect((await door.untilCounted('will_too_large')).detail).toMatch(
      /at most 100 bytes, and has 101/,
    );
  });
});

describe('limits', () => {
  it('connections of one address, and how fast they come', async () => {
    const door = await TestDoor.open({
      ...setup,
      limits: { connectionsPerAddress: 2, connectBurst: 4, connectsPerSecond: 1 },
    });
    const sockets = Array.from({ length: 3 }, () => connect(door.port, '127.0.0.1'));
    await once(sockets[2] ?? process, 'close');
    expect((await door.untilCounted('too_many_connections')).detail).toMatch(
      /connectionsPerAddress/,
    );
    const [one] = sockets;
    one?.destroy();
    for (let i = 0; i < 6; i++) {
      const socket = connect(door.port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.destroy();
      await once(socket, 'close');
    }
    expect((await door.untilCounted('connecting_too_fast')).detail).toMatch(/connectBurst/);
    for (const socket of sockets) socket.destroy();
    await door.until(() => door.report?.connections === 0);
  });

  it('a keepalive that is too long, or none, becomes the longest one', async () => {
    const door = await TestDoor.open({ ...setup, limits: { keepaliveSeconds: 1 } });
    const will = { topic: 'posko/64.08/hp-07/status', payload: Buffer.from('silent') };
    const silent = await door.connect('hp-07', { keepalive: 0, will });
    await ended(silent);
    await door.untilCounted('keepalive_timeout');
    expect(await door.untilAdmitted(1)).toEqual(['hp-07 native_status silent']);
  });

  it('messages that come too fast wait for their turn, and an SOS goes past them', async () => {
    const limits = { messageBurst: 5, messagesPerSecond: 10, inFlight: 64 };
    const door = await TestDoor.open({ ...setup, limits });
    const client = await door.connect('hp-07');
    const startMs = performance.now();
    const pings = Array.from({ length: 20 }, (_, i) =>
      client.publishAsync('posko/64.08/hp-07/fix', `${i}`, { qos: 1 }),
    );
    const sos = client.publishAsync('posko/64.08/hp-07/sos', 'help', { qos: 1 });
    await door.until(() => door.admitted().includes('hp-07 native_sos help'));
    await Promise.all([...pings, sos]);
    // 15 beyond the burst, ten a second
    expect(performance.now() - startMs).toBeGreaterThan(1_300);
    const admitted = await door.untilAdmitted(21);
    expect(admitted.indexOf('hp-07 native_sos help')).toBeLessThan(15);
    const fixes = admitted.filter((each) => each.includes('native_fix'));
    expect(fixes).toEqual(Array.from({ length: 20 }, (_, i) => `hp-07 native_fix ${i}`));
    expect(door.count('sending_too_fast')).toBe(0);
  });

  it('an SOS behind all that waits is heard and acknowledged at once', async () => {
    const limits = { messageBurst: 5, messagesPerSecond: 1, inFlight: 8 };
    const door = await TestDoor.open({ ...setup, limits });
    const client = await door.connect('hp-07');
    let acknowledged = 0;
    const done = (error?: Error | null): void => {
      if (!error) acknowledged += 1;
    };
    for (let i = 0; i < 100; i++) {
      client.publish('posko/64.08/hp-07/fix', `${i}`, { qos: 1 }, done);
    }
    await client.publishAsync('posko/64.08/hp-07/sos', 'help', { qos: 1 });
    expect(acknowledged).toBeLessThan(50);
    expect((await door.untilAdmitted(1)).indexOf('hp-07 native_sos help')).toBeLessThan(50);
    expect(door.count('too_many_in_flight')).toBe(0);
  });

  it('who goes on sending although too many wait is read no further, and ended after a while: its SOS was heard, and what was stored is acknowledged', async () => {
    const limits = { messageBurst: 5, messagesPerSecond: 1, inFlight: 8, keepaliveSeconds: 2 };
    const door = await TestDoor.open({ ...setup, limits });
    const client = await door.connect('hp-07', { keepalive: 0 });
    const other = await door.connect('hp-08');
    const closed = ended(client);
    let acknowledged = 0;
    client.on('packetreceive', ({ cmd }) => {
      if (cmd === 'puback') acknowledged += 1;
    });
    const payload = 'x'.repeat(500);
    // far more than is read
    for (let i = 0; i < 2_000; i++) client.publish('posko/64.08/hp-07/fix', payload, { qos: 1 });
    client.publish('posko/64.08/hp-07/sos', 'help', { qos: 0 });
    await other.publishAsync('posko/64.08/hp-08/fix', 'meanwhile', { qos: 1 });
    await closed;
    await door.untilCounted('too_many_in_flight');
    await door.until(() => door.admitted().includes('hp-07 native_sos help'));
    const stored = door.admitted().filter((each) => each.startsWith('hp-07 native_fix')).length;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(50);
    expect(acknowledged).toBe(stored);
  });

  it('SOS that come too fast are all stored, at the pace of messages', async () => {
    const limits = { messageBurst: 50, messagesPerSecond: 1_000 };
    const door = await TestDoor.open({ ...setup, limits });
    const client = await door.connect('hp-07');
    const startMs = performance.now();
    const one = publishPacket(0, 0, 'posko/64.08/hp-07/sos', '{"text":"help"}');
    client.stream.write(Buffer.concat(Array.from({ length: 3_000 }, () => one)));
    await door.untilAdmitted(3_000);
    // all but a burst and what was read at once
    expect(performance.now() - startMs).toBeGreaterThan(1_500);
    expect(client.connected).toBe(true);
  });

  it('a long message counts once for each KiB', async () => {
    const limits = { messageBurst: 10, messagesPerSecond: 1 };
    const door = await TestDoor.open({ ...setup, limits });
    const client = await door.connect('hp-07');
    const long = Buffer.alloc(60_000, 0x20);
    for (let i = 0; i < 5; i++) client.publish('posko/64.08/hp-07/fix', long, { qos: 1 });
    await client.publishAsync('posko/64.08/hp-07/sos', 'help', { qos: 1 });
    expect(door.admitted().filter((each) => each.includes('native_fix')).length).toBe(1);
  });

  it.each([
    ['SUBSCRIBE', 'subscribe'],
    ['UNSUBSCRIBE', 'unsubscribe'],
  ] as const)('one %s with thousands of filters ends its connection, and the SOS behind it is heard', async (_name, cmd) => {
    const door = await TestDoor.open(setup);
    const client = await door.connect('hp-07');
    const closed = ended(client);
    client.stream.write(
      Buffer.concat([
        publishPacket(0, 0, 'posko/64.08/hp-07/sos', 'before'),
        filterPacket(cmd, 8_000),
        publishPacket(0, 0, 'posko/64.08/hp-07/fix', 'unread'),
        publishPacket(1, 9, 'posko/64.08/hp-07/sos', 'behind'),
      ]),
    );
    await closed;
    await door.untilCounted('too_many_subscriptions');
    await door.until(() => door.admitted().length === 2);
    expect(door.admitted()).toEqual(['hp-07 native_sos before', 'hp-07 native_sos behind']);
  });

  it('coming again does not bring a new burst', async () => {
    const limits = { messageBurst: 5, messagesPerSecond: 1, inFlight: 64 };
    const door = await TestDoor.open({ ...setup, limits });
    for (let visit = 0; visit < 4; visit++) {
      const client = await door.connect('hp-07');
      for (let i = 0; i < 5; i++) client.publish('posko/64.08/hp-07/fix', 'x', { qos: 0 });
      await client.endAsync();
    }
    await door.untilCounted('sending_too_fast');
    // 20 were sent
    expect(door.admitted().length).toBeLessThan(20);
  });

  it('a flood of pings without a message ends its connection', async () => {
    const door = await TestDoor.open({
      ...setup,
      verify: async () => ({ isRight: true, retryAfterMs: undefined }),
    });
    const client = await door.connect('hp-07');
    const closed = ended(client);
    client.stream.write(Buffer.concat(Array.from({ length: 2_000 }, () => Buffer.from([0xc0, 0]))));
    await closed;
    expect((await door.untilCounted('sending_too_fast')).detail).toMatch(/pings/);
  });
});

describe('who is in contact', () => {
  it('is told when it comes and goes, and not in between', async () => {
    const door = await TestDoor.open(setup);
    const client = await door.connect('hp-07');
    await door.until(() => door.contacts.length === 1);
    for (let i = 0; i < 5; i++) await client.publishAsync('posko/64.08/hp-07/fix', 'x', { qos: 1 });
    await door.connect('lora');
    await client.endAsync();
    await door.until(() => door.contacts.length === 2);
    expect(door.contacts).toEqual([
      { trackerId: 'hp-07', atMs: expect.any(Number), isConnected: true },
      { trackerId: 'hp-07', atMs: expect.any(Number), isConnected: false },
    ]);
    expect(Math.abs((door.contacts[1]?.atMs ?? 0) - Date.now())).toBeLessThan(10_000);
  });
});

describe('devices with their default settings', () => {
  it('OwnTracks for Android connects, subscribes, publishes and goes', async () => {
    const door = await TestDoor.open(setup);
    const topic = 'owntracks/hp-07/phone';
    const client = await door.connect('hp-07', {
      clientId: 'hp07phone',
      clean: false,
      keepalive: 3_600,
      will: {
        topic,
        payload: Buffer.from('{"_type":"lwt","tst":1732666503}'),
        qos: 0,
        retain: false,
      },
    });
    const granted = await Promise.all(
      ['owntracks/+/+', 'owntracks/+/+/event', 'owntracks/+/+/info', `${topic}/cmd`].map((filter) =>
        client.subscribeAsync(filter, { qos: 1 }).then(
          () => 'granted',
          () => 'refused',
        ),
      ),
    );
    expect(granted).toEqual(['refused', 'refused', 'refused', 'granted']);
    await client.publishAsync(topic, '{"_type":"location"}', { qos: 1, retain: true });
    client.stream.destroy();
    await door.until(() => door.records.length === 2);
    expect(door.admitted()).toEqual([
      'hp-07 owntracks {"_type":"location"}',
      'hp-07 owntracks {"_type":"lwt","tst":1732666503}',
    ]);
  });
});

describe('messages that come another way than by MQTT', () => {
  let door: TestDoor;
  beforeAll(async () => {
    door = await TestDoor.openForAll(setup);
  });
  afterAll(() => door.close());

  const message = {
    door: 'http' as const,
    address: '192.0.2.7',
    trackerId: 'hp-07',
    codec: 'osmand' as const,
    payload: Buffer.from('id=hp-07&lat=0.5&lon=117.5'),
    isSentAgain: false,
  };
  const as = (id: string, secret = trackerSecret(id)) => ({ credentials: { id, secret } });
  const without = { credentials: undefined };

  it.each([
    ['its tracker', { ...message, ...as('hp-07') }],
    ['a gateway that speaks for it', { ...message, ...as('lora') }],
    ['a weak tracker', { ...message, ...without, trackerId: 'weak-1' }],
    [
      'a weak tracker in its network',
      { ...message, ...without, trackerId: 'weak-2', address: '10.1.2.3' },
    ],
    [
      'a weak tracker in its network, mapped',
      { ...message, ...without, trackerId: 'weak-2', address: '::ffff:10.1.2.3' },
    ],
    [
      'a weak tracker in its other network',
      { ...message, ...without, trackerId: 'weak-2', address: '2001:db8::1' },
    ],
    ['somebody who sends it again', { ...message, ...without, isSentAgain: true }],
  ])('are stored from %s', async (_who, submission) => {
    const from = door.records.length;
    expect(await door.ingest.submit(submission)).toEqual({ outcome: 'stored' });
    await door.until(() => door.records.length === from + 1);
    expect(door.records[from]).toMatchObject({ trackerId: submission.trackerId, codec: 'osmand' });
  });

  it.each([
    ['a wrong secret', { ...message, ...as('hp-07', 'wrong') }, 'bad_credentials'],
    ['another tracker', { ...message, ...as('hp-08') }, 'topic_refused'],
    ['a gateway of others', { ...message, ...as('lora'), trackerId: 'hp-08' }, 'topic_refused'],
    ['somebody unknown', { ...message, ...as('ghost'), trackerId: 'ghost' }, 'unknown_tracker'],
    [
      'somebody unknown without a secret',
      { ...message, ...without, trackerId: 'ghost' },
      'unknown_tracker',
    ],
    ['a tracker that must show its secret', { ...message, ...without }, 'bad_credentials'],
    [
      'a weak tracker elsewhere',
      { ...message, ...without, trackerId: 'weak-2' },
      'weak_identity_refused',
    ],
    [
      'a gateway whose topics have no SOS',
      { ...message, ...as('lora'), payload: Buffer.from('id=hp-07&alarm=sos') },
      'topic_refused',
    ],
    [
      'too much at once',
      { ...message, ...as('hp-07'), payload: Buffer.alloc(65_537) },
      'packet_too_large',
    ],
  ] as const)('are refused from %s, and counted', async (_who, submission, reason) => {
    const before = door.count(reason);
    expect(await door.ingest.submit(submission)).toMatchObject({ outcome: 'refused', reason });
    const { detail, address } = await door.untilCounted(reason, before + 1);
    expect(address).toBe(submission.address);
    expect(detail.length).toBeGreaterThan(20);
  });

  it('are refused when they come too fast, with the time to wait; an alarm is not', async () => {
    const limits = { messageBurst: 3, messagesPerSecond: 0.001 };
    const door = await TestDoor.open({ ...setup, limits });
    const ping = { ...message, ...as('hp-07') };
    const outcomes = [];
    for (let i = 0; i < 4; i++) outcomes.push(await door.ingest.submit(ping));
    expect(outcomes.slice(0, 3)).toEqual(Array(3).fill({ outcome: 'stored' }));
    expect(outcomes[3]).toMatchObject({ outcome: 'refused', reason: 'sending_too_fast' });
    const [, , , last] = outcomes;
    const waitMs = last?.outcome === 'refused' ? last.retryAfterMs : undefined;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(1_000_000);
    const alarm = { ...ping, payload: Buffer.from('id=hp-07&alarm=sos') };
    const sos = { ...ping, codec: 'native_sos' as const, payload: Buffer.from('{}') };
    expect(await door.ingest.submit(alarm)).toEqual({ outcome: 'stored' });
    expect(await door.ingest.submit(sos)).toEqual({ outcome: 'stored' });
    for (const payload of ['id=hp-07&alarm=none', '{"location":{"extras":{"alarm":"sosis"}}}']) {
      expect(await door.ingest.submit({ ...ping, payload: Buffer.from(payload) })).toMatchObject({
        outcome: 'refused',
        reason: 'sending_too_fast',
      });
    }
    // as its decoder reads it
    const written = { ...ping, payload: Buffer.from('id=hp-07&%61larm=SOS') };
    expect(await door.ingest.submit(written)).toEqual({ outcome: 'stored' });
    expect(await door.ingest.submit(written)).toMatchObject({ reason: 'sending_too_fast' });
    // the same tracker by another way has no other limit
    const client = await door.connect('hp-07');
    client.publish('posko/64.08/hp-07/fix', 'x', { qos: 0 });
    await delay(20);
    expect(door.admitted().filter((each) => each.includes('native_fix'))).toEqual([]);
  });

  it('tell the waiting room who is unknown', async () => {
    await door.ingest.submit({ ...message, ...without, trackerId: 'ghost-3' });
    await door.until(() => door.unknown.some(({ id }) => id === 'ghost-3'));
    expect(door.unknown.at(-1)).toMatchObject({
      id: 'ghost-3',
      address: '192.0.2.7',
      door: 'http',
    });
  });

  it('are not stored when the door is closed', async () => {
    const door = await TestDoor.open(setup);
    await door.ingest.close();
    expect(await door.ingest.submit({ ...message, ...as('hp-07') })).toEqual({
      outcome: 'not_stored',
    });
    expect(await door.ingest.reloadTls()).toBe('the door is closed');
  });
});

const fixes = JSON.stringify(Array.from({ length: 1_000 }, () => ({ fixedAt: 1, lon: 1, lat: 1 })));
const ofFlooder = (leaf: string, payload: string): Buffer =>
  publishPacket(0, 0, `posko/64.08/hp-07/${leaf}`, payload);

it.each([
  // what is let in at once, and what one read of the socket holds beyond it
  ['messages', ofFlooder('fix', 'x'), 600],
  ['arrays', ofFlooder('fix', fixes), 20],
  ['SOS', ofFlooder('sos', ''), 1_300],
  ['SOS with text', ofFlooder('sos', `{"text":"${'x'.repeat(5_000)}"}`), 200],
  ['pings', Buffer.from([0xc0, 0]), 0],
  ['SUBSCRIBE', filterPacket('subscribe', 64), 0],
  ['long SUBSCRIBE', filterPacket('subscribe', 8_000), 0],
  ['UNSUBSCRIBE', filterPacket('unsubscribe', 64), 0],
])('who floods with %s costs itself, and the pings of others are acknowledged meanwhile', async (_what, one, atOnce) => {
  const door = await TestDoor.open({ trackers });
  const calm = await door.connect('hp-08');
  const block = Buffer.concat(Array.from({ length: Math.ceil(200_000 / one.length) }, () => one));
  const startMs = performance.now();
  const over = Promise.withResolvers<void>();
  let [isFlooding, written] = [true, 0];
  const flood = async (): Promise<void> => {
    while (isFlooding) {
      const client = await door.connect('hp-07');
      const closed = ended(client);
      while (isFlooding && client.connected) {
        written += block.length;
        const drained = new Promise<void>((resolve) => {
          if (client.stream.write(block)) resolve();
          else client.stream.once('drain', resolve);
        });
        await Promise.race([drained, closed, over.promise]);
      }
      client.end(true);
    }
  };
  const flooding = flood();
  for (let i = 0; i < 50; i++) {
    await calm.publishAsync('posko/64.08/hp-08/fix', `${i}`, { qos: 1 });
  }
  isFlooding = false;
  over.resolve();
  await flooding;
  const most = atOnce + (20 * (performance.now() - startMs)) / 1_000;
  const admitted = door.admitted();
  expect(admitted.filter((each) => each.startsWith('hp-08'))).toHaveLength(50);
  expect(admitted.length - 50).toBeLessThanOrEqual(most);
  expect(written).toBeGreaterThanOrEqual(block.length);
});

it('raw clients that never introduce themselves well are refused by their first packet', async () => {
  const door = await TestDoor.open(setup);
  const socket = connect(door.port, '127.0.0.1');
  const answer = vi.fn();
  socket.on('data', answer);
  socket.write(connectPacket('hp-07'));
  await once(socket, 'close');
  expect(answer).toHaveBeenCalledWith(Buffer.from([0x20, 2, 0, 4]));
});
