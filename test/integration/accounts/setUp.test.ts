import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AccountsApp, goodPassword, openAccountsApp, openBrowser } from './accountsApp.ts';

let posko: AccountsApp;
beforeEach(async () => {
  posko = await openAccountsApp();
});
afterEach(() => posko.close());

const person = (token: string | undefined, name = 'kepala') => ({
  token,
  name,
  fullName: 'Kepala Operasi',
  password: goodPassword,
});

describe('the set-up link', () => {
  it('makes one administrator who is signed in at once, however many use it at the same time', async () => {
    const token = await posko.accounts.setUp.begin();
    const browsers = ['satu', 'dua', 'tiga'].map((name) => ({ name, at: openBrowser(posko) }));
    expect((await openBrowser(posko).send('GET', '/session')).json()).toMatchObject({
      code: 'not_set_up',
    });
    const answers = await Promise.all(
      browsers.map(({ name, at }) => at.send('POST', '/setup', person(token, name))),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 410, 410]);
    const index = answers.findIndex(({ statusCode }) => statusCode === 201);
    const info = await browsers[index]?.at.send('GET', '/session');
    expect(info?.json()).toMatchObject({
      kind: 'person',
      name: browsers[index]?.name,
      grants: [
        { role: 'administrator', region: '*' },
        { role: 'commander', region: '*' },
      ],
      mustChangePassword: false,
    });
    const { rows } = await posko.database.pool.query('select count(*)::int as users from users');
    expect(rows).toEqual([{ users: 1 }]);
  });

  it('counts for 30 minutes, and never again once it was used', async () => {
    const old = await posko.accounts.setUp.begin();
    posko.passTime(30 * 60_000);
    expect((await openBrowser(posko).send('GET', '/setup')).statusCode).toBe(410);
    const late = await openBrowser(posko).send('POST', '/setup', person(old));
    expect(late.json()).toMatchObject({ status: 410, code: 'link_expired' });
    const token = await posko.accounts.setUp.begin();
    expect((await openBrowser(posko).send('GET', '/setup')).json()).toEqual({ state: 'open' });
    const ask = (secret = '') =>
      posko.app.inject({ url: '/api/v1/setup', headers: { 'x-posko-link': secret } });
    expect((await ask(token)).json()).toEqual({ state: 'open' });
    expect((await ask(old)).json()).toMatchObject({ status: 410, code: 'link_expired' });
    expect((await openBrowser(posko).send('POST', '/setup', person(old))).statusCode).toBe(410);
    const weak = await openBrowser(posko).send('POST', '/setup', {
      ...person(token),
      password: 'password1234',
    });
    expect(weak.json()).toMatchObject({
      status: 422,
      code: 'weak_password',
      weakness: 'common',
    });
    expect((await openBrowser(posko).send('POST', '/setup', person(token))).statusCode).toBe(201);
    expect((await openBrowser(posko).send('POST', '/setup', person(token))).statusCode).toBe(410);
    const used = (await ask(token)).json();
    expect(used).toMatchObject({ status: 410, code: 'already_set_up' });
    expect(used.title).not.toMatch(/mulai ulang|restart/);
    expect(await posko.accounts.setUp.begin()).toBeUndefined();
  });

  it('is not asked for any more once another program made an administrator', async () => {
    const token = await posko.accounts.setUp.begin();
    expect(await posko.accounts.hasAdministrator()).toBe(false);
    await posko.database.pool.query(
      `with u as (insert into users (name, full_name) values ('cli', 'Cli') returning key)
       insert into grants select key, 'administrator', '*' from u`,
    );
    await posko.accounts.forget();
    expect((await openBrowser(posko).send('POST', '/setup', person(token))).statusCode).toBe(410);
    expect((await openBrowser(posko).send('GET', '/session')).json()).toMatchObject({
      code: 'signed_out',
    });
  });
});
