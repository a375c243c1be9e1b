import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpDoor } from '../../../server/api/doorRoutes.ts';
import type { DoorReason } from '../../../server/domain/setAside.ts';
import type { Submission, Submitted } from '../../../server/domain/submission.ts';
import { testApp } from './testApp.ts';

/* What devices may send by HTTP, how they say who they are, and what they are answered. */

const packetBytes = 2_048;
let answer: Submitted = { outcome: 'stored' };
const taken: Submission[] = [];
const setAside: DoorReason[] = [];
const lines: string[] = [];
const open: FastifyInstance[] = [];

afterEach(async () => {
  answer = { outcome: 'stored' };
  for (const list of [taken, setAside, lines]) list.length = 0;
  for (const app of open.splice(0)) await app.close();
});

async function appWith(door: Partial<HttpDoor> = {}): Promise<FastifyInstance> {
  const app = await testApp({
    trustedProxies: ['10.0.0.5'],
    gate: {
      hasAdministrator: async () => true,
      identityOf: () => undefined,
      identify: () => {
        throw new Error('a session was looked at');
      },
    },
    door: {
      submit: async (submission) => {
        taken.push(submission);
        return answer;
      },
      packetBytes,
      onSetAside: (reason) => void setAside.push(reason),
      ...door,
    },
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  });
  open.push(app);
  return app;
}

