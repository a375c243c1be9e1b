import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '../../../server/cli/doctorFinding.ts';
import { type Database, openDatabase } from '../../../server/storage/database.ts';
import { markFile, markOutside } from '../../../server/storage/databaseOfFolder.ts';
import { type DataDir, openDataDir } from '../../../server/storage/dataDir.ts';
import { isRoot, makeScratch, removeScratch, scratchForTest, silent } from '../storage/scratch.ts';
import { type End, runCommand } from './terminal.ts';

describe('the doctor, before the first start', () => {
  it('finds nothing wrong and leaves nothing behind', async () => {
    const dataDir = path.join(scratchForTest(), 'not', 'yet');
    const end = await doctor({ POSKO_DATA_DIR: dataDir });
    expect(end.status).toBe(0);
    expect(end.error).toBe('');
    expect(levels(end)).not.toContain('problem');
    expect(finding(end, 'data folder')).toMatchObject({ level: 'ok' });
    expect(finding(end, 'database').detail).toMatch(/none yet/);
    expect(finding(end, 'HTTP port').detail).toBe('any free one');
    expect(existsSync(path.dirname(dataDir))).toBe(false);
  });

  it('looks at the certificate where there is one', async () => {
    const tls = path.join(import.meta.dirname, '../../fixtures/tls');
    const pair = { cert: path.join(tls, 'cert.pem'), key: path.join(tls, 'key.pem') };
    const settings = { POSKO_DATA_DIR: scratchForTest(), POSKO_TLS_CERT: pair.cert };
    const found = async (key: string, check: string) =>
      finding(await doctor({ ...settings, POSKO_TLS_KEY: key }), check);
    expect(await found(pair.key, 'certificate')).toMatchObject({ level: 'ok' });
    expect(await found(pair.cert, 'settings')).toMatchObject({
      level: 'problem',
      detail: expect.stringMatching(/^POSKO_TLS_KEY /),
    });
  });

  it('prints a line for each check, with what to do', async () => {
    const dataDir = scratchForTest();
    chmodSync(dataDir, 0o755);
    const end = await runDoctor([], { POSKO_DATA_DIR: dataDir });
    expect(end.status).toBe(0);
    expect(end.output).toMatch(/^ok {7}node: Node 24\./m);
    expect(end.output).toContain(
      `warning  data folder: other accounts can look into ${dataDir} or write to it. To do: chmod go-rw ${dataDir}\n`,
    );
  });

  it('tells only what is wrong with the settings where they are wrong', async () => {
    const wrong = { POSKO_HTTP_PORT: 'x', POSKO_LOG_LEVEL: 'loud' };
    const end = await doctor(wrong);
    expect(end).toMatchObject({ status: 1, error: '2 problems.\n' });
    expect(findingsOf(end)).toEqual([
      { check: 'settings', level: 'problem', detail: expect.stringMatching(/^POSKO_HTTP_PORT is/) },
      { check: 'settings', level: 'problem', detail: expect.stringMatching(/^POSKO_LOG_LEVEL is/) },
    ]);
    expect((await runDoctor([], wrong)).output).toMatch(
      /^problem {2}settings: POSKO_HTTP_PORT is "x"/,
    );
    expect(await runDoctor(['--all'], wrong)).toMatchObject({ status: 2, output: '' });
  });
});

