import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asOperator } from '../../fixtures/operator.ts';
import { asTracker, trackerSecret } from '../../fixtures/trackerSecret.ts';
import { runPosko, stopPosko, type TestPosko } from '../fixtures/runningPosko.ts';

/* Devices that send by HTTP, from the request to the map and the dead letters, over a whole server. */

let posko: TestPosko;
beforeAll(async () => {
  posko = await runPosko([
    ...['hp-fix', 'hp-owntracks', 'hp-query', 'hp-json', 'hp-other'],
    ...['hp-v8', 'hp-v9', 'hp-both'],
  ]);
}, 60_000);
afterAll(() => stopPosko(posko));

const basic = (id: string, secret = trackerSecret(id)): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

type Sent = { status: number; text: string };
async function send(path: string, init: RequestInit = {}): Promise<Sent> {
  const answer = await fetch(`${posko.http}${path}`, init);
  return { status: answer.status, text: await answer.text() };
}
const post = (path: string, headers: Record<string, string>, body: string): Promise<Sent> =>
  send(path, { method: 'POST', headers, body });

/** What the operator is answered. */
async function ask(path: string, method = 'GET', body?: object): Promise<unknown> {
  const answer = await fetch(`${posko.http}/api/v1${path}`, {
    method,
    headers: {
      ...asOperator,
      'x-posko-request': '1',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return answer.json();
}

/** Asks again until the answer is as wanted: other threads come to it a moment later. */
async function askUntil<Wanted>(
  path: string,
  wanted: (answer: unknown) => Wanted | undefined,
): Promise<Wanted> {
  for (;;) {
    const found = wanted(await ask(path));
    if (found !== undefined) return found;
    await delay(20);
  }
}

const untilAt = (unitId: string, lon: number): Promise<unknown> =>
  askUntil(`/units/${unitId}`, (unit) => {
    const { position } = unit as { position: { lon: number } | null };
    return position?.lon === lon ? position : undefined;
  });

type DeadLetter = {
  key: number;
  trackerId: string | null;
  reason: string;
  topic: string | null;
  address: string | null;
};
const deadLetter = (wanted: (each: DeadLetter) => boolean): Promise<DeadLetter> =>
  askUntil('/deadletters', (answer) =>
    (answer as { deadLetters: DeadLetter[] }).deadLetters.find(wanted),
  );

type Waiting = { readonly id: string; readonly secretVersion: number | null };

describe('a device that sends by HTTP', () => {
  it('is on the map, whichever of the ways it takes', async () => {
    const now = Date.now();
    const fix = { fixedAt: now, lon: 117.51, lat: 0.5 };
    const sent = await post('/in/fix', basic('hp-fix'), JSON.stringify([fix]));
    expect(sent).toEqual({ status: 200, text: '{"status":"stored"}' });
    const location = { _type: 'location', tst: Math.floor(now / 1_000), lon: 117.52, lat: 0.5 };
    const headers = { ...basic('hp-owntracks'), 'x-limit-u': 'hp-owntracks', 'x-limit-d': 'phone' };
    expect(await post('/in/owntracks', headers, JSON.stringify(location))).toEqual({
      status: 200,
      text: '[]',
    });
    const query = `timestamp=${Math.floor(now / 1_000)}&lat=0.5&lon=117.53&speed=0&batt=80.0`;
    const who = `secret=${trackerSecret('hp-query')}&id=hp-query`;
    expect(await send(`/in/osmand?${who}&${query}`)).toEqual({ status: 200, text: '' });
    const json = {
      location: {
        timestamp: new Date(now).toISOString(),
        coords: { latitude: 0.5, longitude: 117.54, accuracy: 5, speed: 0, heading: 90 },
        battery: { level: 0.8 },
      },
      device_id: 'hp-json',
    };
    const url = `/in/osmand?secret=${trackerSecret('hp-json')}`;
    const type = { 'content-type': 'application/json' };
    expect((await post(url, type, JSON.stringify(json))).status).toBe(200);
    await untilAt('hp-fix', 117.51);
    await untilAt('hp-owntracks', 117.52);
    await untilAt('hp-query', 117.53);
    await untilAt('hp-json', 117.54);
  }, 30_000);

  it('is understood as Traccar Client sends it by default, before version 9 and from then on', async () => {
    const now = Date.now();
    // ProtocolFormatter.kt and RequestManager.kt of version 8: POST, all in the query, no body
    const url = (id: string): string => `/in/osmand?secret=${trackerSecret(id)}`;
    const query = `id=hp-v8&timestamp=${Math.floor(now / 1_000)}&lat=0.5&lon=117.55&speed=0.0&bearing=0.0&altitude=12.5&accuracy=20.0&batt=97.0`;
    const old = await send(`${url('hp-v8')}&${query}`, { method: 'POST' });
    expect(old).toEqual({ status: 200, text: '' });
    // the template of preferences.dart of version 9, in the envelope of its HTTP service
    const sentAt = new Date(now).toISOString();
    const location = {
      timestamp: sentAt,
      coords: {
        latitude: 0.5,
        longitude: 117.56,
        accuracy: 25.88,
        speed: -1,
        heading: -1,
        altitude: 320.6,
      },
      is_moving: true,
      odometer: 0,
      event: '',
      battery: { level: 1, is_charging: false },
      activity: { type: 'still' },
      extras: {},
      _: `&id=hp-v9&lat=0.5&lon=117.56&timestamp=${sentAt}&`,
    };
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const body = JSON.stringify({ location, device_id: 'hp-v9' });
    expect(await post(url('hp-v9'), headers, body)).toEqual({ status: 200, text: '' });
    await untilAt('hp-v8', 117.55);
    await untilAt('hp-v9', 117.56);
  }, 30_000);

  it.each([
    '\n',
    'x',
    '{}',
    '[]',
    '{"a":1}',
    'a=b',
  ])('has its query heard whatever comes along in the body (%j)', async (body) => {
    // some metres from the one before
    const lon = (117_600_000 + body.charCodeAt(0) * 10 + body.length) / 1e6;
    const sent = await post(
      `/in/osmand?id=hp-both&secret=${trackerSecret('hp-both')}&lat=0.5&lon=${lon}&alarm=sos`,
      {},
      body,
    );
    expect(sent).toEqual({ status: 200, text: '' });
    await untilAt('hp-both', lon);
    await askUntil('/units/hp-both', (unit) => {
      const { lastSos } = unit as { lastSos: { lon?: number } | null };
      return lastSos?.lon?.toFixed(6) === lon.toFixed(6) ? true : undefined;
    });
  }, 30_000);

  it('makes a dead letter of a body that says nothing of the protocol', async () => {
    const url = `/in/osmand?id=hp-both&secret=${trackerSecret('hp-both')}`;
    expect((await post(url, {}, 'halo')).status).toBe(200);
    await deadLetter(
      ({ reason, trackerId }) => reason === 'missing_field' && trackerId === 'hp-both',
    );
  }, 30_000);

  it.each([
    ['a wrong secret', () => basic('hp-other', 'wrong'), 401],
    ['no secret', () => ({}), 401],
    ['the secret of another', () => basic('hp-fix'), 403],
  ])('is refused with %s', async (_what, headers, status) => {
    const sent = await post('/in/fix?id=hp-other', headers(), '{}');
    expect(sent.status).toBe(status);
  });

  it('is found among the dead letters with what was refused, and sent again counts as of then', async () => {
    const sentAtMs = Date.now();
    const query = 'id=hp-late&lat=0.5&lon=117.61&alarm=sos';
    expect((await send(`/in/osmand?${query}&secret=wrong`)).status).toBe(404);
    const { key, ...refused } = await deadLetter(({ trackerId }) => trackerId === 'hp-late');
    expect(refused).toMatchObject({
      ...{ reason: 'unknown_tracker', topic: null, address: '127.0.0.1', codec: 'osmand' },
      bytes: query.length,
    });
    const { start } = (await ask(`/deadletters/${key}`)) as { start: string };
    expect(Buffer.from(start, 'base64').toString()).toBe(query);

    const tracker = { id: 'hp-late', region: '64.08', callsign: 'Elang 9', kind: 'handheld' };
    await ask('/trackers', 'POST', { ...tracker, agency: 'polri' });
    const knownAtMs = Date.now();
    expect(knownAtMs).toBeGreaterThan(sentAtMs);
    type Replayed = { readonly results: readonly { readonly reason?: string }[] };
    const sendAgain = () =>
      ask('/deadletters/replay', 'POST', { keys: [key] }) as Promise<Replayed>;
    let sentAgain = await sendAgain();
    // the door hears of the tracker a moment later
    while (sentAgain.results[0]?.reason === 'unknown_tracker') {
      await delay(200);
      sentAgain = await sendAgain();
    }
    expect(sentAgain).toEqual({ results: [{ key, outcome: 'sent' }] });
    type Unit = {
      lastSos: { happenedAtMs: number; receivedAtMs: number } | null;
      contactAtMs: number | null;
      position: { fixedAtMs: number } | null;
    };
    const unit = await askUntil('/units/hp-late', (answer) => {
      const found = answer as Unit;
      return found.lastSos === null || found.position === null ? undefined : found;
    });
    for (const ms of [
      unit.lastSos?.happenedAtMs,
      unit.lastSos?.receivedAtMs,
      unit.position?.fixedAtMs,
    ]) {
      expect(ms).toBeGreaterThanOrEqual(sentAtMs);
      expect(ms).toBeLessThan(knownAtMs);
    }
    expect(unit.contactAtMs).toBeNull();
  }, 30_000);

  it('waits when nobody knows it, and goes on with the secret that it has when it is let in', async () => {
    const fix = { fixedAt: Date.now(), lon: 117.6, lat: 0.5 };
    const knock = () =>
      post('/in/fix', basic('hp-new', 'the secret that it has'), JSON.stringify(fix));
    const refused = await knock();
    expect(refused.status).toBe(404);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'unknown_tracker' });
    const waiting = await askUntil('/waiting', (answer) =>
      (answer as { waiting: Waiting[] }).waiting.find(
        ({ id, secretVersion }) => id === 'hp-new' && secretVersion !== null,
      ),
    );
    expect(waiting).toMatchObject({ door: 'http', address: '127.0.0.1', region: null });
    const { secretVersion } = waiting as Waiting;
    const body = { region: '64.08', secretVersion };
    expect(await ask('/waiting/hp-new/admit', 'POST', body)).toMatchObject({
      secret: null,
      tracker: { id: 'hp-new', hasSecret: true },
    });
    // the door hears of it a moment later
    while ((await knock()).status !== 200) await delay(20);
    await untilAt('hp-new', 117.6);
    expect(JSON.stringify(await ask('/waiting'))).not.toContain('hp-new');
  }, 30_000);
});

describe('a message that could not be used', () => {
  it('is a dead letter, to be looked at and taken out, and stays while it cannot be read', async () => {
    const raw = '{"lon": 117.5,';
    expect((await post('/in/fix', basic('hp-other'), raw)).status).toBe(200);
    const found = await deadLetter(({ reason }) => reason === 'not_json');
    expect(found).toMatchObject({ trackerId: 'hp-other' });
    const taken = await send(`/api/v1/deadletters/${found.key}/raw`, { headers: asOperator });
    expect(taken).toEqual({ status: 200, text: raw });
    // as nothing was mended, it stays
    expect(await ask('/deadletters/replay', 'POST', { keys: [found.key] })).toMatchObject({
      results: [{ key: found.key, outcome: 'left', reason: 'unreadable' }],
    });
  }, 30_000);

  it('is kept with its topic and sender where the door refused it', async () => {
    const device = await connectAsync(posko.mqtt, { reconnectPeriod: 0, ...asTracker('hp-other') });
    await device.publishAsync('posko/64.08/hp-fix/fix', '{}', { qos: 1 });
    await device.endAsync();
    // what came by HTTP has none
    const found = await deadLetter(
      ({ reason, topic }) => reason === 'topic_refused' && topic !== null,
    );
    expect(found).toMatchObject({
      trackerId: 'hp-other',
      topic: 'posko/64.08/hp-fix/fix',
      address: '127.0.0.1',
    });
  }, 30_000);
});
