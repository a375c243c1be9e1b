import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Listener, OutMessage } from '../../server/domain/outMessage.ts';
import type { SecretCheck, SecretChecked } from '../../server/domain/submission.ts';
import { trackerSecret } from '../fixtures/trackerSecret.ts';
import { ended, TestDoor } from './fixtures/testDoor.ts';

const foreignClient = '/usr/bin/mosquitto_sub';
const foreignMissing = existsSync(foreignClient)
  ? undefined
  : 'mosquitto_sub is not installed (Debian: apt-get install mosquitto-clients)';
if (foreignMissing !== undefined) process.stderr.write(`skipped: ${foreignMissing}\n`);

const forever = Date.UTC(2999, 0);
const listeners: Readonly<Record<string, Omit<Listener, 'credential' | 'actor'>>> = {
  kutim: { alarms: ['64.08'], positions: ['64.08'], expiresAtMs: forever },
  district: { alarms: ['64.08.04'], positions: [], expiresAtMs: forever },
  all: { alarms: ['*'], positions: ['*'], expiresAtMs: forever },
  blind: { alarms: [], positions: ['64.08'], expiresAtMs: forever },
};

/** Tokens are the names of those whose they are. */
async function verify({ id, secret }: SecretCheck): Promise<SecretChecked> {
  const found = listeners[secret];
  if (id.startsWith('token') && found !== undefined) {
    const listener = { ...found, credential: `token:${secret}`, actor: `budi/${secret}` };
    return { isRight: true, retryAfterMs: undefined, listener };
  }
  const isRight = secret === trackerSecret(id);
  if (isRight || !id.startsWith('token')) return { isRight, retryAfterMs: undefined };
  return { isRight, retryAfterMs: undefined, listener: null };
}

function alarm(text: string, region = '64.08', regions: readonly string[] = [region]): OutMessage {
  return { kind: 'alarm', region, regions, payload: text };
}
function position(text: string, region = '64.08'): OutMessage {
  return { kind: 'position', region, regions: [region], payload: text };
}

let door: TestDoor;
beforeAll(async () => {
  door = await TestDoor.openForAll({ trackers: [{ id: 'hp-07' }, { id: 'token7' }], verify });
});
afterAll(() => door.close());

/** Listens as somebody, until the test ends. */
async function listen(
  who: string,
  options: IClientOptions = {},
  from: TestDoor = door,
): Promise<{ client: MqttClient; heard: string[]; until: (count: number) => Promise<string[]> }> {
  const client = await connectAsync(`mqtt://127.0.0.1:${from.port}`, {
    reconnectPeriod: 0,
    username: 'token',
    password: who,
    clientId: '',
    ...options,
  });
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  const heard: string[] = [];
  let wake = (): void => undefined;
  client.on('message', (topic, payload, { retain }) => {
    heard.push(`${topic} ${payload.toString()}${retain ? ' (retained)' : ''}`);
    wake();
  });
  const until = async (count: number): Promise<string[]> => {
    while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return heard;
  };
  return { client, heard, until };
}

/** QoS that was granted; 128: refused. */
async function granted(client: MqttClient, topic: string, qos: 0 | 1 | 2 = 1): Promise<number> {
  return new Promise((resolve) => {
    client.subscribe(topic, { qos }, (error, grants) => {
      resolve(error === null ? (grants?.[0]?.qos ?? -1) : 128);
    });
  });
}

