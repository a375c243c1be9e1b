import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAccountRecords } from '../../../server/storage/accountStore.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import { writeRecorded } from '../../../server/storage/recordStore.ts';
import { installationOfFile } from './installation.ts';

const installation = installationOfFile();
const pool = () => installation().database.pool;
const posko = (...args: readonly string[]) => installation().posko(args);
const find = (...words: readonly string[]) =>
  posko('person', 'find', ...words, '--reason', 'permintaan 1');
const day = Date.UTC(2024, 10, 27);

beforeEach(async () => {
  await pool().query('truncate units, trackers, tracker_assignments, incidents, users cascade');
  await pool().query('truncate positions, retention_rules');
  await posko('tracker', 'add', 'hp-07', '--region', '64.08', '--bearer', 'Bripka Andi');
  const { rows } = await pool().query<{ key: number }>('select key from trackers');
  await writeRecorded(pool(), {
    positions: [0, 1, 2].map((hours) => ({
      trackerKey: rows[0]?.key ?? 0,
      fix: { fixedAtMs: day + hours * 3_600_000, lon: 117.5, lat: 0.5 },
      receivedAtMs: day + hours * 3_600_000,
      verdict: 'live',
    })),
    quarantined: [],
  });
});

it('finds a person by part of the name', async () => {
  const found = await posko('person', 'find', 'andi', '--reason', 'permintaan 3');
  expect(found).toEqual({ status: 0, output: 'unit\thp-07\tBripka Andi\t64.08\n', error: '' });
  expect((await find('nobody', 'here')).output).toBe('Nobody was found.\n');
  const [, entry] = await lastDeeds(2);
  expect(entry).toMatchObject({ action: 'person.searched', data: { reason: 'permintaan 3' } });
  // what cannot be erased later
  expect(JSON.stringify(await lastDeeds(20))).not.toMatch(/Andi|nobody/i);
});

it('changes and takes away who carries a unit', async () => {
  await posko('tracker', 'set', 'hp-07', '--bearer', 'Budi');
  expect((await find('budi')).output).toMatch(/^unit\thp-07\tBudi/);
  await posko('tracker', 'set', 'hp-07', '--bearer', '');
  expect((await find('budi')).output).toBe('Nobody was found.\n');
});

describe('person export', () => {
  it('writes all of a unit into a file for its owner alone, with the reason in the log', async () => {
    const to = path.join(scratch(), 'andi.json');
    const args = ['person', 'export', '--unit', 'hp-07', '--reason', 'permintaan 4', '--to', to];
    const end = await posko(...args);
    expect(end).toMatchObject({ status: 0, error: '' });
    const read = JSON.parse(readFileSync(to, 'utf8'));
    expect(read.unit).toMatchObject([{ bearer: 'Bripka Andi' }]);
    expect(read.positions).toHaveLength(3);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(await lastDeeds(1)).toMatchObject([
      {
        action: 'person.exported',
        subject: 'unit:hp-07',
        region: '64.08',
        data: { reason: 'permintaan 4' },
      },
    ]);
    const before = readFileSync(to, 'utf8');
    expect(await posko(...args)).toMatchObject({
      status: 1,
      error: `There is a file ${to} already: name a new one.\n`,
    });
    expect(readFileSync(to, 'utf8')).toBe(before);
  });

  it('says so when the folder of the file is not there', async () => {
    const to = path.join(scratch(), 'none', 'hp.json');
    const end = await posko('person', 'export', '--unit', 'hp-07', '--reason', 'x', '--to', to);
    const error = `The folder of ${to} is not there: make it, or name another.\n`;
    expect(end).toEqual({ status: 1, output: '', error });
  });

  it('says so when there is nobody of that name', async () => {
    const to = path.join(scratch(), 'x.json');
    for (const who of [
      ['--unit', 'x'],
      ['--user', 'x'],
    ]) {
      const end = await posko('person', 'export', ...who, '--reason', 'x', '--to', to);
      expect(end).toMatchObject({ status: 1, error: expect.stringMatching(/^There is no u/) });
      expect(existsSync(to)).toBe(false);
    }
  });
});

describe('person erase', () => {
  const erase = (from: string, to: string) =>
    posko(
      ...['person', 'erase', '--unit', 'hp-07', '--from', from, '--to', to],
      ...['--reason', 'permintaan 5'],
    );

  it('erases what is in the window', async () => {
    const end = await erase('2024-11-27', '2024-11-27T10:00+08:00');
    expect(end).toMatchObject({ status: 0, error: '' });
    expect(end.output).toMatch(/^Erased of hp-07: 2 positions, 0 entries of quarantine, 0 events/);
    expect((await find('andi')).output).toBe('Nobody was found.\n');
  });

  it('is refused while an open incident holds it, and names that', async () => {
    await pool().query(
      `insert into incidents (id, version, sequence, title, level, region, is_exercise, opened_at, data)
       values (gen_random_uuid(), 1, 0, 'Ricuh', 'merah', '64.08', false, '2024-11-27T12:00Z', '{}')`,
    );
    const end = await erase('2024-11-27', '2024-11-28');
    expect(end).toMatchObject({ status: 1, output: '' });
    expect(end.error).toMatch(
      /^Nothing was erased: the open incident "Ricuh" \(.*\) holds from 2024-11-26T12:00.*Close it/,
    );
    expect((await find('andi')).output).toMatch(/^unit/);
  });
});

