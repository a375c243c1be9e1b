import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { verifyPassword } from '../../../server/accounts/passwords.ts';
import { createAccountRecords } from '../../../server/storage/accountStore.ts';
import { installationOfFile } from './installation.ts';

const password = 'sangatta-di-pagi-hari';
const deed = { actor: null, action: 'x', subject: null, region: null, data: {} };

const installation = installationOfFile();
const records = () => createAccountRecords(installation().database.pool);
const posko = (args: readonly string[], answers?: readonly string[]) =>
  installation().posko(args, answers);

beforeEach(async () => {
  await installation().database.pool.query('truncate users cascade');
});

describe('user add', () => {
  it('makes the first user an administrator and commander everywhere', async () => {
    const end = await posko(
      ['user', 'add', 'Andi', '--full-name', 'Andi S.'],
      [password, password],
    );
    expect(end).toEqual({
      status: 0,
      output: 'Added andi: administrator on *, commander on *.\n',
      error: '',
    });
    const user = await records().userByName('andi');
    expect(user).toMatchObject({ fullName: 'Andi S.', mustChangePassword: false });
    expect(await verifyPassword(user?.passwordHash ?? '', password)).toMatchObject({ ok: true });
  });

  it('refuses a first user who may not do everything', async () => {
    const end = await posko(
      [
        'user',
        'add',
        'andi',
        '--full-name',
        'Andi',
        '--role',
        'administrator',
        '--region',
        '64.08',
      ],
      [password, password],
    );
    expect(end).toMatchObject({ status: 1, output: '' });
    expect(end.error).toMatch(/^The first user must be an administrator everywhere: add --role/);
    expect(await records().listUsers()).toEqual([]);
  });

  it('gives others what is named, and a password that they must change', async () => {
    await addAndi();
    const end = await posko(
      [
        ...['user', 'add', 'budi', '--full-name', 'Budi'],
        ...['--role', 'dispatcher', '--region', '64.08', '--role=viewer', '--region=*'],
        ...['--role=commander', '--region=64.08.04'],
      ],
      [password, password],
    );
    expect(end.output).toBe(
      'Added budi: viewer on *, dispatcher on 64.08, commander on 64.08.04.\n',
    );
    expect(await records().userByName('budi')).toMatchObject({ mustChangePassword: true });
    const where = await posko(
      ['user', 'add', 'c1', '--full-name', 'C', '--role', 'viewer'],
      [password, password],
    );
    expect(where.status).toBe(2);
    expect(where.error).toMatch(/^where is viewer\? Add --region/);
    const nobody = await posko(['user', 'add', 'c1', '--full-name', 'C'], [password, password]);
    expect(nobody.output).toBe('Added c1: no roles.\n');
    const again = await posko(['user', 'add', 'budi', '--full-name', 'B'], [password, password]);
    expect(again).toMatchObject({ status: 1, error: 'The user was not added: "budi" is taken.\n' });
    const [entry] = await lastDeeds(1);
    expect(entry).toMatchObject({ actor: 'cli', action: 'user.created', subject: 'user:c1' });
  });

  it.each([
    [
      'a weak password',
      ['password', 'password'],
      /^The password cannot be used: a password has 12/,
    ],
    ['one that was not typed the same twice', [password, 'other'], /^The two were not the same/],
  ])('refuses %s', async (_, answers, sentence) => {
    const end = await posko(['user', 'add', 'andi', '--full-name', 'Andi'], answers);
    expect(end).toMatchObject({ status: 1, error: expect.stringMatching(sentence) });
    expect(await records().listUsers()).toEqual([]);
  });

  it.each([
    [['add'], /^the name of the user is missing/],
    [['add', 'a'], /^a user name is 2 to 32/],
    [['add', 'andi'], /^--full-name is missing/],
    [['add', 'andi', 'b', '--full-name', 'A'], /^"b" is one argument too many/],
    [['add', 'andi', '--full-name', ' '], /^--full-name must be 1 to 100 printable/],
    [['add', 'andi', '--role', 'king'], /^--role is "king"; it must be one of viewer/],
    [['add', 'andi', '--region', '64.08'], /^--region 64.08 must come behind the --role/],
    [['add', 'andi', '--role', 'viewer', '--region', 'x'], /^--region is "x": a region is a code/],
    [
      ['add', 'andi', '--role', 'viewer', '--region', '99.99'],
      /^--region is "99.99": there is no province 99/,
    ],
    [['set', 'andi', '--role', 'viewer'], /^where is viewer\? Add --region/],
    [['set', 'andi'], /^there is nothing to change/],
    [['set', 'andi', '--disable', '--enable'], /^name --disable or --enable/],
    [['set', 'andi', '--no-role', '--role', 'viewer'], /^name roles or --no-role/],
  ])('is called wrongly with %j', async (args, sentence) => {
    const end = await posko(['user', ...args]);
    expect(end).toMatchObject({ status: 2, error: expect.stringMatching(sentence) });
  });
});