describe('those who listen to what Posko tells others', () => {
  it.each([
    ['kutim', 'posko/64.08/out/#', 1],
    ['kutim', 'posko/64.08/out/+', 1],
    ['kutim', 'posko/64.08/out/alarm', 1],
    ['kutim', 'posko/64.08/out/position', 1],
    ['kutim', 'posko/64.08/out/anchor', 1],
    ['kutim', 'posko/64/out/alarm', 1],
    ['kutim', 'posko/64.72/out/alarm', 128],
    ['kutim', 'posko/+/out/alarm', 128],
    ['kutim', 'posko/64.08/hp-07/#', 128],
    ['kutim', 'posko/64.08/+/fix', 128],
    ['kutim', 'posko/64.08/#', 128],
    ['kutim', '#', 128],
    ['kutim', '$SYS/#', 128],
    ['kutim', 'posko/64.08/out/alarm/x', 128],
    ['kutim', 'posko/64.08/out', 128],
    ['district', 'posko/64.08/out/#', 1],
    ['district', 'posko/64.08/out/position', 128],
    ['blind', 'posko/64.08/out/#', 128],
    ['blind', 'posko/64.08/out/position', 1],
    ['all', 'posko/+/out/#', 1],
    ['all', 'posko/00/out/alarm', 1],
    ['all', '+/+/out/#', 128],
  ])('%s asks for %s and is answered %d', async (who, filter, code) => {
    const { client } = await listen(who);
    expect(await granted(client, filter)).toBe(code);
  });

  it('hear what their token lets them see and their filters ask for, each once', async () => {
    const [kutim, district, all, blind] = [
      await listen('kutim'),
      await listen('district'),
      await listen('all'),
      await listen('blind'),
    ];
    await kutim.client.subscribeAsync(['posko/64.08/out/#', 'posko/64.08/out/alarm'], { qos: 1 });
    await district.client.subscribeAsync('posko/64.08/out/#', { qos: 1 });
    await all.client.subscribeAsync('posko/+/out/alarm', { qos: 2 });
    await blind.client.subscribeAsync('posko/64.08/out/position', { qos: 0 });
    await door.ingest.publish([
      alarm('a'),
      alarm('b', '64.08', ['64.08.04']),
      alarm('c', '64.72'),
      alarm('d', '00', []),
      position('p'),
      alarm('end', '64.08', ['64.08.04']),
    ]);
    const inKutim = ['a', 'b', 'end'].map((text) => `posko/64.08/out/alarm ${text}`);
    // alarms come before positions where both wait
    expect((await kutim.until(4)).toSorted()).toEqual([...inKutim, 'posko/64.08/out/position p']);
    expect(await district.until(2)).toEqual([inKutim[1], inKutim[2]]);
    expect(await all.until(5)).toEqual([
      inKutim[0],
      inKutim[1],
      'posko/64.72/out/alarm c',
      'posko/00/out/alarm d',
      inKutim[2],
    ]);
    expect(await blind.until(1)).toEqual(['posko/64.08/out/position p']);
    expect(kutim.heard).toHaveLength(4);
  });

  it('hear nothing more of what they unsubscribed from', async () => {
    const { client, until, heard } = await listen('kutim');
    await client.subscribeAsync(['posko/64.08/out/alarm', 'posko/64.08/out/position']);
    await client.unsubscribeAsync('posko/64.08/out/position');
    await door.ingest.publish([position('p'), alarm('a')]);
    await until(1);
    expect(heard).toEqual(['posko/64.08/out/alarm a']);
  });

  it('get the newest anchor when they come, marked as kept, and later ones unmarked', async () => {
    const anchor = (text: string): OutMessage => ({ ...alarm(text), kind: 'anchor' });
    await door.ingest.publish([anchor('1'), anchor('2')]);
    const { client, until } = await listen('kutim');
    await client.subscribeAsync('posko/64.08/out/#', { qos: 1 });
    await until(1);
    await door.ingest.publish([anchor('3')]);
    expect(await until(2)).toEqual([
      'posko/64.08/out/anchor 2 (retained)',
      'posko/64.08/out/anchor 3',
    ]);
  });

  it('get thousands of alarms in their order, each acknowledged', async () => {
    const { client, until } = await listen('kutim');
    await client.subscribeAsync('posko/64.08/out/alarm', { qos: 1 });
    const numbers = Array.from({ length: 5_000 }, (_, at) => String(at));
    for (let at = 0; at < numbers.length; at += 500) {
      await door.ingest.publish(numbers.slice(at, at + 500).map((text) => alarm(text)));
      await until(at + 500);
    }
    expect((await until(5_000)).map((each) => each.split(' ')[1])).toEqual(numbers);
  });

  it('publish nothing, and leave nothing behind', async () => {
    const before = door.count('topic_refused');
    const { client } = await listen('all', {
      will: {
        topic: 'posko/64.08/hp-07/status',
        payload: Buffer.from('{"online":false}'),
        qos: 1,
        retain: true,
      },
    });
    await client.publishAsync('posko/64.08/out/alarm', 'forged', { qos: 1 });
    await client.publishAsync('posko/64.08/hp-07/fix', 'forged', { qos: 1 });
    await client.publishAsync('posko/64.08/hp-07/sos', 'forged', { qos: 1 });
    await door.untilCounted('topic_refused', before + 3);
    await door.untilCounted('will_refused');
    client.stream.destroy();
    expect(door.admitted()).toEqual([]);
  });

  it('are refused with a token that is none, and without a clean session, and hear why', async () => {
    const before = door.count('subscription_refused');
    await expect(listen('nobody')).rejects.toMatchObject({ code: 4 });
    expect((await door.untilCounted('bad_credentials')).detail).toMatch(/"token" is none/);
    await expect(listen('all', { clean: false, clientId: 'x' })).rejects.toMatchObject({ code: 5 });
    const { detail } = await door.untilCounted('subscription_refused', before + 1);
    expect(detail).toMatch(/"budi\/all" asks for a session that lasts/);
  });

  it('are told from a tracker whose id begins with the same word', async () => {
    const client = await door.connect('token7');
    await client.publishAsync('posko/64.08/token7/fix', 'x', { qos: 1 });
    expect(await door.untilAdmitted(1)).toEqual(['token7 native_fix x']);
    expect(await granted(client, 'posko/64.08/out/alarm')).toBe(128);
  });

  it('are ended when their token is revoked, and others are not', async () => {
    const [one, other] = [await listen('kutim'), await listen('all')];
    const gone = ended(one.client);
    door.ingest.endListeners(['token:kutim', 'token:unknown']);
    await gone;
    await other.client.subscribeAsync('posko/64.08/out/alarm');
    await door.ingest.publish([alarm('still')]);
    expect(await other.until(1)).toEqual(['posko/64.08/out/alarm still']);
  });

  it('are ended when their token expires', async () => {
    const soon = await TestDoor.open({
      trackers: [],
      verify: async () => ({
        isRight: true,
        retryAfterMs: undefined,
        listener: {
          ...{ credential: 'token:1', actor: 'budi/soon', alarms: ['*'], positions: ['*'] },
          expiresAtMs: Date.now() + 500,
        },
      }),
    });
    const { client } = await listen('soon', {}, soon);
    await ended(client);
    expect((await soon.untilCounted('bad_credentials')).detail).toMatch(/expired/);
  });

  it('are a hundred at most', async () => {
    const full = await TestDoor.open({ trackers: [], verify });
    await Promise.all(Array.from({ length: 100 }, () => listen('kutim', {}, full)));
    await expect(listen('kutim', {}, full)).rejects.toMatchObject({ code: 3 });
    expect((await full.untilCounted('too_many_connections')).detail).toMatch(/100 listen/);
    await full.until(() => full.report?.out.listeners === 100);
  });

  it('cost no memory and nobody else when they do not read', async () => {
    const bounded = await TestDoor.open({ trackers: [], verify });
    const deaf = connect(bounded.port, '127.0.0.1');
    onTestFinished(() => {
      deaf.destroy();
    });
    deaf.write(
      generate({
        cmd: 'connect',
        clientId: 'deaf',
        username: 'token',
        password: Buffer.from('all'),
      }),
    );
    await once(deaf, 'data');
    deaf.write(
      generate({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: 'posko/+/out/#', qos: 1 }],
      }),
    );
    await once(deaf, 'data');
    deaf.pause();
    const other = await listen('all', {}, bounded);
    await other.client.subscribeAsync('posko/+/out/alarm', { qos: 1 });
    const long = 'x'.repeat(10_000);
    for (let at = 0; at < 3_000; at += 100) {
      await bounded.ingest.publish(Array.from({ length: 100 }, () => alarm(long)));
      await other.until(at + 100);
    }
    await bounded.until(() => (bounded.report?.out.dropped ?? 0) > 0);
    expect(bounded.report?.out.waiting).toBeLessThanOrEqual(1_000);
    expect(other.heard).toHaveLength(3_000);
  });
});