describe('the doctor on folders', () => {
  it('finds a file in the place of the data folder', async () => {
    const dataDir = path.join(scratchForTest(), 'data');
    writeFileSync(dataDir, '');
    const end = await doctor({ POSKO_DATA_DIR: dataDir });
    expect(end).toMatchObject({ status: 1, error: expect.stringMatching(/problem/) });
    expect(finding(end, 'data folder')).toMatchObject({
      level: 'problem',
      detail: `${dataDir} is a file`,
    });
  });

  it.skipIf(process.platform !== 'linux')(
    'finds a place where nothing can be made (Linux only: /proc)',
    async () => {
      const end = await doctor({ POSKO_DATA_DIR: '/proc/posko/data' });
      expect(end.status).toBe(1);
      expect(finding(end, 'data folder')).toEqual({
        check: 'data folder',
        level: 'problem',
        detail: expect.stringMatching(/^\/proc\/posko\/data cannot be made in \/proc \(E\w+\)$/),
        todo: 'set POSKO_DATA_DIR to another folder',
      });
    },
  );

  it.skipIf(isRoot)(
    `finds a data folder of somebody else${isRoot ? ' (skipped: root may enter all)' : ''}`,
    async () => {
      const dataDir = scratchForTest();
      chmodSync(dataDir, 0o500);
      const end = await doctor({ POSKO_DATA_DIR: dataDir });
      expect(finding(end, 'data folder')).toMatchObject({ level: 'problem' });
    },
  );

  it('finds a journal that cannot be read, and tells the size of one that can', async () => {
    const dataDir = scratchForTest();
    const journal = path.join(dataDir, 'journal');
    writeFileSync(journal, '');
    const end = await doctor({ POSKO_DATA_DIR: dataDir });
    expect(finding(end, 'journal')).toMatchObject({ level: 'problem' });

    const other = scratchForTest();
    mkdirSync(path.join(other, 'journal'));
    writeFileSync(path.join(other, 'journal', '1.segment'), Buffer.alloc(3_000_000));
    const found = finding(await doctor({ POSKO_DATA_DIR: other }), 'journal');
    expect(found.detail).toBe(`1 files, 3 MB, in ${path.join(other, 'journal')}`);
  });

  it('warns when the journal may outgrow the disk', async () => {
    const end = await doctor({ POSKO_DATA_DIR: scratchForTest(), POSKO_JOURNAL_MAX_MB: '9000000' });
    expect(end.status).toBe(0);
    expect(finding(end, 'disk')).toMatchObject({
      level: 'warning',
      todo: expect.stringMatching(/POSKO_JOURNAL_MAX_MB/),
    });
  });

  it('notices by a file that the clock was set back', async () => {
    const dataDir = scratchForTest();
    const file = path.join(dataDir, 'postgres.password');
    writeFileSync(file, 'x');
    const laterS = Date.now() / 1_000 + 7_200;
    utimesSync(file, laterS, laterS);
    const found = finding(await doctor({ POSKO_DATA_DIR: dataDir }), 'clock of files');
    expect(found.level).toBe('warning');
    expect(found.detail).toMatch(/was written 7(199|200) s in the future/);
  });
});

describe('the doctor on ports', () => {
  it('finds a port that another program has', async () => {
    const { port } = await listen(() => '{}');
    const end = await doctor({ POSKO_DATA_DIR: scratchForTest(), POSKO_HTTP_PORT: `${port}` });
    expect(end.status).toBe(1);
    expect(finding(end, 'HTTP port')).toMatchObject({
      level: 'problem',
      detail: expect.stringMatching(/is used by another program/),
    });
  });

  it('passes on what the running server says of itself', async () => {
    const dataDir = scratchForTest();
    const folder = openDataDir(dataDir);
    onTestFinished(() => folder.release());
    const { port } = await listen(() => '{"degradations":[{"code":"x","detail":"disk low"}]}');
    const end = await doctor({ POSKO_DATA_DIR: dataDir, POSKO_HTTP_PORT: `${port}` });
    expect(finding(end, 'HTTP port').level).toBe('ok');
    expect(finding(end, 'server')).toEqual({
      check: 'server',
      level: 'warning',
      detail: `running, process ${process.pid}: disk low`,
    });
  });

  it('does not take another program for the server', async () => {
    const dataDir = scratchForTest();
    const folder = openDataDir(dataDir);
    onTestFinished(() => folder.release());
    const { port } = await listen(() => 'hello');
    const end = await doctor({ POSKO_DATA_DIR: dataDir, POSKO_HTTP_PORT: `${port}` });
    expect(finding(end, 'server').detail).toMatch(/does not tell how it is/);
  });
});

