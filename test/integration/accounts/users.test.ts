import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AccountsApp,
  addUser,
  type Browser,
  goodPassword,
  openAccountsApp,
  openBrowser,
  setUp,
} from './accountsApp.ts';

let posko: AccountsApp;
let kepala: Browser;
let kutim: Browser;
let andi: Browser;
beforeAll(async () => {
  posko = await openAccountsApp();
  kepala = await setUp(posko);
  kutim = await addUser(posko, kepala, 'kutim', [{ role: 'administrator', region: '64.08' }]);
  andi = await addUser(posko, kepala, 'andi', [{ role: 'dispatcher', region: '64.08.04' }]);
  await addUser(posko, kepala, 'samarinda', [{ role: 'commander', region: '64.72' }]);
  await addUser(posko, kepala, 'dua-tempat', [
    { role: 'viewer', region: '64.08' },
    { role: 'viewer', region: '64.72' },
  ]);
});
afterAll(() => posko.close());

const person = (name: string, grants: readonly object[] = []) => ({
  name,
  fullName: 'Orang Baru',
  password: 'kata sementara 7',
  grants,
});

describe('managing users', () => {
  it('shows those whose grants all lie in the own regions, and those without any', async () => {
    await kutim.send('POST', '/users', person('kosong'));
    const { users } = (await kutim.send('GET', '/users')).json();
    const names = users.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['andi', 'kosong', 'kutim']);
    expect(users[0]).toEqual({
      name: 'andi',
      fullName: 'Orang andi',
      grants: [{ role: 'dispatcher', region: '64.08.04' }],
      hasSecondFactor: false,
      mustChangePassword: false,
      isDisabled: false,
      createdAtMs: expect.any(Number),
    });
    expect((await kepala.send('GET', '/users')).json().users).toHaveLength(6);
    expect((await andi.send('GET', '/users')).json()).toMatchObject({ code: 'forbidden' });
    for (const name of ['samarinda', 'dua-tempat', 'kepala', 'tidak-ada']) {
      const answers = [
        await kutim.send('GET', `/users/${name}`),
        await kutim.send('PATCH', `/users/${name}`, { isDisabled: true }),
        await kutim.send('PUT', `/users/${name}/password`, { password: goodPassword }),
        await kutim.send('DELETE', `/users/${name}/second-factor`),
        await kutim.send('DELETE', `/users/${name}/sessions`),
      ];
      for (const answer of answers) expect(answer.json()).toMatchObject({ code: 'user_not_found' });
    }
  });

  it('gives what lies in the own regions, and nothing beyond', async () => {
    for (const [role, region] of [
      ['viewer', '64'],
      ['administrator', '*'],
      ['viewer', '64.72'],
    ]) {
      const grants = [
        { role: 'viewer', region: '64.08' },
        { role, region },
      ];
      const added = await kutim.send('POST', '/users', person('terlalu', grants));
      expect(added.json()).toMatchObject({ code: 'forbidden' });
      const changed = await kutim.send('PATCH', '/users/kutim', { grants });
      expect(changed.json()).toMatchObject({ code: 'forbidden' });
    }
    const grants = [{ role: 'commander', region: '64.08.04' }];
    const added = await kutim.send('POST', '/users', person('komandan', grants));
    expect(added.statusCode).toBe(201);
    expect(added.json()).toMatchObject({ name: 'komandan', grants, mustChangePassword: true });
    expect((await kutim.send('POST', '/users', person('KOMANDAN '))).json()).toMatchObject({
      status: 409,
      code: 'name_taken',
    });
  });

  it('refuses what is no name, no region, no role and no password', async () => {
    const bad = [
      person('x'),
      person('nama dengan spasi'),
      { ...person('baik'), fullName: '  ' },
      { ...person('baik'), fullName: 'a\u0000b' },
      person('baik', [{ role: 'viewer', region: '64.8' }]),
      person('baik', [{ role: 'raja', region: '64.08' }]),
      { ...person('baik'), password: 'x'.repeat(513) },
    ];
    for (const body of bad) {
      expect((await kepala.send('POST', '/users', body)).json()).toMatchObject({
        code: 'bad_request',
      });
    }
    const weak = await kepala.send('POST', '/users', { ...person('baik'), password: 'pendek' });
    expect(weak.json()).toMatchObject({ code: 'weak_password', weakness: 'too_short' });
    const set = await kepala.send('PUT', '/users/andi/password', { password: 'password1234' });
    expect(set.json()).toMatchObject({ code: 'weak_password', weakness: 'common' });
    expect((await kepala.send('PATCH', '/users/andi', {})).json()).toMatchObject({
      code: 'bad_request',
    });
  });

  it('of several regions stands in the log of each, without what is of the others', async () => {
    await openBrowser(posko).signIn('dua-tempat', 'bukan kata sandinya');
    const seenBy = async (browser: Browser) => {
      const { entries } = (await browser.send('GET', '/audit?limit=100')).json();
      return entries.filter(({ subject }: { subject: string }) => subject === 'user:dua-tempat');
    };
    await expect.poll(async () => (await seenBy(kutim))[0]?.action).toBe('session.refused');
    const entries = await seenBy(kutim);
    for (const { data } of entries) expect(data.regions).toEqual(['64.08']);
    expect(entries.at(-1)).toMatchObject({
      action: 'user.created',
      data: { grants: [{ role: 'viewer', region: '64.08' }] },
    });
    expect((await seenBy(kepala))[0]?.data.regions).toEqual(['64.08', '64.72']);
  });

  it('says what is not right in a body, and what would be', async () => {
    const detailOf = async (body: object) =>
      (await kepala.send('POST', '/users', body)).json().detail;
    expect(await detailOf(person('baik', [{ role: 'raja', region: '64.08' }]))).toBe(
      'body/grants/0/role must be one of viewer, dispatcher, commander, administrator, integrator',
    );
    expect(await detailOf({ ...person('baik'), peran: 'x' })).toBe('body has no property peran');
    expect(await detailOf(person('baik', [{ role: 'viewer', region: '99.99' }]))).toMatch(
      /there is no province 99/,
    );
  });

  it('takes effect on sessions at once, and ends what is open', async () => {
    expect((await andi.send('GET', '/session')).statusCode).toBe(200);
    const { sessions } = (await andi.send('GET', '/sessions')).json();
    posko.ended.length = 0;
    const grants = [{ role: 'viewer', region: '64.08.05' }];
    expect((await kutim.send('PATCH', '/users/andi', { grants })).json()).toMatchObject({ grants });
    expect(posko.ended).toEqual(
      expect.arrayContaining(sessions.map(({ key }: { key: number }) => `session:${key}`)),
    );
    expect((await andi.send('GET', '/session')).json()).toMatchObject({
      grants,
      permissions: ['map.view', 'units.view', 'sites.view', 'alarms.view'],
    });
    await kutim.send('PATCH', '/users/andi', { isDisabled: true });
    expect((await andi.send('GET', '/session')).json()).toMatchObject({ code: 'signed_out' });
    await kutim.send('PATCH', '/users/andi', { isDisabled: false, fullName: 'Andi Baru' });
    // the sessions of before do not come back
    expect((await andi.send('GET', '/session')).json()).toMatchObject({ code: 'signed_out' });
    expect((await andi.signIn('andi')).json()).toMatchObject({ fullName: 'Andi Baru' });
    expect((await kutim.send('DELETE', '/users/andi/sessions')).statusCode).toBe(204);
    expect((await andi.send('GET', '/session')).json()).toMatchObject({ code: 'signed_out' });
  });

  it('leaves one administrator of everything', async () => {
    const refused = [
      await kepala.send('PATCH', '/users/kepala', { isDisabled: true }),
      await kepala.send('PATCH', '/users/kepala', { grants: [] }),
      await kepala.send('PATCH', '/users/kepala', {
        grants: [{ role: 'administrator', region: '64' }],
      }),
    ];
    for (const answer of refused) {
      expect(answer.json()).toMatchObject({ status: 409, code: 'last_administrator' });
    }
    const all = [{ role: 'administrator', region: '*' }];
    const wakil = await addUser(posko, kepala, 'wakil', [{ role: 'administrator', region: '*' }]);
    const answers = await Promise.all([
      kepala.send('PATCH', '/users/kepala', { grants: [] }),
      wakil.send('PATCH', '/users/wakil', { grants: [] }),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    if (answers[0].statusCode === 200) {
      await wakil.send('PATCH', '/users/kepala', { grants: all });
      await kepala.send('PATCH', '/users/wakil', { grants: [] });
    }
  });

  it('changes nothing of somebody when a part is refused', async () => {
    const { users } = (await kepala.send('GET', '/users')).json();
    const isAll = ({ role, region }: { role: string; region: string }) =>
      role === 'administrator' && region === '*';
    const [last] = users.filter(({ grants }: { grants: [] }) => grants.some(isAll));
    const browser = openBrowser(posko);
    await browser.signIn(last.name);
    const refused = await browser.send('PATCH', `/users/${last.name}`, {
      fullName: 'Nama Lain',
      isDisabled: true,
    });
    expect(refused.json()).toMatchObject({ status: 409, code: 'last_administrator' });
    expect((await browser.send('GET', `/users/${last.name}`)).json()).toEqual(last);
  });

  it('takes nothing for a name that can be none', async () => {
    for (const name of ['%00', 'a%00b', 'ANDI', 'a%20b', `${'a'.repeat(33)}`]) {
      expect((await kepala.send('GET', `/users/${name}`)).json()).toMatchObject({
        code: 'bad_request',
      });
    }
  });

  it('does not replace the own password or second factor, which ask for what one knows', async () => {
    const own = [
      await kutim.send('PUT', '/users/kutim/password', { password: 'kata sementara 7' }),
      await kutim.send('DELETE', '/users/kutim/second-factor'),
    ];
    for (const answer of own) {
      expect(answer.json()).toMatchObject({ status: 403, code: 'own_account' });
    }
    expect((await openBrowser(posko).signIn('kutim')).statusCode).toBe(200);
  });
});

describe('the log', () => {
  it('is shown by region, newest first, page by page', async () => {
    const page = async (browser: Browser, query: string) =>
      (await browser.send('GET', `/audit${query}`)).json();
    const all = await page(kepala, '?limit=500');
    expect(all.nextCursor).toBeNull();
    const sequences = all.entries.map(({ sequence }: { sequence: number }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((one: number, other: number) => other - one));
    const walked: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next = await page(kepala, `?limit=7${cursor === '' ? '' : `&before=${cursor}`}`);
      walked.push(...next.entries.map(({ sequence }: { sequence: number }) => sequence));
      cursor = next.nextCursor;
    }
    expect(walked).toEqual(sequences);

    const ours = await page(kutim, '?limit=500');
    expect(ours.entries.length).toBeGreaterThan(0);
    for (const { region, data } of ours.entries) {
      for (const place of data.regions ?? [region]) expect(place).toMatch(/^64\.08/);
    }
    expect(ours.entries).toContainEqual(
      expect.objectContaining({
        actor: 'kutim',
        action: 'user.created',
        subject: 'user:komandan',
        region: '64.08.04',
      }),
    );
    expect((await andi.signIn('andi')).statusCode).toBe(200);
    expect((await andi.send('GET', '/audit')).json()).toMatchObject({ code: 'forbidden' });
  });

  it('shows a change of roles to each region that it concerns, and of each its own part', async () => {
    const kaltim = await addUser(posko, kepala, 'kaltim', [
      { role: 'administrator', region: '64' },
    ]);
    const bontang = await addUser(posko, kepala, 'bontang', [
      { role: 'administrator', region: '64.74' },
    ]);
    const viewer = (region: string) => ({ role: 'viewer', region });
    await kaltim.send('POST', '/users', person('pindah', [viewer('64.08'), viewer('64.09')]));
    const grants = [viewer('64.09'), viewer('64.74')];
    expect((await kaltim.send('PATCH', '/users/pindah', { grants })).statusCode).toBe(200);
    const seenBy = async (browser: Browser) => {
      const { entries } = (await browser.send('GET', '/audit?limit=500')).json();
      return entries
        .filter(
          ({ action, subject }: { action: string; subject: string }) =>
            action === 'user.grants_changed' && subject === 'user:pindah',
        )
        .map(({ region, data }: { region: string; data: object }) => ({ region, ...data }));
    };
    const left = { region: '64.08', before: [viewer('64.08')], after: [] };
    const came = { region: '64.74', before: [], after: [viewer('64.74')] };
    expect(await seenBy(kutim)).toEqual([left]);
    expect(await seenBy(bontang)).toEqual([came]);
    expect(await seenBy(kaltim)).toEqual([came, left]);
    await kepala.send('PATCH', '/users/pindah', { grants: [viewer('64.09'), viewer('*')] });
    const gone = { region: '64.74', before: [viewer('64.74')], after: [] };
    const everywhere = { region: null, before: [], after: [viewer('*')] };
    expect(await seenBy(kepala)).toEqual([gone, everywhere, came, left]);
    expect(await seenBy(kaltim)).toEqual([gone, came, left]);
  });

  it('holds no password, no secret and no full name, and the server logs none either', async () => {
    const { rows } = await posko.database.pool.query('select * from log');
    const text = JSON.stringify(rows) + posko.lines.join('\n');
    expect(text).toContain('user.created');
    const secrets = [kepala, kutim, andi].flatMap(({ cookies }) => Object.values(cookies));
    for (const word of [goodPassword, 'kata sementara', 'Orang', ...secrets]) {
      expect(text).not.toContain(word);
    }
  });
});
