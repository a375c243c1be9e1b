import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openExternal, openUnprepared } from '../../../../server/storage/database.ts';
import { copyDatabase } from '../../../../server/storage/moving/copyDatabase.ts';
import { openDatabaseSource } from '../../../../server/storage/moving/databaseSource.ts';
import { fillDatabase } from '../../../../server/storage/moving/fillDatabase.ts';
import { writeRecorded } from '../../../../server/storage/recordStore.ts';
import { makeScratch, removeScratch, silent } from '../scratch.ts';
import {
  accountsIn,
  DatabaseServer,
  fingerprints,
  migrateTo,
  positionAt,
  seed,
  seedAlarms,
  seedPerson,
  seedPlaces,
  urlOf,
  withPool,
} from './movedDatabase.ts';

const scratch = makeScratch();
const entry = path.join(import.meta.dirname, '../../../../server/cli/posko.ts');
let server: DatabaseServer;
let from: pg.ClientConfig;

beforeAll(async () => {
  server = await DatabaseServer.start(path.join(scratch, 'data'));
  from = await server.makeDatabase();
  await withPool(from, async (pool) => {
    await migrateTo(pool);
    await seed(pool, 3_000);
    await seedPlaces(pool);
    await seedAlarms(pool);
  });
});

afterAll(async () => {
  await server.close();
  removeScratch(scratch);
});

it('copies the same rows, and what is new when it is run again', async () => {
  const to = await server.makeDatabase();
  const first = await copy(from, to);
  expect(first.movedRows).toBe(first.rows);
  expect(await withPool(to, fingerprints)).toEqual(await withPool(from, fingerprints));
  await withPool(from, (pool) =>
    writeRecorded(pool, {
      positions: [positionAt(2, Date.UTC(2024, 10, 26, 23)), positionAt(2, Date.UTC(2024, 10, 30))],
      quarantined: [],
    }),
  );
  const second = await copy(from, to);
  expect(second.said).toContain('positions 2024-11-25: there already (1 of 4)');
  expect(second.said).toContainEqual(expect.stringMatching(/^positions 2024-11-26: 3,001 rows/));
  expect(second.rows).toBe(first.rows + 2);
  // two days of 3,000 rows were there
  expect(second.movedRows).toBe(second.rows - 6_000);
  expect(await withPool(to, fingerprints)).toEqual(await withPool(from, fingerprints));
});

it('copies no session, and tokens as they are', async () => {
  const [source, to] = [await server.makeDatabase(), await server.makeDatabase()];
  const key = await withPool(source, async (pool) => {
    await migrateTo(pool);
    return seedPerson(pool);
  });
  const there = { sessions: 0, tokens: 1, next: key + 1 };
  await copy(source, to);
  expect(await withPool(to, accountsIn)).toEqual(there);
});

it('refuses a target that has been used since', async () => {
  const to = await server.makeDatabase();
  await copy(from, to);
  const opened = await openExternal(to, silent);
  await opened.close();
  await expect(copy(from, to)).rejects.toThrow(/not empty, .*: copy to an empty one\.$/);
});

it('refuses to copy a database to itself', async () => {
  await expect(copy(from, from)).rejects.toThrow('That is the database itself');
});

it('killed in the middle and run again, it gives exactly the same rows', async () => {
  const to = await server.makeDatabase();
  const args = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', entry, 'copy', '--to', urlOf(to)];
  const child = spawn(process.execPath, args, {
    env: {
      PATH: process.env['PATH'],
      POSKO_DATABASE_URL: urlOf(from),
      POSKO_DATA_DIR: path.join(scratch, 'unused'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('positions 2024-11-25')) child.kill('SIGKILL');
  }
  await closed;
  expect(child.signalCode).toBe('SIGKILL');
  await expect(openExternal(to, silent)).rejects.toThrow(/only partly filled, since a copy/);
  const { said } = await copy(from, to);
  expect(said).toContain('positions 2024-11-25: there already (1 of 4)');
  expect(await withPool(to, fingerprints)).toEqual(await withPool(from, fingerprints));
});

it('fails when the connection to the source breaks, and leaves no part of a day', async () => {
  const to = await server.makeDatabase();
  const target = await openUnprepared(to);
  await withPool(from, async (pool) => {
    const source = await openDatabaseSource(pool);
    const breaking: typeof source = {
      ...source,
      readDay: (day, work) =>
        source.readDay(day, (rows) => work(Readable.from(endingReaders(rows)))),
    };
    try {
      await expect(
        fillDatabase({
          target,
          source: breaking,
          ifNotEmpty: { do: 'refuse', advice: '' },
          print: () => undefined,
        }),
      ).rejects.toThrow(/^The connection to the database that is read broke/);
    } finally {
      source.close();
      await target.end();
    }
  });
  await withPool(to, async (pool) => {
    const { rows } = await pool.query('select from positions');
    expect(rows).toEqual([]);
  });
});

it('lets only one fill a database', async () => {
  const to = await server.makeDatabase();
  const target = await openUnprepared(to);
  const held = new pg.Client(to);
  await held.connect();
  // what the other takes; it has no connection of its own beside
  await held.query('select pg_advisory_lock(482671522672)');
  await expect(copy(from, to)).rejects.toThrow(/Another copy or restore is filling/);
  await held.end();
  await target.end();
});

/** Hands on what is read, and after the first of it breaks the connection that it comes from. */
async function* endingReaders(rows: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  let isFirst = true;
  for await (const chunk of rows) {
    if (isFirst) await endReaders(from);
    isFirst = false;
    yield chunk;
  }
}

/** Has the server end the sessions that are reading a day. */
async function endReaders(connection: pg.ClientConfig): Promise<void> {
  await withPool(connection, (pool) =>
    pool.query(
      `select pg_terminate_backend(pid, 10000) from pg_stat_activity
       where datname = current_database() and query like 'copy (select%'
         and pid <> pg_backend_pid()`,
    ),
  );
}

async function copy(source: pg.ClientConfig, to: pg.ClientConfig) {
  const said: string[] = [];
  const target = await openUnprepared(to);
  try {
    const filled = await withPool(source, (pool) =>
      copyDatabase({ from: pool, target, print: (line) => said.push(line) }),
    );
    return { ...filled, said };
  } finally {
    await target.end();
  }
}