describe('the doctor on the database', () => {
  let dataDir = '';
  let folder: DataDir;
  let database: Database;

  beforeAll(async () => {
    dataDir = makeScratch();
    folder = openDataDir(dataDir);
    database = await openDatabase({ databaseUrl: undefined, dataDir: folder.dir, log: silent });
  });

  afterAll(async () => {
    await database.close();
    folder.release();
    removeScratch(dataDir);
  });

  it('finds that of a running server fit, and changes no file', async () => {
    const before = listing(dataDir);
    const end = await doctor({ POSKO_DATA_DIR: dataDir });
    expect(listing(dataDir)).toEqual(before);
    expect(end.status).toBe(0);
    expect(finding(end, 'database').detail).toMatch(/^PostgreSQL 18\.\d+, database posko, /);
    expect(finding(end, 'schema')).toMatchObject({ level: 'ok' });
    expect(finding(end, 'schema').detail).toMatch(/^up to date/);
    expect(finding(end, 'TimescaleDB').detail).toBe('not used by this database');
    expect(finding(end, 'database clock')).toMatchObject({ level: 'ok' });
  });

  it('examines an outside one by its URL', async () => {
    const end = await doctor({
      POSKO_DATABASE_URL: urlOf(database),
      POSKO_DATA_DIR: scratchForTest(),
    });
    expect(end.status).toBe(0);
    expect(finding(end, 'schema').detail).toMatch(/^up to date/);
    expect(findingsOf(end).map(({ check }) => check)).not.toContain('which database');
  });

  it('warns when it is asked to look at another than the running server uses', async () => {
    const end = await doctor({ POSKO_DATABASE_URL: urlOf(database), POSKO_DATA_DIR: dataDir });
    expect(end.status).toBe(0);
    expect(finding(end, 'which database')).toMatchObject({
      level: 'warning',
      detail: expect.stringMatching(/^the server \(process \d+\) uses the built-in database, and/),
    });
  });

  it('leaves a built-in one alone from which the folder has moved', async () => {
    const moved = scratchForTest();
    markOutside(moved, 'postgres://a:b@10.0.0.5/c');
    const end = await doctor({ POSKO_DATA_DIR: moved });
    expect(end.status).toBe(1);
    expect(finding(end, 'which database')).toMatchObject({ level: 'problem' });
    expect(findingsOf(end).map(({ check }) => check)).not.toContain('database');
    writeFileSync(markFile(moved), '');
    expect(finding(await doctor({ POSKO_DATA_DIR: moved }), 'which database').detail).toMatch(
      /is damaged/,
    );
  });

  it('makes no schema in an empty one', async () => {
    await database.pool.query('create database bare');
    const url = urlOf(database, 'bare');
    expect(finding(await doctor({ POSKO_DATABASE_URL: url }), 'schema').detail).toMatch(/none yet/);
    expect(finding(await doctor({ POSKO_DATABASE_URL: url }), 'schema').detail).toMatch(/none yet/);
  });

  it('tells a schema that is newer, and one that is older', async () => {
    const { pool } = database;
    await pool.query("insert into posko_migrations (name, sha256) values ('9999_more.sql', '')");
    const newer = await doctor({ POSKO_DATA_DIR: dataDir });
    await pool.query("delete from posko_migrations where name = '9999_more.sql'");
    expect(newer.status).toBe(1);
    expect(finding(newer, 'schema')).toMatchObject({
      level: 'problem',
      detail: 'newer than this program: the database has had 9999_more.sql',
    });
    const { rows } = await pool.query(
      'delete from posko_migrations where name = (select max(name) from posko_migrations) returning *',
    );
    const older = await doctor({ POSKO_DATA_DIR: dataDir });
    await pool.query(
      'insert into posko_migrations select * from json_populate_record(null::posko_migrations, $1)',
      [rows[0]],
    );
    expect(older.status).toBe(0);
    expect(finding(older, 'schema').detail).toBe(
      `older than this program: the next start adds ${rows[0].name}`,
    );
  });

  it('says why one cannot be reached, without its password', async () => {
    const url = 'postgres://posko:secret@127.0.0.1:1/posko';
    const end = await doctor({ POSKO_DATABASE_URL: url, POSKO_DATA_DIR: dataDir });
    expect(end.status).toBe(1);
    expect(finding(end, 'database')).toMatchObject({ level: 'problem' });
    expect(finding(end, 'database').detail).toMatch(/cannot be reached/);
    expect(end.output).not.toContain('secret');
  });

  it('leaves a stopped one alone', async () => {
    const stopped = makeScratch();
    onTestFinished(() => removeScratch(stopped));
    const own = openDataDir(stopped, 'command');
    const opened = await openDatabase({ databaseUrl: undefined, dataDir: own.dir, log: silent });
    await opened.close();
    own.release();
    const before = listing(stopped);
    const end = await doctor({ POSKO_DATA_DIR: stopped });
    expect(end.status).toBe(0);
    expect(finding(end, 'database').detail).toMatch(/stopped/);
    expect(listing(stopped)).toEqual(before);
  });
});

/** The doctor with `--json`, on settings that touch nothing else. */
function doctor(settings: Record<string, string>): Promise<End> {
  return runDoctor(['--json'], settings);
}

function runDoctor(args: readonly string[], settings: Record<string, string>): Promise<End> {
  const free = { POSKO_HTTP_PORT: '0', POSKO_MQTT_PORT: '0' };
  return runCommand(['doctor', ...args], { ...free, ...settings });
}

function findingsOf({ output }: End): readonly Finding[] {
  return JSON.parse(output).findings;
}

function levels(end: End): readonly string[] {
  return findingsOf(end).map(({ level }) => level);
}

function finding(end: End, check: string): Finding {
  const found = findingsOf(end).find((one) => one.check === check);
  if (found === undefined) throw new Error(`no finding "${check}" in ${end.output}`);
  return found;
}

async function listen(answer: () => string): Promise<AddressInfo> {
  const server = createServer((_request, response) => response.end(answer()));
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address;
}

function urlOf({ connection }: Database, name = connection.database): string {
  const { user, password, host } = connection;
  return `postgres://${user}:${password}@${encodeURIComponent(host ?? '')}/${name}`;
}

/** Files outside the database's own folder, and when each was changed. */
function listing(dir: string): readonly string[] {
  return readdirSync(dir).map((name) => {
    const { mtimeMs, size } = lstatSync(path.join(dir, name));
    return name === 'postgres' ? name : `${name} ${mtimeMs} ${size}`;
  });
}
