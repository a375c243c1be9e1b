import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Database, openDatabase, openExternal } from '../../../server/storage/database.ts';
import { migrate, migrationsFolder } from '../../../server/storage/migrate.ts';
import { PositionStore } from '../../../server/storage/positionStore.ts';
import { addTracker } from '../../../server/storage/trackerStore.ts';
import { watchTrackers } from '../../../server/storage/watchTrackers.ts';
import { makeScratch, removeScratch, scratchForTest, silent } from './scratch.ts';

/** For what happens as soon as the machine gets to it. */
const patient = { timeout: 20_000, interval: 5 };

let dataDir = '';
let database: Database;

beforeAll(async () => {
  dataDir = makeScratch();
  database = await openDatabase({ databaseUrl: undefined, dataDir, log: silent });
});

afterAll(async () => {
  await database.close();
  expect(database.status().state).toBe('stopped');
  removeScratch(dataDir);
});

describe('migrate', () => {
  let client: pg.Client;
  let folder = '';

  beforeEach(async () => {
    const name = `migrate_${process.hrtime.bigint()}`;
    await database.pool.query(`create database ${name}`);
    client = await connect(name);
    folder = scratchForTest();
    write('0001_first.sql', 'create table first (a int); insert into first values (1);');
  });

  it('runs each file once, in order', async () => {
    write('0002_second.sql', 'alter table first add b int');
    expect(await migrate(client, folder)).toEqual(['0001_first.sql', '0002_second.sql']);
    expect(await migrate(client, folder)).toEqual([]);
    write('0003_third.sql', 'update first set b = 3');
    expect(await migrate(client, folder)).toEqual(['0003_third.sql']);
    expect((await client.query('select * from first')).rows).toEqual([{ a: 1, b: 3 }]);
  });

  it('refuses a database whose schema is newer than the program', async () => {
    write('0002_later.sql', 'create table later ()');
    await migrate(client, folder);
    const older = scratchForTest();
    writeFileSync(path.join(older, '0001_first.sql'), read('0001_first.sql'));
    await expect(migrate(client, older)).rejects.toThrow(
      /schema is newer than this program: it has had 0002_later.sql/,
    );
  });

  it('refuses a file that was changed after it ran', async () => {
    await migrate(client, folder);
    write('0001_first.sql', 'create table first (a int)');
    await expect(migrate(client, folder)).rejects.toThrow(/0001_first.sql was changed/);
  });

  it('changes nothing when a file fails, and can be run again when it is mended', async () => {
    write('0002_broken.sql', 'create table second (); select nonsense;');
    await expect(migrate(client, folder)).rejects.toThrow(
      /0002_broken.sql failed and changed nothing: column "nonsense" does not exist/,
    );
    expect((await client.query("select to_regclass('second') as t")).rows).toEqual([{ t: null }]);
    write('0002_broken.sql', 'create table second ()');
    expect(await migrate(client, folder)).toEqual(['0002_broken.sql']);
  });

  it('lets one of several starters do it while the others wait', async () => {
    write('0001_first.sql', 'create table first (a int); select pg_sleep(0.2);');
    const others = await Promise.all([1, 2, 3].map(() => connect(client.database ?? '')));
    const done = await Promise.all([client, ...others].map((each) => migrate(each, folder)));
    expect(done.flat()).toEqual(['0001_first.sql']);
  });

  it('makes the whole schema of this program', async () => {
    await migrate(client, migrationsFolder);
    await client.query('select from positions, trackers, units');
  });

  function write(name: string, sql: string): void {
    writeFileSync(path.join(folder, name), sql);
    contents.set(name, sql);
  }
  const contents = new Map<string, string>();
  const read = (name: string): string => contents.get(name) ?? '';
});

describe('an outside database', () => {
  it('is used by its URL', async () => {
    const outside = await openExternal(url({}), silent);
    onTestFinished(() => outside.close());
    expect(outside.status()).toMatchObject({ kind: 'external', state: 'running' });
    expect((await outside.pool.query('select count(*)::int as n from trackers')).rows).toEqual([
      { n: 0 },
    ]);
  });

  it.each([
    ['the password is wrong', { password: 'wrong' }, /refused the user or password/],
    ['there is no such database', { database: 'nowhere' }, /no such database/],
    ['nothing listens', { host: '/nonexistent' }, /cannot be reached.*POSKO_DATABASE_URL/],
  ])('is refused with a sentence when %s', async (_, change, sentence) => {
    const opening = openExternal(url(change), silent);
    await expect(opening).rejects.toThrow(sentence);
    await expect(opening).rejects.not.toThrow(String(database.connection.password));
  });
});

