import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp, type HttpParts } from '../../../server/api/httpServer.ts';
import type { Access } from '../../../server/domain/access.ts';

/* What holds for every route, whoever asks; who may do what is in permissions.test.ts. */

const somebody: Access = {
  kind: 'person',
  actor: 'andi',
  userKey: 1,
  credential: 'session:1',
  grants: [{ role: 'dispatcher', region: '64.08' }],
  expiresAtMs: Number.POSITIVE_INFINITY,
};
const secret = 'a-secret';

let pageDir: string;
const open: FastifyInstance[] = [];
const lines: string[] = [];

beforeAll(async () => {
  pageDir = await mkdtemp(path.join(os.tmpdir(), 'posko-page-'));
  await writeFile(
    path.join(pageDir, 'index.html'),
    '<meta name="csp-nonce" content="__CSP_NONCE__">',
  );
  await writeFile(path.join(pageDir, 'app.js'), '1');
});
afterAll(async () => {
  for (const app of open) await app.close();
  await rm(pageDir, { recursive: true });
});

async function appWith(parts: Partial<HttpParts> = {}): Promise<FastifyInstance> {
  const app = await createApp({
    maxConnections: 10,
    reach: { names: ['posko.example.id'], allowsPlainHttp: false },
    tls: undefined,
    trustedProxies: [],
    gate: {
      hasAdministrator: async () => true,
      identify: async ({ cookie, bearer }) =>
        cookie === secret || bearer === secret
          ? { ok: true, value: somebody }
          : { ok: false, reason: cookie === 'away' ? 'database_away' : 'none', detail: '' },
      identityOf: () => undefined,
    },
    basemap: { from: 'style', url: 'https://example.org/style.json' },
    pageDir,
    health: () => {
      throw new Error('the password is hunter2');
    },
    takeScreen: (socket) => socket.close(),
    door: {
      submit: async () => ({ outcome: 'stored' }),
      packetBytes: 65_536,
      onSetAside: () => undefined,
    },
    routes: [
      (app, _options, done) => {
        app.post('/change', { config: { access: 'units.view' } }, () => ({ ok: true }));
        app.get('/broken', { config: { access: 'units.view' } }, () => {
          throw new Error('at /srv/posko/secret.ts');
        });
        app.get('/rare', { config: { access: 'units.view', rate: 'export' } }, () => ({
          ok: true,
        }));
        done();
      },
    ],
    log: pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }),
    ...parts,
  });
  open.push(app);
  return app;
}

const cookie = { posko: secret };
const mark = { 'x-posko-request': '1' };

