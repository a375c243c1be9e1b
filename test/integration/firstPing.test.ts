import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { generate } from 'mqtt-packet';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Health } from '../../server/domain/health.ts';
import { liveSubprotocol } from '../../server/domain/liveMessage.ts';
import { asOperator, healthOf } from '../fixtures/operator.ts';
import { asTracker, trackerSecret } from '../fixtures/trackerSecret.ts';
import { LiveScreen } from './fixtures/liveScreen.ts';
import { runPosko, stopPosko, type TestPosko } from './fixtures/runningPosko.ts';

const run = promisify(execFile);
const hasMosquitto = await run('mosquitto_pub', ['--help']).then(
  () => true,
  (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
);

let posko: TestPosko;
const clients: MqttClient[] = [];
const screens: LiveScreen[] = [];

beforeAll(async () => {
  posko = await runPosko(['hp-01', 'hp-02', 'hp-03']);
});
afterAll(async () => {
  await stopPosko(posko);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  await Promise.all(screens.splice(0).map((screen) => screen.close()));
});

async function tracker(id: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(posko.mqtt, {
    reconnectPeriod: 0,
    ...asTracker(id),
    ...options,
  });
  clients.push(client);
  return client;
}
async function screen(): Promise<LiveScreen> {
  const opened = await LiveScreen.open(posko.http);
  screens.push(opened);
  return opened;
}
async function health(): Promise<Health> {
  return healthOf(posko.http);
}
/** Asks for the health until it holds, some ten times a second. */
async function untilHealth(holds: (health: Health) => boolean): Promise<Health> {
  for (;;) {
    const now = await health();
    if (holds(now)) return now;
    await setTimeout(100);
  }
}
/** Waits until the server has counted a reason this often; the door reports once a second. */
const untilSetAside = (reason: keyof Health['setAside'], count: number): Promise<Health> =>
  untilHealth(({ setAside }) => (setAside[reason]?.count ?? 0) >= count);
async function setAsideCount(reason: keyof Health['setAside']): Promise<number> {
  return (await health()).setAside[reason]?.count ?? 0;
}

// each ping needs a place and a time of its own, so that tests do not take one another's for theirs;
// whole seconds, as OwnTracks has no others
const startedAt = Math.ceil(Date.now() / 1000) * 1000;
let pings = 0;
function nextPlace(): { lon: number; lat: number; fixedAt: number } {
  pings += 1;
  return { lon: 117.5 + pings / 10_000, lat: 0.5, fixedAt: startedAt + pings * 1000 };
}
const nativeFix = (place: ReturnType<typeof nextPlace>): string => JSON.stringify(place);
const ownTracks = ({ lon, lat, fixedAt }: ReturnType<typeof nextPlace>): string =>
  JSON.stringify({
    _type: 'location',
    tst: fixedAt / 1000,
    lat,
    lon,
    acc: 12,
    alt: 21,
    batt: 78,
    bs: 1,
    cog: 93,
    conn: 'w',
    m: 1,
    t: 'u',
    tid: '01',
    vac: 4,
    vel: 36,
    topic: 'owntracks/hp-01/phone',
  });

describe('one ping from a tracker to the screen', () => {
  it.each([
    ['3.1', 3, 'MQIsdp'],
    ['3.1.1', 4, 'MQTT'],
  ] as const)('comes over MQTT %s with QoS 0, 1 and 2', async (_name, protocolVersion, protocolId) => {
    const [device, room] = [
      await tracker('hp-02', { protocolVersion, protocolId }),
      await screen(),
    ];
    for (const qos of [0, 1, 2] as const) {
      const place = nextPlace();
      await device.publishAsync('posko/64.08/hp-02/fix', nativeFix(place), { qos });
      await room.untilAt('hp-02', place.lon, place.lat);
    }
  });

  it('comes as OwnTracks sends it, and is in the answer of the REST interface', async () => {
    const [device, room] = [
      await tracker('hp-01', { clean: false, clientId: 'OwnTracks-hp-01' }),
      await screen(),
    ];
    const place = nextPlace();
    await device.publishAsync('owntracks/hp-01/phone', ownTracks(place), { qos: 1, retain: true });
    await room.untilAt('hp-01', place.lon, place.lat);
    const details = await (
      await fetch(`${posko.http}/api/v1/units/hp-01`, { headers: asOperator })
    ).json();
    expect(details).toMatchObject({
      unit: { id: 'hp-01', callsign: 'HP-01', kind: 'handheld', agency: 'polri', region: '64.08' },
      trackerId: 'hp-01',
      position: { lon: place.lon, lat: place.lat, accuracyM: 12, speedMps: 10, batteryPct: 78 },
    });
  });

  it.skipIf(!hasMosquitto && process.env['CI'] !== 'true')(
    `comes from mosquitto_pub, which nobody here wrote${hasMosquitto ? '' : ' (skipped: mosquitto-clients is not installed)'}`,
    async () => {
      const room = await screen();
      for (const qos of ['0', '1', '2']) {
        for (const version of ['mqttv31', 'mqttv311']) {
          const place = nextPlace();
          const message = ['-t', 'owntracks/hp-01/phone', '-m', ownTracks(place)];
          await run('mosquitto_pub', [
            '-p',
            `${posko.mqttPort}`,
            '-u',
            'hp-01',
            '-P',
            trackerSecret('hp-01'),
            '-q',
            qos,
            '-V',
            version,
            ...message,
          ]);
          await room.untilAt('hp-01', place.lon, place.lat);
        }
      }
    },
  );

  it('is stored once, whatever way and how often it comes', async () => {
    const before = (await health()).storage.written;
    const [device, room] = [await tracker('hp-03'), await screen()];
    const place = nextPlace();
    for (const qos of [1, 2, 1] as const) {
      await device.publishAsync('posko/64.08/hp-03/fix', nativeFix(place), { qos });
    }
    await room.untilAt('hp-03', place.lon, place.lat);
    const last = nextPlace();
    await device.publishAsync('posko/64.08/hp-03/fix', nativeFix(last), { qos: 1 });
    await room.untilAt('hp-03', last.lon, last.lat);
    const { storage } = await untilHealth((now) => now.storage.behind === 0);
    expect(storage.written - before).toBe(2);
  });

  it('does not move a unit back when it comes late', async () => {
    const [device, room] = [await tracker('hp-02'), await screen()];
    const place = nextPlace();
    const late = { ...nextPlace(), fixedAt: place.fixedAt - 60_000 };
    const delayed = (await health()).positions['delayed'] ?? 0;
    await device.publishAsync('posko/64.08/hp-02/fix', nativeFix(place), { qos: 1 });
    await device.publishAsync('posko/64.08/hp-02/fix', nativeFix(late), { qos: 1 });
    await room.untilAt('hp-02', place.lon, place.lat);
    const marker = nextPlace();
    const other = await tracker('hp-01');
    await other.publishAsync('posko/64.08/hp-01/fix', nativeFix(marker), { qos: 1 });
    await room.untilAt('hp-01', marker.lon, marker.lat);
    expect((await health()).positions['delayed']).toBe(delayed + 1);
    expect(room.placeOf('hp-02')).toEqual({ lon: place.lon, lat: place.lat });
  });
});

/** Sends one PUBLISH of ten million bytes from a buffer of 64 KiB, until the other side has had enough. */
async function sendTenMegabytes(secret: string): Promise<void> {
  const socket = connect(posko.mqttPort, '127.0.0.1');
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  // the write that meets the closed connection is reset
  socket.on('error', () => undefined);
  const [clientId, password] = ['b', Buffer.from(secret)];
  socket.write(generate({ cmd: 'connect', clientId, clean: true, username: 'hp-01', password }));
  await once(socket, 'data');
  // the first bytes of PUBLISH
  socket.write(Buffer.from('3280ade204', 'hex'));
  const chunk = Buffer.alloc(65_536);
  for (let sent = 0; sent < 10_000_000 && !socket.destroyed; sent += chunk.length) {
    if (!socket.write(chunk))
      await Promise.race([closed, once(socket, 'drain').catch(() => undefined)]);
  }
  await closed;
}

describe('bad input', () => {
  it.each([
    ['malformed JSON', '{"fixedAt":', 'not_json'],
    ['a missing place', '{"fixedAt":1732666503000}', 'missing_field'],
    ['NaN', '{"fixedAt":1732666503000,"lon":NaN,"lat":0}', 'not_json'],
    ['latitude 91', '{"fixedAt":1732666503000,"lon":117,"lat":91}', 'out_of_range'],
    ['(0, 0)', () => `{"fixedAt":${Date.now()},"lon":0,"lat":0}`, 'null_island'],
    ['the year 1970', '{"fixedAt":1000,"lon":117,"lat":0.5}', 'clock_behind'],
    ['nothing at all', '', 'not_json'],
  ] as const)('%s is acknowledged, set aside and counted; the next ping passes', async (_what, payload, reason) => {
    const before = await setAsideCount(reason);
    const [device, room] = [await tracker('hp-02'), await screen()];
    const text = typeof payload === 'function' ? payload() : payload;
    await device.publishAsync('posko/64.08/hp-02/fix', text, { qos: 1 });
    const place = nextPlace();
    await device.publishAsync('posko/64.08/hp-02/fix', nativeFix(place), { qos: 1 });
    await room.untilAt('hp-02', place.lon, place.lat);
    const { setAside } = await health();
    expect(setAside[reason]).toMatchObject({ count: before + 1, last: { trackerId: 'hp-02' } });
  });

  it.each([
    ['a topic that belongs to nobody', 'weather/sangatta', 'unknown_topic'],
    ['another tracker', 'posko/64.08/hp-01/fix', 'topic_refused'],
    ['the right tracker in the wrong region', 'posko/62.07/hp-02/fix', 'wrong_region'],
    ['what OwnTracks says beside places', 'owntracks/hp-02/phone/event', 'topic_not_supported'],
    ['what Posko tells others', 'posko/64.08/out/alarm', 'topic_refused'],
    ['the topics of the broker itself', '$SYS/broker/uptime', 'topic_refused'],
  ] as const)('%s is set aside and counted; the connection stays', async (_what, topic, reason) => {
    const before = await setAsideCount(reason);
    const [device, room] = [await tracker('hp-02'), await screen()];
    await device.publishAsync(topic, '{}', { qos: 1 });
    const place = nextPlace();
    await device.publishAsync('posko/64.08/hp-02/fix', nativeFix(place), { qos: 1 });
    await room.untilAt('hp-02', place.lon, place.lat);
    await untilSetAside(reason, before + 1);
  });

  it.each([
    ['of a tracker', trackerSecret('hp-01'), 'packet_too_large'],
    ['of somebody whose secret is wrong', 'wrong', 'bad_credentials'],
  ] as const)('ten megabytes %s end the connection, and memory does not grow', async (_whose, secret, reason) => {
    const other = await tracker('hp-02');
    const room = await screen();
    const before = await setAsideCount(reason);
    const rssBefore = process.memoryUsage().rss;
    // wrong secrets soon have to wait
    const rounds = reason === 'packet_too_large' ? 20 : 3;
    for (let i = 0; i < rounds; i++) await sendTenMegabytes(secret);
    await untilSetAside(reason, before + rounds);
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(100_000_000);
    const place = nextPlace();
    await other.publishAsync('posko/64.08/hp-02/fix', nativeFix(place), { qos: 1 });
    await room.untilAt('hp-02', place.lon, place.lat);
  });

  it('a stream that is not MQTT is cut off', async () => {
    const before = await setAsideCount('bad_packet');
    for (const bytes of ['GET / HTTP/1.1\r\nHost: posko\r\n\r\n', '\xff\xff\xff\xff\xff\xff']) {
      const socket: Socket = connect(posko.mqttPort, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(Buffer.from(bytes, 'latin1'));
      await once(socket, 'close');
    }
    const counted = await untilSetAside('bad_packet', before + 1);
    expect(counted.status).toBe('ready');
  });

  it('an MQTT 5 client is told so by the code of its own protocol', async () => {
    await expect(tracker('hp-02', { protocolVersion: 5 })).rejects.toMatchObject({ code: 0x84 });
    await untilSetAside('unsupported_protocol_version', 1);
  });

  it('a subscription is refused with 0x80 and the client may go on', async () => {
    const [device, room] = [await tracker('hp-01'), await screen()];
    const place = nextPlace();
    const granted = await device.subscribeAsync('#').catch((error: unknown) => error);
    expect(String(granted)).toMatch(/error|unspecified/i);
    await device.publishAsync('owntracks/hp-01/phone', ownTracks(place), { qos: 1 });
    await room.untilAt('hp-01', place.lon, place.lat);
  });

  it.each([
    ['text', 'hello', 1008],
    ['bytes', Buffer.from([1, 2, 3]), 1003],
    ['more than a screen may say', 'x'.repeat(5_000), 1009],
  ])('a live socket that sends %s is closed; other screens go on', async (_what, data, code) => {
    const [bad, good, device] = [await screen(), await screen(), await tracker('hp-02')];
    const closed = once(bad.socket, 'close');
    bad.socket.send(data);
    expect((await closed)[0]).toBe(code);
    const place = nextPlace();
    await device.publishAsync('posko/64.08/hp-02/fix', nativeFix(place), { qos: 1 });
    await good.untilAt('hp-02', place.lon, place.lat);
  });

  it.each([
    ['asks for no subprotocol', undefined, {}, 400],
    ['belongs to a page of another site', liveSubprotocol, { origin: 'https://evil.example' }, 403],
    ['comes under a name that is not this machine', liveSubprotocol, { host: 'evil.example' }, 421],
  ])('a live socket that %s is refused', async (_what, subprotocol, headers, status) => {
    const url = `${posko.http.replace('http', 'ws')}/api/v1/live`;
    const socket = new WebSocket(url, subprotocol ?? [], {
      headers: { ...asOperator, ...headers },
    });
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain(`${status}`);
  });
});

describe('upgrades that no browser asks for', () => {
  /** Sends a request to upgrade as it is written, and returns the first line of the answer. */
  async function upgrade(target: string, headers = ''): Promise<string> {
    const socket = connect(posko.httpPort, '127.0.0.1');
    const host = `127.0.0.1:${posko.httpPort}`;
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n`,
    );
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    await once(socket, 'close');
    return answer.split('\r\n')[0] ?? '';
  }

  it.each([
    '//',
    '/',
    '/api/v1/live/',
    'http://',
    '/api/v1/live%',
    '*',
    '/\\',
  ])('refuses %s and goes on', async (target) => {
    expect(await upgrade(target)).toMatch(/^HTTP\/1\.1 40/);
    expect((await health()).status).toBe('ready');
  });

  it('ends the connection of a refused one although its client keeps it open', async () => {
    const socket = connect({ port: posko.httpPort, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(
      'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    socket.resume();
    await once(socket, 'end');
    // the other side is gone: what is written now is reset
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    while (!socket.destroyed) {
      socket.write('x');
      await setTimeout(20);
    }
    await closed;
  });

  it('survives clients that reset the connection in the middle of the refusal', async () => {
    for (let i = 0; i < 200; i++) {
      const socket = connect(posko.httpPort, '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => undefined);
      socket.write(
        'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      );
      socket.resetAndDestroy();
    }
    expect((await health()).status).toBe('ready');
  });
});

describe('the live socket', () => {
  it('sends everything again when asked', async () => {
    const room = await screen();
    const frames = room.frames.length;
    room.socket.send('{"type":"resync"}');
    await room.until(() => room.frames.length > frames);
    expect(room.frames.at(-1)?.kind).toBe(1);
  });

  it('counts its frames without a gap', async () => {
    const [device, room] = [await tracker('hp-02'), await screen()];
    for (let i = 0; i < 3; i++) {
      const place = nextPlace();
      await device.publishAsync('posko/64.08/hp-02/fix', nativeFix(place), { qos: 1 });
      await room.untilAt('hp-02', place.lon, place.lat);
    }
    const sequences = room.frames.map(({ sequence }) => sequence);
    const first = sequences[0] ?? 0;
    expect(sequences).toEqual(sequences.map((_, i) => first + i));
  });
});

describe('the HTTP interface', () => {
  it('serves the map in ranges, under a name that changes with its content', async () => {
    const basemap = (await (
      await fetch(`${posko.http}/api/v1/basemap`, { headers: asOperator })
    ).json()) as { url: string };
    const part = await fetch(posko.http + basemap.url, {
      headers: { ...asOperator, range: 'bytes=0-6' },
    });
    expect(part.status).toBe(206);
    expect(await part.text()).toBe('PMTiles');
    expect(part.headers.get('content-range')).toMatch(/^bytes 0-6\/\d+$/);
    expect(part.headers.get('cache-control')).toContain('immutable');
    expect(
      (await fetch(`${posko.http}/basemap/000000000000.pmtiles`, { headers: asOperator })).status,
    ).toBe(404);
    expect(
      (await fetch(`${posko.http}/basemap/..%2f..%2fpackage.json`, { headers: asOperator })).status,
    ).toBe(404);
  });

  it('lists the units in pages', async () => {
    type Page = { units: { unit: { id: string } }[]; nextCursor: string | null };
    const read = async (query: string): Promise<Page> =>
      (
        await fetch(`${posko.http}/api/v1/units?${query}`, { headers: asOperator })
      ).json() as Promise<Page>;
    expect((await read('')).units).toHaveLength(3);
    const first = await read('limit=2');
    expect(first.units.map(({ unit }) => unit.id)).toEqual(['hp-01', 'hp-02']);
    const second = await read(`limit=2&cursor=${first.nextCursor}`);
    expect(second.units.map(({ unit }) => unit.id)).toEqual(['hp-03']);
    expect(second.nextCursor).toBeNull();
  });

  it.each([
    ['/api/v1/units/nobody', 404, 'unit_not_found'],
    ['/api/v1/units?limit=0', 400, 'bad_request'],
    ['/api/v1/units?cursor=x', 400, 'bad_request'],
    ['/nowhere', 404, 'not_found'],
    ['/api/v1/units/%ff', 400, 'bad_request'],
  ])('answers %s with a problem document', async (path, status, code) => {
    const answer = await fetch(posko.http + path, {
      headers: { ...asOperator, 'accept-language': 'en' },
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({
      status,
      code,
      title: expect.stringMatching(/[a-z]/),
    });
  });

  it('lets a page load nothing but itself', async () => {
    const page = await fetch(posko.http);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('answers under the addresses of this machine only', async () => {
    const ask = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const options = {
          port: posko.httpPort,
          path: '/api/v1/units',
          headers: { ...asOperator, host },
        };
        get(options, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).on('error', reject);
      });
    expect(await ask('evil.example')).toBe(421);
    expect(await ask('127.0.0.1.evil.example:8080')).toBe(421);
    expect(await ask('localhost:9000')).toBe(200);
    expect(await ask('[::1]:8080')).toBe(200);
  });

  it('says that it lives', async () => {
    expect((await fetch(`${posko.http}/health/live`)).status).toBe(200);
  });
});
