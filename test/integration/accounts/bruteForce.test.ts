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

const forgottenMs = 15 * 60_000;

let posko: AccountsApp;
let known: Browser;
beforeAll(async () => {
  posko = await openAccountsApp();
  const administrator = await setUp(posko);
  known = await addUser(posko, administrator, 'andi', [{ role: 'dispatcher', region: '64.08' }]);
});
afterAll(() => posko.close());
beforeEach(() => posko.passTime(forgottenMs));

/** Where nobody was before. */
let lastAddress = 0;
const stranger = (): Browser => {
  lastAddress += 1;
  return openBrowser(posko, `10.0.0.${lastAddress}`);
};

/** Guesses from ever new places, each time as soon as it may. */
const guess = async (times: number): Promise<readonly number[]> => {
  const waits: number[] = [];
  for (let time = 0; time < times; time++) {
    for (;;) {
      const answer = await stranger().signIn('andi', `tebakan yang salah ${time}`);
      if (answer.statusCode === 401) break;
      const { retryAfterMs } = answer.json();
      expect(Number(answer.headers['retry-after'])).toBe(Math.ceil(retryAfterMs / 1000));
      waits.push(Math.ceil(retryAfterMs / 1000));
      posko.passTime(retryAfterMs);
    }
  }
  return waits;
};

describe('guessing passwords', () => {
  it('waits twice as long after each failure, up to 30 s, and is never locked out', async () => {
    expect(await guess(10)).toEqual([1, 2, 4, 8, 16, 30, 30]);
    const late = stranger();
    const refused = await late.signIn('andi');
    expect(refused.json()).toMatchObject({ status: 429, code: 'wait' });
    posko.passTime(refused.json().retryAfterMs);
    expect((await late.signIn('andi')).statusCode).toBe(200);
    // and with that all is forgiven
    expect((await stranger().signIn('andi', 'salah lagi, salah lagi')).statusCode).toBe(401);
    expect((await stranger().signIn('andi')).statusCode).toBe(200);
  });

  it('is not checked during the wait, not even when it is right, and lengthens nothing', async () => {
    await guess(3);
    for (let time = 0; time < 20; time++) {
      const answer = await stranger().signIn('andi');
      expect(answer.json()).toMatchObject({ code: 'wait' });
      expect(answer.json().retryAfterMs).toBeLessThanOrEqual(1000);
    }
    posko.passTime(1000);
    expect((await stranger().signIn('andi')).statusCode).toBe(200);
  });

  it('keeps nobody out who was signed in on their device before', async () => {
    await known.send('DELETE', '/session');
    await guess(8);
    expect((await stranger().signIn('andi')).json()).toMatchObject({ code: 'wait' });
    expect((await known.signIn('andi')).statusCode).toBe(200);
    // that device is slowed down by its own failures only
    for (let time = 0; time < 3; time++) {
      expect((await known.signIn('andi', 'salah ketik lagi')).statusCode).toBe(401);
    }
    expect((await known.signIn('andi')).json()).toMatchObject({
      code: 'wait',
      waiting: 'account',
    });
  });

  it('takes no word for it that a device is known', async () => {
    await guess(8);
    const forger = stranger();
    for (const cookie of ['x', Buffer.alloc(80).toString('base64url'), 'M'.repeat(4000)]) {
      forger.cookies['posko-known'] = cookie;
      expect((await forger.signIn('andi')).json()).toMatchObject({ code: 'wait' });
    }
    // known to another user is not known to this one
    const other = openBrowser(posko);
    await other.signIn('kepala');
    expect((await other.signIn('andi')).json()).toMatchObject({ code: 'wait' });
  });

  it('from one address waits 5 s at most, so that a control room behind it gets in', async () => {
    const room = () => openBrowser(posko, '192.168.7.7');
    for (let time = 0; time < 12; time++) {
      for (;;) {
        const answer = await room().signIn(`nama${time}`, 'salah salah salah');
        if (answer.statusCode === 401) break;
        expect(answer.json().retryAfterMs).toBeLessThanOrEqual(5000);
        posko.passTime(answer.json().retryAfterMs);
      }
    }
    const colleague = room();
    expect((await colleague.signIn('kepala')).json()).toMatchObject({
      code: 'wait',
      waiting: 'address',
      detail: expect.stringMatching(/from this address/),
    });
    posko.passTime(5000);
    expect((await colleague.signIn('kepala')).statusCode).toBe(200);
  });

  it('is checked three times at most when everything is sent at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        stranger().signIn('andi', `salah serentak ${index}`),
      ),
    );
    const checked = answers.filter(({ statusCode }) => statusCode === 401);
    expect(checked).toHaveLength(3);
  });

  it('tells a name that does not exist by nothing', async () => {
    const unknown = await stranger().signIn('tidak-ada', 'salah salah salah');
    const wrong = await stranger().signIn('andi', 'salah salah salah');
    expect(unknown.json()).toEqual(wrong.json());
    expect(unknown.json()).toMatchObject({ status: 401, code: 'wrong_credentials' });
    for (let time = 0; time < 2; time++) await stranger().signIn('tidak-ada', 'salah salah');
    expect((await stranger().signIn('tidak-ada', 'salah salah')).json()).toMatchObject({
      code: 'wait',
    });
  });

  it('stands in the log once a minute, without what was typed', async () => {
    const { pool } = posko.database;
    const refused = async () => {
      const { rows } = await pool.query<{ subject: string | null; data: string }>(
        `select subject, data::text from log where action = 'session.refused' order by sequence`,
      );
      return rows;
    };
    const before = (await refused()).length;
    await stranger().signIn('andi', 'rahasia salah satu');
    await stranger().signIn('andi', 'rahasia salah dua');
    const typed = stranger();
    await typed.signIn(goodPassword, 'andi');
    await stranger().signIn('tidak-ada', 'rahasia salah tiga');
    // written beside the answer, which would otherwise tell by its time that there is such a name
    await expect.poll(async () => (await refused()).length).toBeGreaterThanOrEqual(before + 2);
    const rows = (await refused()).slice(before);
    expect(rows.map(({ subject }) => subject).sort()).toEqual([null, 'user:andi'].sort());
    expect(JSON.stringify(rows)).not.toMatch(/rahasia|kuda/);
  });
});
