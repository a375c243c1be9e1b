import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../server/domain/permission.ts';
import {
  type AccountsApp,
  addUser,
  type Browser,
  goodPassword,
  openAccountsApp,
  openBrowser,
  setUp,
} from './accountsApp.ts';

const dayMs = 24 * 3_600_000;

let posko: AccountsApp;
let kepala: Browser;
let kutim: Browser;
let penghubung: Browser;
let andi: Browser;
beforeAll(async () => {
  posko = await openAccountsApp();
  kepala = await setUp(posko);
  kutim = await addUser(posko, kepala, 'kutim', [{ role: 'administrator', region: '64.08' }]);
  penghubung = await addUser(posko, kepala, 'penghubung', [
    { role: 'integrator', region: '64.08' },
    { role: 'dispatcher', region: '64.08.04' },
  ]);
  andi = await addUser(posko, kepala, 'andi', [{ role: 'dispatcher', region: '64.08' }]);
});
afterAll(() => posko.close());

const make = (
  browser: Browser,
  kind: 'display' | 'api',
  role: Role,
  region: string,
  days = 30,
): Promise<LightMyRequestResponse> =>
  browser.send('POST', '/tokens', {
    kind,
    name: `${kind} ${role}`,
    role,
    region,
    expiresAtMs: posko.nowMs() + days * dayMs,
  });

