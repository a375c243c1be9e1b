import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { liveSubprotocol } from '../../../server/domain/liveMessage.ts';
import {
  type AccountsApp,
  addUser,
  type Browser,
  goodPassword,
  openAccountsApp,
  openBrowser,
  setUp,
  tlsProxy,
} from './accountsApp.ts';

const hourMs = 3_600_000;

let posko: AccountsApp;
let administrator: Browser;
beforeAll(async () => {
  posko = await openAccountsApp();
  administrator = await setUp(posko);
  await addUser(posko, administrator, 'andi', [{ role: 'dispatcher', region: '64.08' }]);
});
afterAll(() => posko.close());

let andi: Browser;
beforeEach(async () => {
  andi = openBrowser(posko);
  expect((await andi.signIn('andi')).statusCode).toBe(200);
});

const codeOf = async (browser: Browser): Promise<string> => {
  const answer = await browser.send('GET', '/session');
  return answer.statusCode === 200 ? 'in' : answer.json().code;
};

describe('a session', () => {
  it('says who one is and what one may', async () => {
    expect((await andi.send('GET', '/session')).json()).toEqual({
      kind: 'person',
      name: 'andi',
      fullName: 'Orang andi',
      grants: [{ role: 'dispatcher', region: '64.08' }],
      permissions: [
        ...['map.view', 'units.view', 'people.view', 'tracks.view', 'trackers.admit'],
        ...['sites.view', 'fences.manage', 'checkins.make'],
        ...['alarms.view', 'alarms.handle', 'incidents.manage'],
      ],
      secondFactor: 'none',
      recoveryCodesLeft: 0,
      mustChangePassword: false,
      idleMs: 12 * hourMs,
      expiresAtMs: expect.any(Number),
      isPlainHttp: false,
    });
    const afar = openBrowser(posko, '10.1.2.3');
    expect((await afar.signIn('andi')).json()).toMatchObject({ isPlainHttp: true });
  });

  it('has a cookie that no script, no other site and, over TLS, no other connection gets', async () => {
    const plain = openBrowser(posko);
    const answer = await plain.signIn('andi');
    const cookie = answer.cookies.find(({ name }) => name === 'posko');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.value).toMatch(/^[\w-]{43}$/);
    expect(answer.cookies.find(({ name }) => name === 'posko-known')).toMatchObject({
      httpOnly: true,
      sameSite: 'Strict',
      path: '/api/v1/session',
    });
    expect(answer.body).not.toContain(cookie?.value);
    const secure = openBrowser(posko, tlsProxy);
    const { cookies } = await secure.signIn('andi');
    expect(cookies.map(({ name }) => name).sort()).toEqual(['__Host-posko', 'posko-known']);
    for (const each of cookies) expect(each).toMatchObject({ secure: true, httpOnly: true });
    expect(await codeOf(secure)).toBe('in');
    // a cookie of the plain name, which any neighbour can set, is no session there
    secure.cookies['posko'] = secure.cookies['__Host-posko'] ?? '';
    delete secure.cookies['__Host-posko'];
    expect(await codeOf(secure)).toBe('signed_out');
  });

  it('never takes a cookie over that was there before', async () => {
    const browser = openBrowser(posko);
    browser.cookies['posko'] = 'M'.repeat(43);
    expect(await codeOf(browser)).toBe('signed_out');
    await browser.signIn('andi');
    const first = browser.cookies['posko'];
    expect(first).not.toBe('M'.repeat(43));
    await browser.signIn('andi');
    const second = browser.cookies['posko'] ?? '';
    expect(second).not.toBe(first);
    // the one from before has ended with that
    browser.cookies['posko'] = first ?? '';
    expect(await codeOf(browser)).toBe('signed_out');
    const made = openBrowser(posko);
    made.cookies['posko'] = 'M'.repeat(43);
    expect(await codeOf(made)).toBe('signed_out');
  });

  it('counts as a cookie only', async () => {
    const secret = andi.cookies['posko'];
    const answer = await posko.app.inject({
      url: '/api/v1/session',
      headers: { authorization: `Bearer ${secret}` },
    });
    expect(answer.json()).toMatchObject({ code: 'signed_out' });
  });

  it('ends when one signs out', async () => {
    const secret = andi.cookies['posko'] ?? '';
    expect((await andi.send('DELETE', '/session')).statusCode).toBe(204);
    expect(andi.cookies['posko']).toBeUndefined();
    andi.cookies['posko'] = secret;
    expect(await codeOf(andi)).toBe('signed_out');
  });

  it('changes its secret with the password, and ends everywhere else', async () => {
    await andi.send('DELETE', '/sessions');
    const elsewhere = openBrowser(posko);
    await elsewhere.signIn('andi');
    expect(await codeOf(elsewhere)).toBe('in');
    const before = andi.cookies['posko'];
    posko.ended.length = 0;
    const passwords = { old: goodPassword, new: `${goodPassword} baru` };
    expect((await andi.send('PUT', '/session/password', passwords)).statusCode).toBe(200);
    expect(andi.cookies['posko']).not.toBe(before);
    expect(await codeOf(andi)).toBe('in');
    expect(await codeOf(elsewhere)).toBe('signed_out');
    expect(new Set(posko.ended).size).toBe(2);
    expect((await elsewhere.signIn('andi')).statusCode).toBe(401);
    const back = { old: passwords.new, new: goodPassword };
    expect((await andi.send('PUT', '/session/password', back)).statusCode).toBe(200);
  });

  it('ends after 12 hours without use, and after 7 days with', async () => {
    posko.passTime(11 * hourMs);
    expect(await codeOf(andi)).toBe('in');
    posko.passTime(11 * hourMs);
    expect(await codeOf(andi)).toBe('in');
    posko.passTime(12 * hourMs);
    expect(await codeOf(andi)).toBe('signed_out');

    await andi.signIn('andi');
    for (let hours = 0; hours < 7 * 24 - 8; hours += 8) {
      posko.passTime(8 * hourMs);
      expect(await codeOf(andi)).toBe('in');
    }
    posko.passTime(8 * hourMs);
    expect(await codeOf(andi)).toBe('signed_out');
    administrator = openBrowser(posko);
    await administrator.signIn('kepala');
  });

  it('is not used by what the page asks by itself, nor by a socket', async () => {
    posko.passTime(7 * hourMs);
    expect((await andi.poll('/session')).statusCode).toBe(200);
    const address = await posko.app.listen({ host: '127.0.0.1', port: 0 });
    const socket = new WebSocket(`${address}/api/v1/live`, liveSubprotocol, {
      headers: { cookie: `posko=${andi.cookies['posko']}` },
    });
    const closed = once(socket, 'close');
    await once(socket, 'open');
    await closed;
    posko.passTime(5 * hourMs - 1);
    expect((await andi.poll('/session')).statusCode).toBe(200);
    posko.passTime(1);
    expect((await andi.poll('/session')).json()).toMatchObject({ code: 'signed_out' });
    // and what a person asks does use it
    await andi.signIn('andi');
    posko.passTime(7 * hourMs);
    expect(await codeOf(andi)).toBe('in');
    posko.passTime(7 * hourMs);
    expect((await andi.poll('/session')).statusCode).toBe(200);
    await administrator.signIn('kepala');
  });

  it('is listed, and ended from another one', async () => {
    const { sessions } = (await andi.send('GET', '/sessions')).json();
    const ours = sessions.filter((session: { isThis: boolean }) => session.isThis);
    expect(ours).toEqual([
      expect.objectContaining({ address: '127.0.0.1', userAgent: 'lightMyRequest', isThis: true }),
    ]);
    const elsewhere = openBrowser(posko);
    await elsewhere.signIn('andi');
    expect((await elsewhere.send('DELETE', `/sessions/${ours[0].key}`)).statusCode).toBe(204);
    expect(await codeOf(andi)).toBe('signed_out');
    expect((await elsewhere.send('DELETE', `/sessions/${ours[0].key}`)).statusCode).toBe(404);
    await andi.signIn('andi');
    // somebody else's is not there for anybody
    const other = (await administrator.send('GET', '/sessions')).json().sessions[0].key;
    expect((await andi.send('DELETE', `/sessions/${other}`)).json()).toMatchObject({
      code: 'session_not_found',
    });
    expect(await codeOf(administrator)).toBe('in');
  });

  it('ends at once when its user is switched off, in whatever program', async () => {
    const cli = posko.database.pool;
    expect(await codeOf(andi)).toBe('in');
    posko.ended.length = 0;
    await cli.query(`update users set disabled_at = now() where name = 'andi'`);
    await posko.accounts.forget();
    expect(posko.ended.length).toBeGreaterThan(0);
    expect(await codeOf(andi)).toBe('signed_out');
    expect((await andi.signIn('andi')).json()).toMatchObject({ code: 'wrong_credentials' });
    await cli.query(`update users set disabled_at = null where name = 'andi'`);
    posko.passTime(hourMs);
    expect((await andi.signIn('andi')).statusCode).toBe(200);
  });

  it('may do nothing but change the password while somebody else knows that', async () => {
    await administrator.send('PUT', '/users/andi/password', { password: 'kata sementara 7' });
    expect(await codeOf(andi)).toBe('signed_out');
    expect((await andi.signIn('andi', 'kata sementara 7')).json()).toMatchObject({
      mustChangePassword: true,
      grants: [],
      permissions: [],
    });
    const refused = await andi.send('GET', '/basemap');
    expect(refused.json()).toMatchObject({ status: 403, code: 'password_change_required' });
    const token = { kind: 'api', name: 'x', role: 'viewer', region: '64.08', expiresAtMs: 1 };
    expect((await andi.send('POST', '/tokens', token)).json()).toMatchObject({
      code: 'password_change_required',
    });
    const change = (password: string) =>
      andi.send('PUT', '/session/password', { old: 'kata sementara 7', new: password });
    for (const [password, weakness] of [
      ['kata sementara 7', 'same_as_before'],
      ['andi12345678', 'own_name'],
    ] as const) {
      expect((await change(password)).json()).toMatchObject({ code: 'weak_password', weakness });
    }
    expect((await change(goodPassword)).json()).toMatchObject({
      mustChangePassword: false,
      grants: [{ role: 'dispatcher', region: '64.08' }],
    });
    expect((await andi.send('GET', '/basemap')).statusCode).toBe(200);
  });

  it('is opened by a link of this start, as often as it is asked for', async () => {
    const token = posko.accounts.makeSignInLink('andi');
    for (let visitor = 0; visitor < 2; visitor++) {
      const browser = openBrowser(posko);
      expect((await browser.send('POST', '/session/link', { token })).statusCode).toBe(200);
      expect(await codeOf(browser)).toBe('in');
    }
    const wrong = await openBrowser(posko).send('POST', '/session/link', { token: `${token}x` });
    expect(wrong.json()).toMatchObject({ code: 'link_expired' });
  });

  it.each(['link', 'display'] as const)('ends when its browser is opened by a %s', async (way) => {
    const made = await administrator.send('POST', '/tokens', {
      kind: 'display',
      name: 'layar',
      role: 'viewer',
      region: '*',
      expiresAtMs: posko.nowMs() + hourMs,
    });
    const token = way === 'link' ? posko.accounts.makeSignInLink('andi') : made.json().secret;
    const wrong = await andi.send('POST', `/session/${way}`, { token: `${token}x` });
    expect(wrong.json().status).toBeGreaterThan(400);
    expect(await codeOf(andi)).toBe('in');
    const before = openBrowser(posko);
    before.cookies['posko'] = andi.cookies['posko'] ?? '';
    posko.ended.length = 0;
    expect((await andi.send('POST', `/session/${way}`, { token })).statusCode).toBe(200);
    expect(posko.ended).toEqual([expect.stringMatching(/^session:/)]);
    expect(await codeOf(before)).toBe('signed_out');
    expect(await codeOf(andi)).toBe('in');
    // a wall screen that is opened once more goes on
    expect((await andi.send('POST', `/session/${way}`, { token })).statusCode).toBe(200);
    expect(await codeOf(andi)).toBe('in');
  });
});
