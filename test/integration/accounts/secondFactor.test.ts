import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AccountsApp,
  addUser,
  type Browser,
  goodPassword,
  openAccountsApp,
  openBrowser,
  setUp,
} from './accountsApp.ts';

const stepMs = 30_000;

let posko: AccountsApp;
let administrator: Browser;
let andi: Browser;
let recoveryCodes: readonly string[];
let secret: string;
beforeAll(async () => {
  posko = await openAccountsApp();
  administrator = await setUp(posko);
});
afterAll(() => posko.close());

let users = 0;
let name: string;
beforeEach(async () => {
  users += 1;
  name = `andi${users}`;
  andi = await addUser(posko, administrator, name, [{ role: 'viewer', region: '64.08' }]);
  const begun = await andi.send('POST', '/session/second-factor', { password: goodPassword });
  expect(begun.statusCode).toBe(200);
  secret = begun.json().secret;
  expect(begun.json().uri).toBe(
    `otpauth://totp/Posko:${name}?issuer=Posko&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
  );
  const before = andi.cookies['posko'];
  const set = await andi.send('PUT', '/session/second-factor', { code: appCode() });
  expect(set.statusCode).toBe(200);
  recoveryCodes = set.json().recoveryCodes;
  expect(andi.cookies['posko']).not.toBe(before);
  posko.passTime(stepMs);
});

/** What the authenticator app shows. */
const appCode = (steps = 0): string =>
  TOTP.generate({
    secret: Secret.fromBase32(secret),
    timestamp: posko.nowMs() + steps * stepMs,
  });

const signIn = (code?: string) => openBrowser(posko).signIn(name, goodPassword, code);

describe('a second factor', () => {
  it('is asked for once the password was right', async () => {
    expect((await andi.send('GET', '/session')).json()).toMatchObject({ secondFactor: 'totp' });
    expect((await signIn()).json()).toMatchObject({ status: 401, code: 'code_needed' });
    expect((await openBrowser(posko).signIn(name, 'salah salah')).json()).toMatchObject({
      code: 'wrong_credentials',
    });
    expect((await signIn('000000')).json()).toMatchObject({ code: 'wrong_credentials' });
    expect((await signIn(appCode())).json()).toMatchObject({ secondFactor: 'totp' });
  });

  it('takes a code of the step before and after, and each code once', async () => {
    expect((await signIn(appCode(-1))).statusCode).toBe(401); // the one that set it
    expect((await signIn(appCode(1))).statusCode).toBe(200);
    expect((await signIn(appCode(1))).statusCode).toBe(401);
    // nor one from before it
    expect((await signIn(appCode())).statusCode).toBe(401);
    posko.passTime(2 * stepMs);
    const answers = await Promise.all([signIn(appCode()), signIn(appCode())]);
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    posko.passTime(15 * 60_000);
    expect((await signIn(appCode(-2))).statusCode).toBe(401);
    expect((await signIn(appCode(2))).statusCode).toBe(401);
  });

  it('can be stood in for by each recovery code once', async () => {
    expect(new Set(recoveryCodes).size).toBe(10);
    const [first = '', second = ''] = recoveryCodes;
    expect((await signIn(first)).statusCode).toBe(200);
    expect((await signIn(first)).json()).toMatchObject({ code: 'wrong_credentials' });
    const answers = await Promise.all([signIn(second), signIn(second)]);
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    // of somebody else it is nothing
    const [third = ''] = recoveryCodes.slice(2);
    const other = await addUser(posko, administrator, `lain${users}`, []);
    await other.send('POST', '/session/second-factor', { password: goodPassword });
    expect((await other.send('PUT', '/session/second-factor', { code: third })).statusCode).toBe(
      401,
    );
  });

  it('has guessing of its codes wait, even by who knows the password', async () => {
    const waits: number[] = [];
    for (let time = 0; time < 12; time++) {
      for (;;) {
        const answer = await signIn('12345 6'.replace('6', String(time % 10)));
        if (answer.statusCode === 401) break;
        waits.push(answer.json().retryAfterMs / 1000);
        posko.passTime(answer.json().retryAfterMs);
      }
    }
    expect(waits.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256]);
    // whoever was signed in on this device before does not wait for that
    await andi.send('DELETE', '/session');
    posko.passTime(stepMs);
    const own = openBrowser(posko);
    own.cookies['posko-known'] = andi.cookies['posko-known'] ?? '';
    expect((await own.signIn(name, goodPassword, appCode())).statusCode).toBe(200);
  });

  it('is taken away by password and code only, or by an administrator', async () => {
    const remove = (password: string, code: string) =>
      andi.send('DELETE', '/session/second-factor', { password, code });
    expect((await remove('salah salah', appCode())).statusCode).toBe(401);
    expect((await remove(goodPassword, '000000')).statusCode).toBe(401);
    expect((await remove(goodPassword, appCode())).statusCode).toBe(204);
    expect((await signIn()).statusCode).toBe(200);
    const again = await andi.send('POST', '/session/second-factor', { password: goodPassword });
    secret = again.json().secret;
    expect((await andi.send('POST', '/session/second-factor', { password: 'x' })).statusCode).toBe(
      401,
    );
    expect((await andi.send('PUT', '/session/second-factor', { code: appCode() })).statusCode).toBe(
      200,
    );
    // the old codes are gone with the old factor
    expect((await signIn(recoveryCodes[5])).statusCode).toBe(401);
    const taken = await administrator.send('DELETE', `/users/${name}/second-factor`);
    expect(taken.statusCode).toBe(204);
    expect((await signIn()).statusCode).toBe(200);
  });

  it('is taken away by a recovery code too', async () => {
    const proof = { password: goodPassword, code: recoveryCodes[1] };
    expect((await andi.send('DELETE', '/session/second-factor', proof)).statusCode).toBe(204);
    expect((await andi.send('GET', '/session')).json()).toMatchObject({
      secondFactor: 'none',
      recoveryCodesLeft: 0,
    });
  });

  it('tells how many recovery codes are left, and gives new ones', async () => {
    const left = async (browser: Browser) =>
      (await browser.send('GET', '/session')).json().recoveryCodesLeft;
    expect(await left(andi)).toBe(10);
    const elsewhere = openBrowser(posko);
    const entered = await elsewhere.signIn(name, goodPassword, recoveryCodes[2]);
    expect(entered.json()).toMatchObject({ recoveryCodesLeft: 9 });
    expect(await left(elsewhere)).toBe(9);
    const renew = (password: string, code = '') =>
      andi.send('POST', '/session/recovery-codes', { password, code });
    expect((await renew('salah salah', appCode())).statusCode).toBe(401);
    posko.passTime(stepMs);
    expect((await renew(goodPassword, '000000')).statusCode).toBe(401);
    const made = await renew(goodPassword, recoveryCodes[3]);
    expect(made.statusCode).toBe(200);
    const fresh: readonly string[] = made.json().recoveryCodes;
    expect(fresh).toHaveLength(10);
    expect(await left(elsewhere)).toBe(10);
    expect((await signIn(recoveryCodes[4])).statusCode).toBe(401);
    posko.passTime(stepMs);
    expect((await signIn(fresh[0])).statusCode).toBe(200);
    const { entries } = (await administrator.send('GET', '/audit?limit=10')).json();
    expect(entries).toContainEqual(
      expect.objectContaining({ actor: name, action: 'second_factor.recovery_codes_made' }),
    );
    const other = await addUser(posko, administrator, `tanpa${users}`, []);
    const none = await other.send('POST', '/session/recovery-codes', {
      password: goodPassword,
      code: fresh[1],
    });
    expect(none.json()).toMatchObject({ code: 'wrong_credentials' });
  });

  it('ends what was open without it as it is set, and with it as it is taken away', async () => {
    const isIn = async (browser: Browser) =>
      (await browser.send('GET', '/session')).statusCode === 200;
    const other = await addUser(posko, administrator, `sesi${users}`, []);
    const elsewhere = openBrowser(posko);
    await elsewhere.signIn(`sesi${users}`);
    const begun = await other.send('POST', '/session/second-factor', { password: goodPassword });
    secret = begun.json().secret;
    posko.ended.length = 0;
    const set = await other.send('PUT', '/session/second-factor', { code: appCode() });
    expect(set.statusCode).toBe(200);
    // also the secret of the session that asked, in whose place it has another
    expect(new Set(posko.ended).size).toBe(2);
    expect([await isIn(other), await isIn(elsewhere)]).toEqual([true, false]);
    posko.passTime(stepMs);
    await elsewhere.signIn(`sesi${users}`, goodPassword, appCode());
    posko.passTime(stepMs);
    const proof = { password: goodPassword, code: appCode() };
    expect((await other.send('DELETE', '/session/second-factor', proof)).statusCode).toBe(204);
    expect([await isIn(other), await isIn(elsewhere)]).toEqual([true, false]);
    posko.ended.length = 0;
    expect(await isIn(andi)).toBe(true);
    await administrator.send('DELETE', `/users/${name}/second-factor`);
    expect(posko.ended).toEqual([expect.stringMatching(/^session:/)]);
    expect(await isIn(andi)).toBe(false);
  });

  it('keeps nobody out after a clock was ahead, and says so in the log', async () => {
    posko.passTime(3_600_000);
    expect((await signIn(appCode())).statusCode).toBe(200);
    posko.passTime(-3_600_000);
    expect((await signIn(appCode())).statusCode).toBe(200);
    // and each code still counts once
    expect((await signIn(appCode())).statusCode).toBe(401);
    const { entries } = (await administrator.send('GET', '/audit?limit=10')).json();
    const forgotten = entries.filter(
      ({ action }: { action: string }) => action === 'second_factor.future_code_forgotten',
    );
    expect(forgotten).toMatchObject([{ actor: name, subject: `user:${name}` }]);
  });

  it('is not replaced without being removed, nor set long after it was begun', async () => {
    const again = await andi.send('POST', '/session/second-factor', { password: goodPassword });
    expect(again.json()).toMatchObject({ status: 400, code: 'bad_request' });
    const other = await addUser(posko, administrator, `lambat${users}`, []);
    const begun = await other.send('POST', '/session/second-factor', { password: goodPassword });
    secret = begun.json().secret;
    posko.passTime(10 * 60_000);
    const late = await other.send('PUT', '/session/second-factor', { code: appCode() });
    expect(late.json()).toMatchObject({ code: 'bad_request' });
  });

  it('is not begun with a password that somebody else knows', async () => {
    const password = 'kata sementara 7';
    const other = await addUser(posko, administrator, `baru${users}`, []);
    await administrator.send('PUT', `/users/baru${users}/password`, { password });
    await other.signIn(`baru${users}`, password);
    const begun = await other.send('POST', '/session/second-factor', { password });
    expect(begun.json()).toMatchObject({ status: 403, code: 'password_change_required' });
  });

  it('is kept sealed, and its codes and secret stand in no log', async () => {
    const { rows } = await posko.database.pool.query<{ sealed: Buffer }>(
      'select totp_secret as sealed from users where name = $1',
      [name],
    );
    const plain = Buffer.from(Secret.fromBase32(secret).bytes);
    expect(rows[0]?.sealed.includes(plain)).toBe(false);
    await signIn(recoveryCodes[0]);
    const log = await posko.database.pool.query('select * from log');
    const text = JSON.stringify(log.rows) + posko.lines.join('\n');
    expect(text).toContain('second_factor.recovery_code_used');
    for (const word of [secret, ...recoveryCodes, goodPassword]) expect(text).not.toContain(word);
  });
});
