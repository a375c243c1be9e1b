import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AccountRecords } from '../../../server/accounts/accountRecords.ts';
import {
  type AccountsApp,
  addUser,
  type Browser,
  goodPassword,
  openAccountsApp,
  openBrowser,
  setUp,
} from './accountsApp.ts';

/** What is run, once, just before a record of this name is written. */
type Written = 'addSession' | 'setPassword' | 'endSession' | 'addToken' | 'setTotp';
let before: Partial<Record<Written, () => Promise<void>>> = {};

const around = (records: AccountRecords): AccountRecords => {
  const meanwhile = async (name: keyof typeof before): Promise<void> => {
    const run = before[name];
    delete before[name];
    await run?.();
  };
  return {
    ...records,
    addSession: async (...of) => {
      await meanwhile('addSession');
      return records.addSession(...of);
    },
    setPassword: async (...of) => {
      await meanwhile('setPassword');
      return records.setPassword(...of);
    },
    endSession: async (...of) => {
      await meanwhile('endSession');
      return records.endSession(...of);
    },
    addToken: async (...of) => {
      await meanwhile('addToken');
      return records.addToken(...of);
    },
    setTotp: async (...of) => {
      await meanwhile('setTotp');
      return records.setTotp(...of);
    },
  };
};

const otherPassword = 'gajah duduk biru';

let posko: AccountsApp;
let kepala: Browser;
let kutim: Browser;
beforeAll(async () => {
  posko = await openAccountsApp(around);
  kepala = await setUp(posko);
  kutim = await addUser(posko, kepala, 'kutim', [{ role: 'administrator', region: '64.08' }]);
});
afterAll(() => posko.close());

let users = 0;
let name: string;
let andi: Browser;
beforeEach(async () => {
  before = {};
  users += 1;
  name = `andi${users}`;
  andi = await addUser(posko, kepala, name, [{ role: 'viewer', region: '64.08' }]);
});

const changePassword = (browser: Browser, to = otherPassword) =>
  browser.send('PUT', '/session/password', { old: goodPassword, new: to });

it('lets nobody in with a password that is changed while they sign in', async () => {
  before.addSession = async () => {
    expect((await changePassword(andi)).statusCode).toBe(200);
  };
  const stranger = openBrowser(posko);
  const answer = await stranger.signIn(name);
  expect(answer.json()).toMatchObject({ status: 401, code: 'wrong_credentials' });
  expect(stranger.cookies['posko']).toBeUndefined();
  expect((await andi.send('GET', '/sessions')).json().sessions).toHaveLength(1);
});

it('lets nobody in who is switched off, or whose password is reset, while they sign in', async () => {
  const password = 'kata sementara 7';
  before.addSession = async () => {
    await kutim.send('PUT', `/users/${name}/password`, { password });
  };
  const wasReset = await openBrowser(posko).signIn(name);
  expect(wasReset.json()).toMatchObject({ code: 'wrong_credentials' });
  before.addSession = async () => {
    await kutim.send('PATCH', `/users/${name}`, { isDisabled: true });
  };
  const wasSwitchedOff = await openBrowser(posko).signIn(name, password);
  expect(wasSwitchedOff.json()).toMatchObject({ code: 'wrong_credentials' });
});

it('takes one of two changes of the same password, and ends the session of the other', async () => {
  const stranger = openBrowser(posko);
  await stranger.signIn(name);
  before.setPassword = async () => {
    expect((await changePassword(andi)).statusCode).toBe(200);
  };
  const late = await changePassword(stranger, 'harimau loncat merah');
  expect(late.json()).toMatchObject({ code: 'wrong_credentials' });
  expect((await stranger.send('GET', '/session')).json()).toMatchObject({ code: 'signed_out' });
  expect((await openBrowser(posko).signIn(name, otherPassword)).statusCode).toBe(200);
});

it('sets no password of a user who is given a role beyond the own regions meanwhile', async () => {
  before.setPassword = async () => {
    const grants = [{ role: 'commander', region: '64' }];
    expect((await kepala.send('PATCH', `/users/${name}`, { grants })).statusCode).toBe(200);
  };
  const password = 'kata sementara 7';
  const set = await kutim.send('PUT', `/users/${name}/password`, { password });
  expect(set.json()).toMatchObject({ code: 'user_not_found' });
  expect((await openBrowser(posko).signIn(name, password)).statusCode).toBe(401);
  expect((await openBrowser(posko).signIn(name)).statusCode).toBe(200);
});

const makeToken = (browser: Browser) =>
  browser.send('POST', '/tokens', {
    kind: 'api',
    name: 'skrip',
    role: 'viewer',
    region: '64.08',
    expiresAtMs: posko.nowMs() + 86_400_000,
  });

it('makes no token by a session that ends with a change of the password meanwhile', async () => {
  const grants = [{ role: 'integrator', region: '64.08' }] as const;
  const juru = await addUser(posko, kepala, `juru${users}`, grants);
  // of the session that changes it: whoever has taken that over has it no more either
  for (const stranger of [openBrowser(posko), juru]) {
    if (stranger !== juru) await stranger.signIn(`juru${users}`);
    const secret = stranger.cookies['posko'] ?? '';
    const asker = openBrowser(posko);
    asker.cookies['posko'] = secret;
    before.addToken = async () => {
      const to = stranger === juru ? goodPassword : otherPassword;
      const old = stranger === juru ? otherPassword : goodPassword;
      const changed = await juru.send('PUT', '/session/password', { old, new: to });
      expect(changed.json()).toMatchObject({ tokensRevoked: 0 });
    };
    expect((await makeToken(asker)).json()).toMatchObject({ status: 401, code: 'signed_out' });
  }
  expect((await juru.send('GET', '/tokens')).json()).toEqual({ tokens: [] });
  expect((await makeToken(juru)).statusCode).toBe(201);
  const passwords = { old: goodPassword, new: otherPassword };
  const changed = await juru.send('PUT', '/session/password', passwords);
  expect(changed.json()).toMatchObject({ tokensRevoked: 1 });
});

it('sets no second factor by a session that is ended meanwhile', async () => {
  const begun = await andi.send('POST', '/session/second-factor', { password: goodPassword });
  const code = TOTP.generate({
    secret: Secret.fromBase32(begun.json().secret),
    timestamp: posko.nowMs(),
  });
  before.setTotp = async () => {
    expect((await kutim.send('DELETE', `/users/${name}/sessions`)).statusCode).toBe(204);
  };
  const set = await andi.send('PUT', '/session/second-factor', { code });
  expect(set.json()).toMatchObject({ status: 401, code: 'wrong_credentials' });
  const again = await openBrowser(posko).signIn(name);
  expect(again.json()).toMatchObject({ secondFactor: 'none' });
});

it('takes the cookie back also when the database cannot hear of it', async () => {
  before.endSession = async () => {
    throw new Error('Connection terminated unexpectedly');
  };
  const answer = await andi.send('DELETE', '/session');
  expect(answer.json()).toMatchObject({ status: 503, code: 'database_away' });
  expect(andi.cookies['posko']).toBeUndefined();
});
