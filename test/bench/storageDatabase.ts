import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { type Database, openDatabase, openExternal } from '../../server/storage/database.ts';
import { makePartitions } from '../../server/storage/dialect/dayPartitions.ts';

const log = pino({ level: 'silent' });

/** An empty database to measure, and what it is. */
export type BenchDatabase = Pick<Database, 'pool' | 'dialect'> & {
  readonly name: string;
  close(): Promise<void>;
};

/** The embedded database, and a new one on the server of POSKO_TEST_TIMESCALE_URL if that is set; closed after `work`. */
export async function onEachDatabase(
  work: (database: BenchDatabase) => Promise<void>,
): Promise<void> {
  const url = process.env['POSKO_TEST_TIMESCALE_URL'];
  for (const open of [openEmbedded, ...(url === undefined ? [] : [() => openServer(url)])]) {
    const database = await open();
    try {
      await work(database);
    } finally {
      await database.close();
    }
  }
}

/** Units and trackers 1 to `count`, each unit with its tracker; the days of positions made ahead. */
export async function register(
  { pool, dialect }: BenchDatabase,
  count: number,
  days: readonly number[],
): Promise<void> {
  await pool.query(
    `insert into units (key, id, callsign, kind, agency, region) overriding system value
     select k, 'U' || k, 'U' || k, 'handheld', 'polri', '64.08' from generate_series(1, $1) k`,
    [count],
  );
  await pool.query(
    `insert into trackers (key, id, region) overriding system value
     select k, 'T' || k, '64.08' from generate_series(1, $1) k`,
    [count],
  );
  await pool.query(
    `insert into tracker_assignments (tracker_key, unit_key, role, valid_from)
     select k, k, 'primary', '-infinity' from generate_series(1, $1) k`,
    [count],
  );
  if (dialect === 'plain') await makePartitions(pool, days);
}

async function openEmbedded(): Promise<BenchDatabase> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'posko-bench-'));
  const database = await openDatabase({ databaseUrl: undefined, dataDir, log });
  return {
    name: 'embedded',
    pool: database.pool,
    dialect: database.dialect,
    close: async () => {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function openServer(server: string): Promise<BenchDatabase> {
  const url = new URL(server);
  const name = `posko_bench_${process.pid}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${name}`);
  url.pathname = `/${name}`;
  const database = await openExternal(url.href, log);
  return {
    name: 'TimescaleDB server',
    pool: database.pool,
    dialect: database.dialect,
    close: async () => {
      await database.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