describe('who is named in check-ins', () => {
  beforeEach(async () => {
    await pool().query(
      `with operation as (
         insert into operations (id, name, region, starts_at) values ('op', 'Op', '64.08', now())
         returning key
       ), site as (
         insert into sites (id, operation_key) select 'tps-1', key from operation returning key
       ), version as (
         insert into site_versions (site_key, version, valid_from, begun_by, name, kind, class, region,
                                    lon, lat)
         select key, 1, now(), 1, 'TPS 1', 'tps', 'rawan', '64.08.04', 0, 0 from site
       )
       insert into check_ins (id, site_key, agency, strength, means, who, from_at, until_at, made_by)
       select 'c1', key, 'linmas', 4, 'radio', 'Pak Joko', '2024-11-27', '2024-11-28', 'cli' from site`,
    );
    return async () => {
      await pool().query('truncate operations cascade');
    };
  });

  it('is found, exported and erased by exactly the name that was typed', async () => {
    expect((await find('joko')).output).toBe('caller\tPak Joko\tPak Joko\t64.08.04\n');
    const to = path.join(scratch(), 'joko.json');
    const named = ['--caller', 'Pak Joko', '--reason', 'permintaan 7'];
    const exported = await posko('person', 'export', ...named, '--to', to);
    expect(exported).toEqual({
      status: 0,
      output: `Wrote all that is kept of the caller "Pak Joko": ${to}\n`,
      error: '',
    });
    expect(JSON.parse(readFileSync(to, 'utf8')).checkIns).toMatchObject([
      { site: 'tps-1', strength: 4, calledIn: true },
    ]);
    const erased = await posko('person', 'erase', ...named);
    expect(erased).toMatchObject({
      status: 0,
      output: expect.stringMatching(/^Check-ins from which the name was erased: 1[.]/),
    });
    expect((await find('joko')).output).toBe('Nobody was found.\n');
    const again = 'Nothing was erased: nobody called in as "Pak Joko".\n';
    expect(await posko('person', 'erase', ...named)).toMatchObject({ status: 1, error: again });
    expect(JSON.stringify(await lastDeeds(20))).not.toMatch(/joko/i);
  });

  it('is not erased while there is an open incident of that time', async () => {
    await pool().query(
      `insert into incidents (id, version, sequence, title, level, region, is_exercise, opened_at, data)
       values (gen_random_uuid(), 1, 0, 'Ricuh', 'merah', '64.08', false, '2024-11-27T12:00Z', '{}')`,
    );
    const end = await posko('person', 'erase', '--caller', 'Pak Joko', '--reason', 'x');
    expect(end.error).toMatch(/^Nothing was erased: the open incident "Ricuh" .* Close it first/);
    expect((await find('joko')).output).toMatch(/^caller/);
  });
});

describe('person erase of a user', () => {
  it('leaves nothing that names them but what the log has', async () => {
    const records = createAccountRecords(pool());
    const deed = { actor: null, action: 'test', subject: null, region: null, data: {} };
    const add = (name: string, region: string) =>
      records.addUser(
        {
          name,
          fullName: `Orang ${name}`,
          passwordHash: 'x',
          mustChangePassword: false,
          grants: [{ role: 'administrator', region }],
        },
        deed,
      );
    await add('kepala', '*');
    const { key = 0 } = (await add('budi', '64.08')) ?? {};
    const session = await records.addSession(
      {
        idHash: randomBytes(32),
        userKey: key,
        createdAtMs: day,
        seenAtMs: day,
        expiresAtMs: day + 1,
        address: '10.0.0.5',
        userAgent: 'x',
        checkedHash: null,
      },
      deed,
    );
    await records.addToken(
      {
        idHash: randomBytes(32),
        kind: 'api',
        name: 'milik budi',
        ownerKey: key,
        grant: { role: 'viewer', region: '64.08' },
        expiresAtMs: Date.now() + 1e6,
        sessionKey: session?.key ?? 0,
      },
      deed,
    );
    const end = await posko('person', 'erase', '--user', 'budi', '--reason', 'permintaan 6');
    expect(end).toEqual({
      status: 0,
      output: `Erased the user budi, who is erased-${key} now. The log keeps the name budi.\n`,
      error: '',
    });
    expect(await records.userByName(`erased-${key}`)).toMatchObject({
      fullName: `erased-${key}`,
      grants: [],
      passwordHash: null,
      isDisabled: true,
    });
    expect(await records.sessionsOf(key)).toEqual([]);
    const [token] = await records.listTokens(key);
    expect(token?.revokedAtMs).not.toBeNull();
    expect(JSON.stringify(token)).not.toContain('budi');
    expect((await find('budi')).output).toBe('Nobody was found.\n');
    const [, entry] = await lastDeeds(2);
    expect(entry).toMatchObject({
      actor: 'cli',
      action: 'person.erased',
      subject: 'user:budi',
      data: { reason: 'permintaan 6' },
    });
    const last = await posko('person', 'erase', '--user', 'kepala', '--reason', 'x');
    expect(last).toMatchObject({ status: 1, error: expect.stringMatching(/^One administrator/) });
    expect(await posko('person', 'erase', '--user', 'budi', '--reason', 'x')).toMatchObject({
      status: 1,
      error: 'There is no user "budi".\n',
    });
  });
});