describe.skipIf(foreignMissing !== undefined)('mosquitto_sub', () => {
  /** Runs it until it ends by itself. */
  function subscribe(...options: readonly string[]) {
    const child = spawn(foreignClient, ['-h', '127.0.0.1', '-p', String(door.port), ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => {
      child.kill();
    });
    const lines: string[] = [];
    const reading = createInterface({ input: child.stdout });
    reading.on('line', (line) => lines.push(line));
    return { child, lines, reading, closed: once(child, 'close') };
  }

  it('hears alarms by QoS 1 with a token as its password', async () => {
    await door.ingest.publish([{ ...alarm('{"day":"2024-11-26"}'), kind: 'anchor' }]);
    const { lines, reading, closed } = subscribe(
      ...['-u', 'token', '-P', 'kutim', '-q', '1', '-C', '3', '-v', '-t', 'posko/64.08/out/#'],
    );
    // what is kept comes as soon as it is subscribed
    await once(reading, 'line');
    await door.ingest.publish([alarm('{"kind":"raised"}'), alarm('{"kind":"closed"}')]);
    await closed;
    expect(lines).toEqual([
      'posko/64.08/out/anchor {"day":"2024-11-26"}',
      'posko/64.08/out/alarm {"kind":"raised"}',
      'posko/64.08/out/alarm {"kind":"closed"}',
    ]);
  });

  it('is refused what it may not hear', async () => {
    const { closed, child } = subscribe(
      '-u',
      'token',
      '-P',
      'kutim',
      '-t',
      'posko/64.72/out/alarm',
      '-W',
      '20',
    );
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await closed;
    expect(said).toMatch(/subscription requests were denied/i);
  });
});
