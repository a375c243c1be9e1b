import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { openDatabase, openExternal } from '../../../server/storage/database.ts';
import type { Dialect } from '../../../server/storage/dialect/dialect.ts';
import { migrate } from '../../../server/storage/migrate.ts';
import { openWasmDatabase } from './wasmDatabase.ts';

/** An empty database with the schema of this program. */
export type OpenedDatabase = {
  readonly dialect: Dialect;
  readonly pool: pg.Pool;
  readonly connection: pg.ClientConfig;
  close(): Promise<void>;
};

export type Opener = {
  readonly name: string;
  readonly open: () => Promise<OpenedDatabase>;
  /** Why it cannot be opened here; undefined: it can. */
  readonly missing?: string | undefined;
};

const log = pino({ level: 'silent' });

const noServer =
  process.env['POSKO_TEST_TIMESCALE_URL'] === undefined
    ? 'POSKO_TEST_TIMESCALE_URL names no server'
    : undefined;

/** Every implementation that the contract suites run over. */
export const openers: readonly Opener[] = [
  { name: 'embedded PostgreSQL', open: openEmbedded },
  { name: 'TimescaleDB in WebAssembly', open: openWasm },
  // of either edition, as that server is set
  { name: 'a TimescaleDB server', open: openServer, missing: noServer },
];

async function openEmbedded(): Promise<OpenedDatabase> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  const database = await openDatabase({ databaseUrl: undefined, dataDir, log });
  const { dialect, pool, connection } = database;
  return {
    dialect,
    pool,
    connection,
    close: async () => {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function openWasm(): Promise<OpenedDatabase> {
  const wasm = await openWasmDatabase();
  const { connection } = wasm;
  const pool = new pg.Pool(connection);
  const client = await pool.connect();
  // not through openDatabase: its version gate would refuse the old TimescaleDB of this build
  const { dialect } = await migrate(client);
  client.release();
  return {
    dialect,
    pool,
    connection,
    close: async () => {
      await pool.end();
      await wasm.close();
    },
  };
}

/** A database of its own on the server that POSKO_TEST_TIMESCALE_URL names, dropped at the end. */
async function openServer(): Promise<OpenedDatabase> {
  const url = new URL(process.env['POSKO_TEST_TIMESCALE_URL'] ?? '');
  const name = `posko_test_${process.pid}_${process.hrtime.bigint()}`;
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`create database ${name}`);
  url.pathname = `/${name}`;
  const database = await openExternal(url.href, log);
  const { dialect, pool, connection } = database;
  // or its jobs would do now and then, in the middle of a test, what the test does (needs a superuser)
  await pool.query('select _timescaledb_functions.stop_background_workers()');
  return {
    dialect,
    pool,
    connection,
    close: async () => {
      await database.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