describe('while the database is away', () => {
  it('the writer keeps what it is offered, and loses nothing', async () => {
    let nowMs = 1_732_666_503_000;
    const store = new PositionStore({ pool: database.pool, log: silent, nowMs: () => nowMs });
    const offer = (fixedAtMs: number): void =>
      store.offer({
        trackerKey: 7,
        fix: { fixedAtMs, lon: 117.5, lat: 0.5 },
        receivedAtMs: nowMs,
        verdict: 'live',
      });
    let offered = 0;
    for (; offered < 5_000; offered++) offer(nowMs + offered);
    await killPostmaster();
    for (; offered < 20_000; offered++) offer(nowMs + offered);
    await vi.waitFor(() => expect(store.status().failing).not.toBeNull(), patient);
    expect(store.status().failing).toMatchObject({ sinceMs: nowMs });
    expect(store.status().notStored).toBe(0);
    nowMs += 1_000;
    await store.flush();
    const { written, duplicates, failing, notStored } = store.status();
    expect({ all: written + duplicates, failing, notStored }).toEqual({
      all: 20_000,
      failing: null,
      notStored: 0,
    });
    const { rows } = await database.pool.query('select count(*)::int as n from positions');
    expect(rows).toEqual([{ n: 20_000 }]);
    await store.close();
    offer(0);
    expect(store.status()).toMatchObject({ queued: 0, notStored: 1 });
  });

  it('an idle connection that breaks is told by the status, and the pool works again', async () => {
    const outside = await openExternal(url({}), silent);
    onTestFinished(() => outside.close());
    await outside.pool.query('select 1');
    await killPostmaster();
    await vi.waitFor(() => expect(outside.status().state).toBe('away'), patient);
    await vi.waitFor(() => outside.pool.query('select 1'), patient);
    expect(outside.status()).toMatchObject({ state: 'running', error: undefined });
  });

  it('the watch on trackers connects again and tells so', async () => {
    let changes = 0;
    const watch = await watchTrackers({
      connection: database.connection,
      log: silent,
      onChange: () => {
        changes += 1;
      },
    });
    onTestFinished(() => watch.close());
    await killPostmaster();
    await vi.waitFor(() => expect(changes).toBe(1), patient);
    await addTracker(database.pool, {
      id: 'after',
      region: '64.08',
      callsign: 'After',
      kind: 'handheld',
      agency: 'polri',
    });
    await vi.waitFor(() => expect(changes).toBeGreaterThan(1), patient);
  });

  it('a writer that is closed gives up after a while and counts what is left', async () => {
    const pool = new pg.Pool({ host: '/nonexistent' });
    const store = new PositionStore({ pool, log: silent, nowMs: () => 0 });
    const fix = { fixedAtMs: 0, lon: 0, lat: 0 };
    store.offer({ trackerKey: 1, fix, receivedAtMs: 0, verdict: 'live' });
    await store.close();
    expect(store.status()).toMatchObject({ queued: 0, written: 0, notStored: 1 });
    await pool.end();
  });
});

async function connect(name: string): Promise<pg.Client> {
  const client = new pg.Client({ ...database.connection, database: name });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

function url(change: { host?: string; password?: string; database?: string }): string {
  const { host, user, password, database: name } = { ...database.connection, ...change };
  return `postgres://${user}:${password}@${encodeURIComponent(host ?? '')}/${name}`;
}

/** Kills the postmaster with kill -9 and waits until the supervisor has seen it. */
async function killPostmaster(): Promise<void> {
  const { restarts } = database.status();
  const pidFile = path.join(dataDir, 'postgres', 'postmaster.pid');
  process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGKILL');
  await vi.waitFor(() => expect(database.status().state).toBe('away'), patient);
  expect(database.status().restarts).toBe(restarts);
}