describe('user set', () => {
  it('changes roles, name and state, and ends the sessions of who is switched off', async () => {
    await addAndi();
    const budi = await addBudi();
    await openSession(budi.key);
    const end = await posko([
      ...['user', 'set', 'budi', '--full-name', 'Budi W.', '--disable'],
      ...['--role', 'viewer', '--region', '64'],
    ]);
    expect(end).toEqual({ status: 0, output: 'Changed budi.\n', error: '' });
    expect(await records().userByName('budi')).toMatchObject({
      fullName: 'Budi W.',
      isDisabled: true,
      grants: [{ role: 'viewer', region: '64' }],
    });
    expect(await records().sessionsOf(budi.key)).toEqual([]);
    expect((await lastDeeds(4)).map(({ action }) => action)).toEqual([
      'user.sessions_ended',
      'user.renamed',
      'user.disabled',
      'user.grants_changed',
    ]);
    await posko(['user', 'set', 'budi', '--enable', '--no-role']);
    expect((await posko(['user', 'list'])).output).toBe(
      'andi\tAndi\tenabled\tnone\tadministrator on *, commander on *\n' +
        'budi\tBudi W.\tenabled\tnone\tno roles\n',
    );
  });

  it.each([
    [['--disable']],
    [['--no-role']],
    [['--role', 'viewer', '--region', '*', '--full-name', 'X']],
  ])('leaves the last administrator as they are: %j', async (change) => {
    await addAndi();
    const before = await records().userByName('andi');
    const end = await posko(['user', 'set', 'andi', ...change]);
    expect(end).toMatchObject({ status: 1, error: expect.stringMatching(/must remain/) });
    expect(await records().userByName('andi')).toEqual(before);
  });

  it('says so when there is no such user', async () => {
    const end = await posko(['user', 'set', 'nobody', '--disable']);
    expect(end).toMatchObject({ status: 1, error: expect.stringMatching(/no user "nobody"/) });
  });
});

it('gives a user a new password, which they must change, and ends their sessions', async () => {
  await addAndi();
  const budi = await addBudi();
  await openSession(budi.key);
  const end = await posko(['user', 'password', 'budi'], [`${password}2`, `${password}2`]);
  expect(end).toMatchObject({ status: 0, error: '' });
  const user = await records().userByName('budi');
  expect(user).toMatchObject({ mustChangePassword: true });
  expect(await verifyPassword(user?.passwordHash ?? '', `${password}2`)).toMatchObject({
    ok: true,
  });
  expect(await records().sessionsOf(budi.key)).toEqual([]);
  expect((await posko(['user', 'password', '--help'])).output).toMatch(/tokens\s+for scripts end/);
});

it('takes a second factor away, once', async () => {
  const budi = await addBudi();
  const totp = { secret: Buffer.from('sealed'), recoveryHashes: [randomBytes(32)], lastStep: 0 };
  await records().setTotp(budi.key, totp, { deed }, deed);
  await openSession(budi.key);
  expect(await posko(['user', 'reset-factor', 'budi'])).toMatchObject({ status: 0 });
  expect(await records().sessionsOf(budi.key)).toEqual([]);
  expect(await records().userByName('budi')).toMatchObject({ hasSecondFactor: false });
  expect(await posko(['user', 'reset-factor', 'budi'])).toMatchObject({
    status: 1,
    error: 'budi has no second factor.\n',
  });
});

it('lists tokens and revokes one for good', async () => {
  const { key: ownerKey } = await addBudi();
  const token = await records().addToken(
    {
      kind: 'display',
      name: 'Layar 1',
      ownerKey,
      grant: { role: 'viewer', region: '64.08' },
      expiresAtMs: Date.UTC(2100, 0, 1),
      idHash: randomBytes(32),
      sessionKey: (await openSession(ownerKey))?.key ?? 0,
    },
    deed,
  );
  if (token === undefined) throw new Error('there is no token');
  const line = (state: string): string =>
    `${token.key}\tdisplay\tLayar 1\tbudi\tviewer on 64.08\t${state}\t2100-01-01T00:00:00.000Z\t-\n`;
  expect((await posko(['token', 'list'])).output).toBe(line('valid'));
  const revoked = await posko(['token', 'revoke', String(token.key)]);
  expect(revoked.output).toBe(`Revoked token ${token.key} (Layar 1).\n`);
  expect((await posko(['token', 'list'])).output).toBe(line('revoked'));
  const again = await posko(['token', 'revoke', String(token.key)]);
  expect(again).toMatchObject({ status: 1, error: expect.stringMatching(/revoked already/) });
  expect(await posko(['token', 'revoke', '4711'])).toMatchObject({ status: 1 });
  expect(await posko(['token', 'revoke', 'x'])).toMatchObject({ status: 2 });
  expect(await lastDeeds(1)).toMatchObject([{ action: 'token.revoked', region: '64.08' }]);
});

async function addAndi(): Promise<void> {
  await posko(['user', 'add', 'andi', '--full-name', 'Andi'], [password, password]);
}

async function addBudi() {
  const user = { name: 'budi', fullName: 'Budi', mustChangePassword: false };
  const added = await records().addUser({ ...user, passwordHash: null, grants: [] }, deed);
  if (added === undefined) throw new Error('budi was not added');
  return added;
}

function openSession(userKey: number) {
  const times = { createdAtMs: 0, seenAtMs: 0, expiresAtMs: 1 };
  const where = { address: '127.0.0.1', userAgent: 'x' };
  return records().addSession(
    { userKey, ...times, ...where, idHash: randomBytes(32), checkedHash: null },
    deed,
  );
}

function lastDeeds(limit: number) {
  return records().readLog({ before: undefined, limit, regions: undefined });
}