const withBearer = (secret: string, method: 'GET' | 'POST' | 'DELETE' = 'GET', url = '/session') =>
  posko.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${secret}`, 'accept-language': 'en' },
  });

describe('a token', () => {
  it('is made by whoever may, for what they may themselves, and for a time', async () => {
    const refused = [
      await make(andi, 'api', 'dispatcher', '64.08'),
      await make(andi, 'display', 'viewer', '64.08'),
      await make(kutim, 'display', 'viewer', '64'),
      await make(kutim, 'display', 'viewer', '*'),
      await make(kutim, 'api', 'dispatcher', '64.08'), // may not what a dispatcher may
      await make(kutim, 'api', 'integrator', '64.09'),
      await make(penghubung, 'api', 'dispatcher', '64.08'),
      await make(penghubung, 'api', 'administrator', '64.08'),
      await make(penghubung, 'display', 'viewer', '64.08'),
    ];
    for (const answer of refused) expect(answer.json()).toMatchObject({ code: 'forbidden' });
    const wrong = [
      await make(kutim, 'display', 'dispatcher', '64.08'),
      await make(kutim, 'display', 'viewer', '64.08', 367),
      await make(kutim, 'api', 'viewer', '64.08', 367),
      await make(kutim, 'api', 'viewer', '64.08', 0),
      await make(kutim, 'api', 'viewer', '64.8'),
    ];
    for (const answer of wrong) expect(answer.json().status).toBeOneOf([400, 403]);
    expect((await make(kutim, 'display', 'viewer', '64.08', 366)).statusCode).toBe(201);
    expect((await make(kutim, 'api', 'viewer', '64.08.04', 366)).statusCode).toBe(201);
    const own = await make(penghubung, 'api', 'dispatcher', '64.08.04');
    expect(own.json()).toMatchObject({
      secret: expect.stringMatching(/^posko_[\w-]{43}$/),
      token: {
        kind: 'api',
        owner: 'penghubung',
        grant: { role: 'dispatcher', region: '64.08.04' },
        usedAtMs: null,
        revokedAtMs: null,
      },
    });
  });

  it('for a script counts as a bearer only, and only for what it was made for', async () => {
    const { secret } = (await make(penghubung, 'api', 'dispatcher', '64.08.04')).json();
    const answer = await withBearer(secret);
    expect(answer.json()).toMatchObject({
      kind: 'api',
      name: 'api dispatcher',
      grants: [{ role: 'dispatcher', region: '64.08.04' }],
      permissions: [
        ...['map.view', 'units.view', 'people.view', 'tracks.view', 'trackers.admit'],
        ...['sites.view', 'fences.manage', 'checkins.make'],
        ...['alarms.view', 'alarms.handle', 'incidents.manage'],
      ],
    });
    const asCookie = openBrowser(posko);
    asCookie.cookies['posko'] = secret;
    expect((await asCookie.send('GET', '/session')).json()).toMatchObject({ code: 'signed_out' });
    const asDisplay = await openBrowser(posko).send('POST', '/session/display', { token: secret });
    expect(asDisplay.json()).toMatchObject({ code: 'token_not_found' });
    for (const url of ['/users', '/audit', '/sessions', '/tokens']) {
      expect((await withBearer(secret, 'GET', url)).json()).toMatchObject({ code: 'forbidden' });
    }
    // a wrong one is not made up for by a cookie
    const both = await posko.app.inject({
      url: '/api/v1/session',
      headers: { authorization: `Bearer ${secret}x` },
      cookies: kepala.cookies,
    });
    expect(both.json()).toMatchObject({ code: 'signed_out' });
  });

  it('makes nothing that would outlive it', async () => {
    const { secret } = (await make(kepala, 'api', 'administrator', '*')).json();
    expect((await withBearer(secret, 'GET', '/users')).statusCode).toBe(200);
    const body = { kind: 'api', name: 'x', role: 'viewer', region: '*', expiresAtMs: 1 };
    const answers = [
      await posko.app.inject({
        method: 'POST',
        url: '/api/v1/tokens',
        headers: { authorization: `Bearer ${secret}` },
        payload: body,
      }),
      await posko.app.inject({
        method: 'PUT',
        url: '/api/v1/users/andi/password',
        headers: { authorization: `Bearer ${secret}` },
        payload: { password: goodPassword },
      }),
      await withBearer(secret, 'DELETE', '/users/andi/second-factor'),
    ];
    for (const answer of answers) expect(answer.json()).toMatchObject({ code: 'forbidden' });
  });

  it('of a wall screen comes as a cookie, sees and nothing else', async () => {
    const { secret, token } = (await make(kutim, 'display', 'viewer', '64.08')).json();
    expect((await withBearer(secret)).json()).toMatchObject({ code: 'signed_out' });
    const screen = openBrowser(posko);
    const opened = await screen.send('POST', '/session/display', { token: secret });
    expect(opened.json()).toMatchObject({
      kind: 'display',
      name: 'display viewer',
      permissions: ['map.view', 'units.view', 'sites.view', 'alarms.view'],
      expiresAtMs: token.expiresAtMs,
    });
    expect((await screen.send('GET', '/session')).statusCode).toBe(200);
    for (const [method, url] of [
      ['GET', '/tokens'],
      ['GET', '/users'],
      ['GET', '/sessions'],
      ['DELETE', '/sessions'],
      ['DELETE', `/tokens/${token.key}`],
    ] as const) {
      expect((await screen.send(method, url)).json()).toMatchObject({ code: 'forbidden' });
    }
  });

  it('ends by itself, and when it is revoked', async () => {
    const { secret } = (await make(kutim, 'api', 'viewer', '64.08', 2)).json();
    const short = await make(kutim, 'display', 'viewer', '64.08', 1);
    expect((await withBearer(secret)).statusCode).toBe(200);
    posko.passTime(dayMs);
    for (const [browser, name] of [
      [kepala, 'kepala'],
      [kutim, 'kutim'],
      [penghubung, 'penghubung'],
    ] as const) {
      await browser.signIn(name);
    }
    const screen = openBrowser(posko);
    const late = await screen.send('POST', '/session/display', { token: short.json().secret });
    expect(late.json()).toMatchObject({ code: 'token_not_found' });
    expect((await withBearer(secret)).statusCode).toBe(200);
    posko.passTime(dayMs);
    expect((await withBearer(secret)).json()).toMatchObject({ code: 'signed_out' });

    await kutim.signIn('kutim');
    const next = (await make(kutim, 'display', 'viewer', '64.08')).json();
    await screen.send('POST', '/session/display', { token: next.secret });
    expect((await screen.send('GET', '/session')).statusCode).toBe(200);
    posko.ended.length = 0;
    expect((await kutim.send('DELETE', `/tokens/${next.token.key}`)).statusCode).toBe(204);
    expect(posko.ended).toEqual([`token:${next.token.key}`]);
    expect((await screen.send('GET', '/session')).json()).toMatchObject({ code: 'signed_out' });
    expect((await kutim.send('DELETE', `/tokens/${next.token.key}`)).json()).toMatchObject({
      code: 'token_not_found',
    });
  });

  it('never may more than its owner may now, and nothing once that one is switched off', async () => {
    for (const [browser, name] of [
      [kepala, 'kepala'],
      [penghubung, 'penghubung'],
    ] as const) {
      await browser.signIn(name);
    }
    const { secret, token } = (await make(penghubung, 'api', 'dispatcher', '64.08.04')).json();
    const change = async (body: object) => {
      posko.ended.length = 0;
      const answer = await kepala.send('PATCH', '/users/penghubung', body);
      expect(answer.statusCode).toBe(200);
      expect(posko.ended).toContain(`token:${token.key}`);
      return (await withBearer(secret)).statusCode;
    };
    const integrator = { role: 'integrator', region: '64.08' };
    expect(await change({ grants: [integrator] })).toBe(401);
    expect(await change({ grants: [{ role: 'dispatcher', region: '64' }] })).toBe(200);
    expect(await change({ grants: [{ role: 'dispatcher', region: '64.09' }] })).toBe(401);
    expect(await change({ grants: [{ role: 'commander', region: '*' }] })).toBe(200);
    expect(await change({ isDisabled: true })).toBe(401);
    expect(await change({ isDisabled: false })).toBe(200);
  });

  it('is listed to its owner and to who manages wall screens there, without its secret', async () => {
    await kutim.signIn('kutim');
    await andi.signIn('andi');
    const listed = await kutim.send('GET', '/tokens');
    expect(listed.body).not.toMatch(/posko_|Hash/i);
    const regions = listed.json().tokens.map(({ grant }: { grant: { region: string } }) => grant);
    expect(regions.every(({ region }: { region: string }) => region.startsWith('64.08'))).toBe(
      true,
    );
    const owners = listed.json().tokens.map(({ owner }: { owner: string }) => owner);
    expect(new Set(owners)).toEqual(new Set(['kutim', 'penghubung']));
    expect((await andi.send('GET', '/tokens')).json()).toEqual({ tokens: [] });
    const { key } = listed.json().tokens[0];
    expect((await andi.send('DELETE', `/tokens/${key}`)).json()).toMatchObject({
      code: 'token_not_found',
    });
    const hashes = await posko.database.pool.query<{ id_hash: Buffer }>(
      'select id_hash from tokens',
    );
    expect(hashes.rows.every(({ id_hash }) => id_hash.length === 32)).toBe(true);
  });

  it('for a script ends with the password of its owner, and a wall screen goes on', async () => {
    const name = 'juru';
    const grants = [
      { role: 'integrator', region: '64.08' },
      { role: 'administrator', region: '64.08' },
    ] as const;
    const juru = await addUser(posko, kepala, name, grants);
    const screen = (await make(juru, 'display', 'viewer', '64.08')).json();
    const madeNow = async () => (await make(juru, 'api', 'integrator', '64.08')).json();
    const isIn = async (secret: string) => (await withBearer(secret)).statusCode === 200;
    const changes = [
      () => juru.send('PUT', '/session/password', { old: goodPassword, new: 'gajah duduk biru' }),
      () => kepala.send('PUT', `/users/${name}/password`, { password: 'kata sementara 7' }),
    ];
    for (const change of changes) {
      const { token, secret } = await madeNow();
      expect(await isIn(secret)).toBe(true);
      posko.ended.length = 0;
      expect((await change()).statusCode).toBeLessThan(300);
      expect(posko.ended).toContain(`token:${token.key}`);
      expect(await isIn(secret)).toBe(false);
      const { entries } = (await kepala.send('GET', '/audit?limit=10')).json();
      expect(entries).toContainEqual(
        expect.objectContaining({
          action: expect.stringMatching(/^(password\.changed|user\.password_set)$/),
          data: { tokensRevoked: [token.key] },
        }),
      );
    }
    const wall = openBrowser(posko);
    const opened = await wall.send('POST', '/session/display', { token: screen.secret });
    expect(opened.statusCode).toBe(200);
  });
});
