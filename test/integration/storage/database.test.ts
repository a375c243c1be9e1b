import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Database, openDatabase, openExternal } from '../../../server/storage/database.ts';
import { recordedDialect } from '../../../server/storage/dialect/dialect.ts';
import { migrate, migrationsFolder } from '../../../server/storage/migrate.ts';
import {
  type RecordedBatch,
  readCheckpoint,
  writeRecorded,
} from '../../../server/storage/recordStore.ts';
import { addTracker } from '../../../server/storage/trackerStore.ts';
import { watchChanges } from '../../../server/storage/watchChanges.ts';
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
    expect(await ran(client, folder)).toEqual(['0001_first.sql', '0002_second.sql']);
    expect(await ran(client, folder)).toEqual([]);
    write('0003_third.sql', 'update first set b = 3');
    expect(await ran(client, folder)).toEqual(['0003_third.sql']);
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
    expect(await ran(client, folder)).toEqual(['0002_broken.sql']);
  });

  it('lets one of several starters do it while the others wait', async () => {
    write('0001_first.sql', 'create table first (a int); select pg_sleep(0.2);');
    const others = await Promise.all([1, 2, 3].map(() => connect(client.database ?? '')));
    const done = await Promise.all([client, ...others].map((each) => ran(each, folder)));
    expect(done.flat()).toEqual(['0001_first.sql']);
  });

  it('adds the file of the dialect to a migration, and settles the dialect for good', async () => {
    write('0001_first.plain.sql', 'alter table first add is_plain boolean');
    write('0001_first.timescale.sql', 'alter table first add is_timescale boolean');
    expect(await migrate(client, folder)).toEqual({ dialect: 'plain', ran: ['0001_first.sql'] });
    expect((await client.query('select * from first')).rows).toEqual([{ a: 1, is_plain: null }]);
    await client.query("update posko_database set dialect = 'timescale'");
    expect(await recordedDialect(client)).toBe('timescale');
    await client.query("update posko_database set dialect = 'columnar'");
    await expect(migrate(client, folder)).rejects.toThrow(/does not know \("columnar"\)/);
  });

  it('makes the whole schema of this program', async () => {
    await migrate(client, migrationsFolder);
    await client.query('select from positions, trackers, units, alarms, incidents, log, users');
  });

  it('makes a log whose rows stay', async () => {
    await migrate(client, migrationsFolder);
    const hash = `sha256('x')`;
    await client.query(
      `insert into log (sequence, happened_at, action, previous_hash, hash)
       values (1, now(), 'start', ${hash}, ${hash})`,
    );
    for (const change of ["update log set action = 'x'", 'delete from log', 'truncate log']) {
      await expect(client.query(change)).rejects.toThrow(/append-only/);
    }
  });

  async function ran(by: pg.Client, from: string): Promise<readonly string[]> {
    return (await migrate(by, from)).ran;
  }

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

  it('is refused with a sentence when it is read-only', async () => {
    const name = await makeDatabase();
    await database.pool.query(`alter database ${name} set default_transaction_read_only = on`);
    await expect(openExternal(url({ database: name }), silent)).rejects.toThrow(
      `The database ${name} is set to read-only: run "alter database ${name} reset`,
    );
  });

  it('is refused with a sentence when its user may not make tables', async () => {
    const name = await makeDatabase();
    await database.pool.query("create role guest login password 'guest'");
    onTestFinished(async () => void (await database.pool.query('drop role guest')));
    const opening = openExternal(url({ user: 'guest', password: 'guest', database: name }), silent);
    await expect(opening).rejects.toThrow(
      `The user guest may not make tables in the database ${name}: make it the owner`,
    );
  });
});

describe('while the database is away', () => {
  it('a writer that tries again loses nothing and writes nothing twice', async () => {
    const nowMs = Date.now();
    const checkpoint = { journalId: '0193a3a0-0000-7000-8000-000000000001', consumer: 'test' };
    const batchOf = (sequence: number): RecordedBatch => ({
      positions: Array.from({ length: 500 }, (_, i) => ({
        trackerKey: 7,
        fix: { fixedAtMs: nowMs + sequence * 500 + i, lon: 117.5, lat: 0.5 },
        receivedAtMs: nowMs,
        verdict: 'live',
      })),
      quarantined: [],
      checkpoint: { ...checkpoint, sequence },
    });
    let failures = 0;
    const write = async (sequence: number): Promise<void> => {
      await vi.waitFor(
        () =>
          writeRecorded(database.pool, batchOf(sequence)).catch((error: unknown) => {
            failures += 1;
            throw error;
          }),
        patient,
      );
    };
    for (let sequence = 1; sequence <= 30; sequence++) {
      // the answer to the batch under way may be lost although it was committed
      const killed = sequence % 10 === 5 ? killPostmaster() : undefined;
      await write(sequence);
      await killed;
    }
    expect(failures).toBeGreaterThan(0);
    const { rows } = await database.pool.query('select count(*)::int as n from positions');
    expect(rows).toEqual([{ n: 30 * 500 }]);
    expect(await readCheckpoint(database.pool, checkpoint.journalId, 'test')).toBe(30);
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
    const watch = await watchChanges({
      channel: 'posko_trackers',
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
});

async function makeDatabase(): Promise<string> {
  const name = `outside_${process.hrtime.bigint()}`;
  await database.pool.query(`create database ${name}`);
  onTestFinished(async () => void (await database.pool.query(`drop database ${name}`)));
  return name;
}

async function connect(name: string): Promise<pg.Client> {
  const client = new pg.Client({ ...database.connection, database: name });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

type Address = { host?: string; user?: string; password?: string; database?: string };

function url(change: Address): string {
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