const basic = (id: string, secret: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const payloads = (): string[] => taken.map(({ payload }) => Buffer.from(payload).toString());
const fix = '{"fixedAt":1764000000000,"lon":117.5,"lat":0.5}';

describe('POST /in/fix', () => {
  it('hands the bytes on as they came, with who sent them, and answers when they are stored', async () => {
    const app = await appWith();
    const sent = await app.inject({
      method: 'POST',
      url: '/in/fix',
      headers: { ...basic('hp-01', 's3cret:with:colons'), 'content-type': 'application/json' },
      payload: fix,
    });
    expect([sent.statusCode, sent.json()]).toEqual([200, { status: 'stored' }]);
    expect(payloads()).toEqual([fix]);
    expect(taken).toMatchObject([
      {
        door: 'http',
        address: '127.0.0.1',
        credentials: { id: 'hp-01', secret: 's3cret:with:colons' },
        trackerId: 'hp-01',
        codec: 'native_fix',
        isSentAgain: false,
      },
    ]);
  });

  it.each([
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'nonsense',
    undefined,
  ])('takes what is called %s for bytes', async (type) => {
    const app = await appWith();
    const headers = { ...basic('hp-01', 's'), ...(type !== undefined && { 'content-type': type }) };
    const payload = Buffer.from([0x7b, 0xff, 0x00]);
    const sent = await app.inject({ method: 'POST', url: '/in/fix', headers, payload });
    expect(sent.statusCode).toBe(200);
    expect(taken.map((each) => Buffer.from(each.payload))).toEqual([payload]);
  });

  it('lets a gateway say for which tracker it speaks', async () => {
    const app = await appWith();
    const headers = basic('gw-radio', 's');
    await app.inject({ method: 'POST', url: '/in/fix?id=ht-07', headers, payload: fix });
    expect(taken).toMatchObject([{ credentials: { id: 'gw-radio' }, trackerId: 'ht-07' }]);
  });

  it('names the door and the sender behind a proxy that is trusted', async () => {
    const app = await appWith();
    await app.inject({
      method: 'POST',
      url: '/in/fix?id=hp-01&secret=s',
      remoteAddress: '10.0.0.5',
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' },
      payload: fix,
    });
    expect(taken).toMatchObject([
      { door: 'https', address: '203.0.113.9', credentials: { id: 'hp-01', secret: 's' } },
    ]);
  });

  it('refuses an empty body', async () => {
    const app = await appWith();
    const sent = await app.inject({ method: 'POST', url: '/in/fix', headers: basic('a', 's') });
    expect([sent.statusCode, sent.json().code]).toEqual([400, 'bad_request']);
  });
});

describe('POST /in/owntracks', () => {
  const location = '{"_type":"location","lat":0.5,"lon":117.5,"tst":1764000000}';
  const post = async (more: { url?: string; headers?: object; payload?: string }) =>
    (await appWith()).inject({
      method: 'POST',
      url: '/in/owntracks',
      payload: location,
      ...more,
      headers: { 'content-type': 'application/json', ...more.headers },
    });

  it('answers an array without commands', async () => {
    const sent = await post({ headers: basic('hp-01', 's') });
    expect([sent.statusCode, sent.body]).toEqual([200, '[]']);
    expect(sent.headers['content-type']).toMatch(/^application\/json/);
    expect(taken).toMatchObject([{ trackerId: 'hp-01', codec: 'owntracks' }]);
  });

  it('takes the user from the header of Android', async () => {
    await post({
      headers: { ...basic('gw', 's'), 'x-limit-u': 'hp-02', 'x-limit-d': 'phone' },
    });
    expect(taken).toMatchObject([{ credentials: { id: 'gw' }, trackerId: 'hp-02' }]);
  });

  it('takes the user from the address', async () => {
    await post({ url: '/in/owntracks?u=hp-03&d=phone' });
    expect(taken).toMatchObject([{ credentials: undefined, trackerId: 'hp-03' }]);
  });

  it('takes a user name with an empty password for no secret', async () => {
    await post({ headers: basic('hp-04', '') });
    expect(taken).toMatchObject([{ credentials: undefined, trackerId: 'hp-04' }]);
  });

  it('has nothing to store of an empty message, as of a friend who was removed', async () => {
    const sent = await post({ headers: basic('hp-01', 's'), payload: '' });
    expect([sent.statusCode, sent.body]).toEqual([200, '[]']);
    expect(taken).toEqual([]);
  });
});

describe('/in/osmand', () => {
  it('takes the query of Traccar Client up to version 8, without its secret', async () => {
    const app = await appWith();
    const query = 'timestamp=1764000000&lat=0.5&lon=117.5&speed=3.2&batt=81.0';
    for (const method of ['GET', 'POST'] as const) {
      const url = `/in/osmand?secret=t%26p&id=hp-01&${query}&s%65cret=again`;
      const sent = await app.inject({ method, url });
      expect([sent.statusCode, sent.body]).toEqual([200, '']);
    }
    expect(payloads()).toEqual([`id=hp-01&${query}`, `id=hp-01&${query}`]);
    expect(taken[1]).toMatchObject({
      codec: 'osmand',
      trackerId: 'hp-01',
      credentials: { id: 'hp-01', secret: 't&p' },
    });
  });

  it('takes the JSON of Traccar Client from version 9 on', async () => {
    const app = await appWith();
    const body =
      '{"location":{"timestamp":"2026-11-22T00:00:00Z","coords":{}},"device_id":"hp-01"}';
    const sent = await app.inject({
      method: 'POST',
      url: '/in/osmand?secret=s',
      headers: { 'content-type': 'application/json' },
      payload: body,
    });
    expect([sent.statusCode, sent.body]).toEqual([200, '']);
    expect(payloads()).toEqual([body]);
    expect(taken).toMatchObject([
      { trackerId: 'hp-01', credentials: { id: 'hp-01', secret: 's' } },
    ]);
  });

  it('takes a form, and whatever a form is called', async () => {
    const app = await appWith();
    await app.inject({
      method: 'POST',
      url: '/in/osmand',
      payload: 'deviceid=hp-01&lat=0.5&lon=117.5&secret=s',
      headers: basic('hp-01', 's'),
    });
    expect(payloads()).toEqual(['deviceid=hp-01&lat=0.5&lon=117.5']);
  });

  it('is known by its credentials where the body is no JSON', async () => {
    const app = await appWith();
    const request = { method: 'POST', url: '/in/osmand', payload: '{"device_id":' } as const;
    expect((await app.inject({ ...request, headers: basic('hp-01', 's') })).statusCode).toBe(200);
    expect(taken).toMatchObject([{ trackerId: 'hp-01' }]);
    const unnamed = await app.inject(request);
    expect([unnamed.statusCode, unnamed.json().code]).toEqual([401, 'wrong_secret']);
  });

  it('is not at the root, where the page is', async () => {
    const app = await appWith();
    const sent = await app.inject({ method: 'POST', url: '/', payload: '{"device_id":"hp-01"}' });
    expect([sent.statusCode, sent.json().code, taken]).toEqual([405, 'method_not_allowed', []]);
  });

  it('stores nothing when only the headers are asked for', async () => {
    const app = await appWith();
    await app.inject({ method: 'HEAD', url: '/in/osmand?id=hp-01&secret=s&lat=0.5&lon=117.5' });
    expect(taken).toEqual([]);
  });
});

describe('every door', () => {
  it.each<[Submitted, number, string, string | undefined]>([
    [{ outcome: 'not_stored' }, 503, 'not_stored', '5'],
    [refused('bad_credentials'), 401, 'wrong_secret', undefined],
    [refused('bad_credentials', 1_500), 429, 'wait', '2'],
    [refused('weak_identity_refused'), 403, 'weak_identity_refused', undefined],
    [refused('unknown_tracker'), 404, 'unknown_tracker', undefined],
    [refused('sending_too_fast', 400), 429, 'too_many_requests', '1'],
    [refused('topic_refused'), 403, 'message_refused', undefined],
  ])('answers %o by %d %s', async (submitted, status, code, retryAfter) => {
    answer = submitted;
    const app = await appWith();
    for (const url of ['/in/fix', '/in/owntracks', '/in/osmand']) {
      const sent = await app.inject({
        method: 'POST',
        url,
        headers: basic('hp-01', 's'),
        payload: fix,
      });
      expect([sent.statusCode, sent.json().code]).toEqual([status, code]);
      expect(sent.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(sent.headers['retry-after']).toBe(retryAfter);
      expect(sent.headers['www-authenticate'] !== undefined).toBe(status === 401);
      if (submitted.outcome === 'refused') expect(sent.json().detail).toBe(submitted.detail);
    }
  });

  it('looks at no session, needs no mark, and tells no cookie', async () => {
    const app = await appWith();
    const sent = await app.inject({
      method: 'POST',
      url: '/in/fix',
      cookies: { posko: 'somebody' },
      headers: basic('hp-01', 's'),
      payload: fix,
    });
    expect(sent.statusCode).toBe(200);
    expect(sent.headers['set-cookie']).toBeUndefined();
  });

  it('is closed to pages of other sites, which could speak as a phone of this network', async () => {
    const app = await appWith();
    const sent = await app.inject({
      method: 'POST',
      url: '/in/fix?id=hp-01',
      headers: { origin: 'https://evil.example' },
      payload: fix,
    });
    expect([sent.statusCode, sent.json().code, taken]).toEqual([403, 'origin_refused', []]);
  });

  it('takes no more than the bound of a packet, and counts what is longer', async () => {
    const app = await appWith();
    const send = (length: number) =>
      app.inject({
        method: 'POST',
        url: '/in/fix',
        headers: basic('hp-01', 's'),
        payload: Buffer.alloc(length, 0x20),
      });
    expect((await send(packetBytes)).statusCode).toBe(200);
    const long = await send(packetBytes + 1);
    expect([long.statusCode, long.json().code]).toEqual([413, 'too_large']);
    expect([taken.length, setAside]).toEqual([1, ['packet_too_large']]);
  });

  it.each([
    ['GET', '/in/osmand?id=a%20b&secret=s'],
    ['POST', `/in/fix?id=${'x'.repeat(65)}&secret=s`],
    ['POST', '/in/fix?id=out&secret=s'],
  ] as const)('refuses an id that none can be: %s %s', async (method, url) => {
    const app = await appWith();
    const sent = await app.inject({ method, url, ...(method === 'POST' && { payload: fix }) });
    expect([sent.statusCode, sent.json().code, taken]).toEqual([400, 'bad_request', []]);
  });

  it.each([
    'Basic',
    'Basic !!',
    'Basic bm9jb2xvbg==',
    `Basic ${'A'.repeat(4_000)}`,
    'Bearer x',
  ])('asks for credentials where "%s" shows none', async (authorization) => {
    const app = await appWith();
    const sent = await app.inject({
      method: 'POST',
      url: '/in/fix',
      headers: { authorization },
      payload: fix,
    });
    expect([sent.statusCode, taken]).toEqual([401, []]);
    expect(sent.headers['www-authenticate']).toMatch(/^Basic realm=/);
  });

  it('writes no secret into the log, whatever fails', async () => {
    const app = await appWith({
      submit: () => Promise.reject(new Error('broken')),
    });
    const sent = await app.inject({ url: '/in/osmand?id=hp-01&secret=hunter2&lat=0.5&lon=117.5' });
    expect(sent.statusCode).toBe(500);
    expect(lines.join()).toContain('/in/osmand');
    expect(lines.join() + sent.body).not.toContain('hunter2');
  });
});

function refused(reason: DoorReason, retryAfterMs?: number): Submitted {
  return { outcome: 'refused', reason, detail: `because of ${reason}`, retryAfterMs };
}
