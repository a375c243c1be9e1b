import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../server/storage/database.ts';
import { databaseOfFolder, markFile } from '../../../server/storage/databaseOfFolder.ts';
import {
  DatabaseServer,
  migrateTo,
  seed,
  urlOf,
  withPool,
} from '../storage/moving/movedDatabase.ts';
import { makeScratch, removeScratch, scratchForTest, silent } from '../storage/scratch.ts';
import { runCommand } from './terminal.ts';

const scratch = makeScratch();
let server: DatabaseServer;
let outside: pg.ClientConfig;
let dataDir = '';

beforeAll(async () => {
  server = await DatabaseServer.start(path.join(scratch, 'server'));
  outside = await server.makeDatabase();
});

afterAll(async () => {
  await server.close();
  removeScratch(scratch);
});

beforeEach(() => {
  dataDir = scratchForTest();
});

describe('a data folder whose server has used an outside database', () => {
  beforeEach(async () => {
    const opened = await openDatabase({ databaseUrl: urlOf(outside), dataDir, log: silent });
    await opened.close();
  });

  it('says so, and lets no server make or open a built-in one', async () => {
    expect(databaseOfFolder(dataDir)).toMatchObject({ database: outside.database });
    await expect(openDatabase({ databaseUrl: undefined, dataDir, log: silent })).rejects.toThrow(
      /belongs to the database moving_1 .* POSKO_DATABASE_URL is not set/,
    );
    expect(readdirSync(dataDir)).toEqual([path.basename(markFile(dataDir))]);
  });

  it.each([
    [['tracker', 'list']],
    [['tracker', 'add', 'HT-01', '--region', '64.08']],
    [['quarantine', 'list']],
    [['backup', '--to', '/nonexistent']],
    [['copy', '--to', 'postgres://a:b@127.0.0.1:1/c']],
  ])('lets %j do nothing in the built-in one', async (args) => {
    const end = await runCommand(args, { POSKO_DATA_DIR: dataDir });
    expect(end).toMatchObject({ status: 1, output: '' });
    expect(end.error).toMatch(/^The data folder .* belongs to the database moving_1 .*\n$/);
    expect(end.error).toContain(`remove ${markFile(dataDir)}.`);
    expect(end.error).not.toContain(String(outside.password));
    expect(readdirSync(dataDir)).toEqual([path.basename(markFile(dataDir))]);
  });

  it('is opened with the URL as before', async () => {
    const settings = { POSKO_DATA_DIR: dataDir, POSKO_DATABASE_URL: urlOf(outside) };
    expect(await runCommand(['tracker', 'list'], settings)).toMatchObject({ status: 0, error: '' });
  });
});

it('is not bound by an outside database that could not be opened', async () => {
  const databaseUrl = urlOf({ ...outside, database: 'nowhere' });
  await expect(openDatabase({ databaseUrl, dataDir, log: silent })).rejects.toThrow(/no such/);
  expect(existsSync(markFile(dataDir))).toBe(false);
});

it('is not bound by a command that only looks at another database', async () => {
  const settings = { POSKO_DATA_DIR: dataDir, POSKO_DATABASE_URL: urlOf(outside) };
  await runCommand(['tracker', 'list'], settings);
  expect(existsSync(markFile(dataDir))).toBe(false);
});

it('is bound by a restore into an outside database, and is not restored into without its URL', async () => {
  const from = await server.makeDatabase();
  await withPool(from, async (pool) => {
    await migrateTo(pool);
    await seed(pool, 10);
  });
  const backups = scratchForTest();
  await runCommand(['backup', '--to', backups], { POSKO_DATABASE_URL: urlOf(from) });
  const restore = ['restore', '--from', path.join(backups, readdirSync(backups)[0] ?? '')];
  const into = await server.makeDatabase();
  const settings = { POSKO_DATA_DIR: dataDir, POSKO_DATABASE_URL: urlOf(into) };
  expect(await runCommand(restore, settings)).toMatchObject({ status: 0, error: '' });
  expect(databaseOfFolder(dataDir)).toMatchObject({ database: into.database });
  const end = await runCommand(restore, { POSKO_DATA_DIR: dataDir });
  expect(end.status).toBe(1);
  expect(end.error).toMatch(/belongs to the database/);
});

describe('a command that has nothing to do without a database', () => {
  it.each([
    [['tracker', 'list']],
    [['tracker', 'set', 'HT-01', '--kind', 'truck']],
    [['quarantine', 'list']],
    [['quarantine', 'recover', '1', '--time', 'own']],
    [['backup', '--to', '/nonexistent']],
    [['copy', '--to', 'postgres://a:b@127.0.0.1:1/c']],
  ])('%j makes none, in an empty folder or a mistyped one', async (args) => {
    for (const dir of [dataDir, path.join(dataDir, 'mistyped')]) {
      const end = await runCommand(args, { POSKO_DATA_DIR: dir });
      expect(end).toMatchObject({ status: 1, output: '' });
      expect(end.error).toBe(
        `There is no database in the data folder ${dir}: correct POSKO_DATA_DIR, set POSKO_DATABASE_URL if it is an outside one, or start Posko, which makes one.\n`,
      );
    }
    expect(readdirSync(dataDir)).toEqual([]);
  });
});