describe('tracker add and set', () => {
  it('stand in the log of the regions that they concern, without naming who carries it', async () => {
    await posko('tracker', 'set', 'hp-07', '--region', '64.71', '--bearer', 'Briptu Citra');
    const entries = await lastDeeds(3);
    const changed = {
      actor: 'cli',
      action: 'tracker.changed',
      subject: 'tracker:hp-07',
      data: { changed: ['bearer', 'region'], region: '64.71' },
    };
    expect(entries).toMatchObject([
      { ...changed, region: '64.71' },
      { ...changed, region: '64.08' },
      {
        actor: 'cli',
        action: 'tracker.added',
        subject: 'tracker:hp-07',
        region: '64.08',
        data: { kind: 'handheld', agency: 'polri', hasBearer: true },
      },
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/Andi|Citra/);
    expect(await posko('tracker', 'add', 'hp-08', '--region', '64.99')).toMatchObject({
      status: 1,
      error: expect.stringMatching(/none is 99/),
    });
    expect(await posko('tracker', 'set', 'hp-07', '--region', '99.01')).toMatchObject({
      status: 1,
      error: expect.stringMatching(/there is no province 99/),
    });
    expect((await lastDeeds(1))[0]?.sequence).toBe(entries[0]?.sequence);
  });
});

it('sets, lists and removes how long positions are kept', async () => {
  expect(await posko('retention', 'set', '64.08', 'handheld', '90')).toMatchObject({
    status: 0,
    output: 'Positions of handheld of 64.08 are kept 90 days.\n',
  });
  await posko('retention', 'set', '*', '*', '180');
  expect((await posko('retention', 'list')).output).toBe(
    '*\t*\t366\n*\t*\t180\n64.08\thandheld\t90\n',
  );
  expect(await posko('retention', 'remove', '*', '*')).toMatchObject({ status: 0 });
  expect(await posko('retention', 'remove', '*', '*')).toMatchObject({
    status: 1,
    error: 'There is no rule for * *.\n',
  });
  expect((await lastDeeds(3)).map(({ action, region }) => [action, region])).toEqual([
    ['retention.removed', null],
    ['retention.set', null],
    ['retention.set', '64.08'],
  ]);
});

it.each([
  [['person', 'find', 'andi'], /^--reason is missing: it goes into the log/],
  [['person', 'find', 'a'], /^name at least two letters/],
  [['person', 'export', '--reason', 'x', '--to', 'y'], /^name one of --unit, --user and --caller/],
  [['person', 'export', '--unit', 'x', '--to', 'y'], /^--reason is missing/],
  [['person', 'export', '--unit', 'x', '--reason', 'y'], /^--to is missing/],
  [['person', 'erase', '--from', '2024-11-27'], /^name one of --unit, --user and --caller/],
  [['person', 'erase', '--user', 'x', '--caller', 'y'], /^name one of --unit/],
  [['person', 'erase', '--user', 'x', '--from', '2024-11-27'], /^--from and --to are for a unit/],
  [['person', 'erase', '--unit', 'x', '--from', '27 Nov'], /^--from is "27 Nov"; it must look/],
  [['person', 'erase', '--unit', 'x', '--from', '2024-11-27T08:00'], /^--from is "2024/],
  [
    ['person', 'erase', '--unit', 'x', '--from', '2024-11-27', '--to', '2024-11-27'],
    /^--from must be before --to/,
  ],
  [['retention', 'set', '64.08', 'tank', '9'], /^the kind is "tank"/],
  [['retention', 'set', '64.08.04', '*', '9'], /^the region is "64.08.04"/],
  [['retention', 'set', '99', '*', '9'], /^there is no province 99/],
  [['retention', 'set', '64.08', '*'], /^name <region> <kind> <days>/],
  [['retention', 'set', '64.08', '*', '366'], /^all positions go after POSKO_RETENTION_DAYS, 366/],
])('is called wrongly with %j', async (args, sentence) => {
  const end = await posko(...args);
  expect(end).toMatchObject({ status: 2, error: expect.stringMatching(sentence) });
});

function lastDeeds(limit: number) {
  return readLog(pool(), { before: undefined, limit, regions: undefined });
}

function scratch(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