describe('every answer', () => {
  it('forbids inline code, framing, sniffing and referrers', async () => {
    const app = await appWith();
    for (const url of ['/', '/app.js', '/health/live', '/api/v1/nothing']) {
      const { headers } = await app.inject({ url });
      const policy = String(headers['content-security-policy']);
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval/);
      expect(policy).toMatch(/frame-ancestors 'none'/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });

  it('carries a nonce of its own, which the page has too', async () => {
    const app = await appWith();
    const [one, two] = [await app.inject({ url: '/' }), await app.inject({ url: '/index.html' })];
    const nonceOf = ({ body, headers }: typeof one): string => {
      const inPage = /content="([\w-]{22})"/.exec(body)?.[1] ?? '';
      expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${inPage}'`);
      return inPage;
    };
    expect(nonceOf(one)).not.toBe(nonceOf(two));
  });

  it('never holds a stack or where the program is', async () => {
    const app = await appWith();
    const broken = await app.inject({ url: '/api/v1/broken', cookies: cookie });
    expect(broken.statusCode).toBe(500);
    expect(broken.json()).toMatchObject({ code: 'internal' });
    expect(broken.body).not.toMatch(/srv|secret|stack/);
    expect((await app.inject({ url: '/health/ready' })).body).not.toContain('hunter2');
    expect((await app.inject({ url: '/%' })).statusCode).toBe(400);
  });

  it('says which methods an address has, and that a body must be JSON', async () => {
    const app = await appWith();
    const request = { url: '/api/v1/change', cookies: cookie, headers: mark };
    const deleted = await app.inject({ ...request, method: 'DELETE' });
    expect(deleted.json()).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(deleted.headers['allow']).toBe('POST');
    const broken = await app.inject({ ...request, url: '/api/v1/broken?x=1', method: 'PUT' });
    expect(broken.headers['allow']).toBe('GET, HEAD');
    expect((await app.inject({ ...request, url: '/api/v1/none' })).statusCode).toBe(404);
    const headers = { ...mark, 'content-type': 'text/plain' };
    const text = await app.inject({ ...request, method: 'POST', headers, payload: '{}' });
    expect(text.json()).toMatchObject({ status: 415, code: 'not_json' });
  });

  it('of the interface is kept in no cache', async () => {
    const app = await appWith();
    const { headers } = await app.inject({ url: '/api/v1/basemap', cookies: cookie });
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('under which name and by which way it is asked', () => {
  it.each([
    ['localhost:8080', 200],
    ['127.0.0.1', 200],
    ['[::1]:8080', 200],
    ['10.20.30.40', 200],
    ['posko.example.id', 200],
    ['POSKO.example.id:443', 200],
    ['evil.example', 421],
    ['posko.example.id.evil.example', 421],
    ['localhost.evil.example', 421],
  ])('as %s: %s', async (host, status) => {
    const app = await appWith();
    expect((await app.inject({ url: '/health/live', headers: { host } })).statusCode).toBe(status);
  });

  it('refuses plain HTTP from other machines unless it is allowed', async () => {
    const request = { url: '/health/live', remoteAddress: '10.0.0.9' };
    const refused = await (await appWith()).inject(request);
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'plain_http']);
    const allowing = await appWith({ reach: { names: [], allowsPlainHttp: true } });
    expect((await allowing.inject(request)).statusCode).toBe(200);
    const mapped = { ...request, remoteAddress: '::ffff:127.0.0.1' };
    expect((await (await appWith()).inject(mapped)).statusCode).toBe(200);
  });

  it('takes the wss of a proxy for TLS, and its ws for none', async () => {
    const app = await appWith({ trustedProxies: ['10.0.0.5'] });
    const ask = (proto: string) =>
      app.inject({
        url: '/api/v1/basemap',
        remoteAddress: '10.0.0.5',
        headers: { 'x-forwarded-proto': proto, 'x-forwarded-for': '203.0.113.7' },
        cookies: { '__Host-posko': secret },
      });
    expect((await ask('wss')).statusCode).toBe(200);
    expect((await ask('ws')).json()).toMatchObject({ code: 'plain_http' });
  });

  it('believes a proxy that is trusted, and nobody else, about who asks and by which way', async () => {
    const app = await appWith({ trustedProxies: ['10.0.0.5'] });
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' };
    const ask = (remoteAddress: string) =>
      app.inject({ url: '/health/live', remoteAddress, headers });
    const behind = await ask('10.0.0.5');
    expect(behind.statusCode).toBe(200);
    expect(behind.headers['strict-transport-security']).toMatch(/max-age=\d{7,}/);
    expect((await ask('10.0.0.6')).json()).toMatchObject({ code: 'plain_http' });
  });
});

describe('who asks', () => {
  it.each([
    '/api/v1/live',
    '/api/v1/basemap',
    '/basemap/0.pmtiles',
    '/api/v1/health',
  ])('gets nothing of %s without a session', async (url) => {
    const answer = await (await appWith()).inject({ url });
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'signed_out']);
  });

  it('is told that the database is away instead of being signed out', async () => {
    const answer = await (await appWith()).inject({
      url: '/api/v1/basemap',
      cookies: { posko: 'away' },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'database_away']);
  });

  it('must mark what changes something, unless it is a script with its own token', async () => {
    const app = await appWith();
    const post = (more: object) => app.inject({ method: 'POST', url: '/api/v1/change', ...more });
    expect((await post({ cookies: cookie })).json()).toMatchObject({ code: 'request_forged' });
    expect((await post({ cookies: cookie, headers: mark })).statusCode).toBe(200);
    expect((await post({ headers: { authorization: `Bearer ${secret}` } })).statusCode).toBe(200);
  });

  it.each([
    'http://evil.example',
    'null',
    'https://localhost.evil.example',
    'http://localhost:81',
  ])('is refused from a page of %s, whatever it brings', async (origin) => {
    const answer = await (await appWith()).inject({
      method: 'POST',
      url: '/api/v1/change',
      cookies: cookie,
      headers: { ...mark, origin, host: 'localhost:80' },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'origin_refused']);
  });

  it('does not get in by a cookie of the other way', async () => {
    const app = await appWith({ trustedProxies: ['10.0.0.5'] });
    const ask = (name: string) =>
      app.inject({
        url: '/api/v1/basemap',
        remoteAddress: '10.0.0.5',
        headers: { 'x-forwarded-proto': 'https' },
        cookies: { [name]: secret },
      });
    expect((await ask('posko')).statusCode).toBe(401);
    expect((await ask('__Host-posko')).statusCode).toBe(200);
  });

  it('is refused everything but the page and the set-up before there is an administrator', async () => {
    const app = await appWith({
      gate: {
        hasAdministrator: async () => false,
        identify: async () => ({ ok: true, value: somebody }),
        identityOf: () => undefined,
      },
    });
    const statusOf = async (url: string) => (await app.inject({ url, cookies: cookie })).statusCode;
    expect(await statusOf('/')).toBe(200);
    expect(await statusOf('/app.js')).toBe(200);
    expect(await statusOf('/health/live')).toBe(200);
    for (const url of [
      '/api/v1/basemap',
      '/api/v1/live',
      '/api/v1/health',
      '/api/v1/nothing',
      '/in/osmand?id=hp-01&secret=x',
    ]) {
      const answer = await app.inject({
        url,
        cookies: cookie,
        headers: { 'accept-language': 'en' },
      });
      expect([answer.statusCode, answer.json().code]).toEqual([503, 'not_set_up']);
      expect(answer.json().title).toMatch(/set-up link/);
    }
  });

  it('waits when it asks too often, and others do not', async () => {
    const app = await appWith({
      rateLimits: { sign_in: 1, export: 2, history: 1, door: 3, other: 2 },
    });
    const ask = async (url: string, remoteAddress = '127.0.0.1') =>
      (await app.inject({ url, cookies: cookie, remoteAddress })).statusCode;
    expect([await ask('/api/v1/rare'), await ask('/api/v1/rare')]).toEqual([200, 200]);
    expect(await ask('/api/v1/rare')).toBe(429);
    expect([await ask('/api/v1/basemap'), await ask('/api/v1/basemap')]).toEqual([200, 200]);
    expect(await ask('/api/v1/basemap')).toBe(429);
    expect(await ask('/health/live')).toBe(200);
    expect(await ask('/api/v1/basemap', '127.0.0.2')).toBe(200);
  });
});

describe('a device that sends too often', () => {
  it('waits, and an SOS from behind the same address is taken all the same', async () => {
    const taken: string[] = [];
    const app = await appWith({
      rateLimits: { sign_in: 1, export: 2, history: 1, door: 2, other: 2 },
      door: {
        submit: async ({ trackerId }) => {
          taken.push(trackerId);
          return { outcome: 'stored' };
        },
        packetBytes: 65_536,
        onSetAside: () => undefined,
      },
    });
    const send = async (query: string, body?: string): Promise<number> => {
      const url = `/in/osmand?${query}`;
      const sent = await app.inject(
        body === undefined ? { url } : { method: 'POST', url, payload: body },
      );
      return sent.statusCode;
    };
    const codes = [];
    for (let i = 0; i < 4; i++) codes.push(await send('id=loud&secret=x&lat=1&lon=1'));
    expect(codes).toEqual([200, 200, 429, 429]);
    expect(await send('id=hp-01&secret=x&lat=1&lon=1&alarm=SOS')).toBe(200);
    expect(
      await send('secret=x', '{"device_id":"hp-02","location":{"extras":{"alarm":"sos"}}}'),
    ).toBe(200);
    expect(taken).toEqual(['loud', 'loud', 'hp-01', 'hp-02']);
  });
});

describe('who takes too much of the server', () => {
  async function listen(parts: Partial<HttpParts>): Promise<number> {
    const app = await appWith(parts);
    await app.listen({ host: '127.0.0.1', port: 0 });
    const address = app.server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }
  const connectFrom = async (localAddress: string, port: number): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };

  it('has a quarter of the connections from one address, and others find room', async () => {
    const port = await listen({ maxConnections: 8 });
    const kept = [await connectFrom('127.0.0.2', port), await connectFrom('127.0.0.2', port)];
    const surplus = await connectFrom('127.0.0.2', port);
    await once(surplus, 'close');
    const other = await connectFrom('127.0.0.3', port);
    other.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(String((await once(other, 'data'))[0])).toMatch(/^HTTP\/1\.1 200/);
    // a place that was given up can be had again
    const gone = once(kept[0] ?? other, 'close');
    kept[0]?.destroy();
    await gone;
    await vi.waitFor(async () => {
      const next = await connectFrom('127.0.0.2', port);
      next.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const [answer] = await Promise.race([once(next, 'data'), once(next, 'close')]);
      expect(String(answer)).toMatch(/^HTTP\/1\.1 200/);
      next.destroy();
    });
    for (const socket of [...kept, other]) socket.destroy();
  });

  it('may bring as many as it likes through a proxy that is trusted', async () => {
    const port = await listen({ maxConnections: 8, trustedProxies: ['127.0.0.0/30'] });
    const sockets = [];
    for (let i = 0; i < 4; i++) sockets.push(await connectFrom('127.0.0.2', port));
    const last = sockets.at(-1);
    last?.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(String((await once(last ?? sockets[0] ?? new Socket(), 'data'))[0])).toMatch(/ 200/);
    for (const socket of sockets) socket.destroy();
  });

  it('gets no answer to a request that never ends', async () => {
    const app = await appWith();
    expect(app.server.requestTimeout).toBeLessThanOrEqual(30_000);
    expect(app.server.headersTimeout).toBeLessThanOrEqual(10_000);
  });
});

describe('a route', () => {
  it('that does not say who may call it keeps the server from starting', async () => {
    await expect(
      appWith({
        routes: [
          (app, _options, done) => {
            app.get('/open', () => 'everything');
            done();
          },
        ],
      }).then((app) => app.ready()),
    ).rejects.toThrow(/GET \/api\/v1\/open does not say who may call it/);
  });

  it('is refused to whoever lacks its permission', async () => {
    const answer = await (await appWith()).inject({ url: '/api/v1/health', cookies: cookie });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'forbidden']);
  });
});
