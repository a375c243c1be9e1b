import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { findDataDirHolder, openDataDir } from '../../../server/storage/dataDir.ts';
import { type Binaries, locateBinaries } from '../../../server/storage/embedded/binaries.ts';
import {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../server/storage/embedded/startEmbeddedPostgres.ts';
import { isAlive } from '../../../server/storage/processes.ts';
import {
  copyFolder,
  isRoot,
  makeScratch,
  removeScratch,
  scratchForTest,
  silent,
} from './scratch.ts';

/** For what happens as soon as the machine gets to it. */
const patient = { timeout: 20_000, interval: 5 };

let template = '';

beforeAll(async () => {
  template = makeScratch();
  const embedded = await startEmbeddedPostgres({ dataDir: template, log: silent });
  await query(embedded, "create table kept as select 'from the template' as value");
  await embedded.stop();
});

afterAll(() => removeScratch(template));

describe('startEmbeddedPostgres', () => {
  it('makes a database on the first start that is private, durable and off the network', async () => {
    const dataDir = scratchForTest();
    const embedded = await start({ dataDir });
    const settings = await query(
      embedded,
      `select current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync,
              current_setting('server_encoding') as encoding, current_setting('data_checksums') as sums,
              current_database() as database, current_user as user,
              (select datlocprovider::text || ' ' || datlocale from pg_database where datname = 'posko') as locale`,
    );
    expect(settings).toEqual([
      {
        addresses: '',
        fsync: 'on',
        encoding: 'UTF8',
        sums: 'on',
        database: 'posko',
        user: 'posko',
        locale: 'b C.UTF-8',
      },
    ]);
    for (const name of ['posko.connection.json', 'postgres.password']) {
      expect(statSync(path.join(dataDir, name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(embedded.connection.host).mode & 0o777).toBe(0o700);
    const wrong = new pg.Client({ ...embedded.connection, password: 'wrong' });
    await expect(wrong.connect()).rejects.toThrow(/password authentication failed/);
  });

  it('keeps data over a stop and a start, and leaves no trace in between', async () => {
    const dataDir = fromTemplate();
    const embedded = await start({ dataDir });
    await query(embedded, "insert into kept values ('second')");
    const { host } = embedded.connection;
    const pid = runningPid(embedded);
    await embedded.stop();
    expect(embedded.status()).toMatchObject({ state: 'stopped', pid: undefined });
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(host)).toBe(false);
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.password']);
    expect(await query(await start({ dataDir }), 'select value from kept')).toEqual([
      { value: 'from the template' },
      { value: 'second' },
    ]);
  });

  it('lets temporary files, parallel workers and children of the server work', async () => {
    const embedded = await start({ dataDir: fromTemplate() });
    const client = new pg.Client(embedded.connection);
    await client.connect();
    await client.query("set work_mem = '64kB'");
    await client.query('set debug_parallel_query = on');
    await client.query('create table numbers as select generate_series(1, 50000) as n');
    const sorted = await client.query(
      'select count(*)::int as n from (select n from numbers order by md5(n::text) offset 0) s',
    );
    const spilt = await client.query(
      "select temp_bytes > 0 as spilt from pg_stat_database where datname = 'posko'",
    );
    await client.end();
    expect(sorted.rows).toEqual([{ n: 50000 }]);
    expect(spilt.rowCount).toBe(1);
  });

  it('stops the database that a kill -9 of the server left, and starts again', async () => {
    const dataDir = fromTemplate();
    const server = spawnHolder(dataDir);
    const ready = await eventLine(server, 'databaseReady');
    const orphan = readPostmasterPid(dataDir);
    server.kill('SIGKILL');
    await once(server, 'exit');
    expect(isAlive(orphan)).toBe(true);

    const folder = openDataDir(dataDir);
    onTestFinished(() => folder.release());
    const embedded = await start({ dataDir });
    expect(isAlive(orphan)).toBe(false);
    expect(existsSync(String(ready['host']))).toBe(false);
    expect(await query(embedded, 'select value from kept')).toContainEqual({
      value: 'before the kill',
    });
  });

  it('restarts a postmaster that was killed, and a pool in use works again', async () => {
    const embedded = await start({ dataDir: fromTemplate() });
    const pool = new pg.Pool(embedded.connection);
    onTestFinished(() => pool.end());
    const errors: Error[] = [];
    pool.on('error', (error) => errors.push(error));
    await pool.query('select 1');
    const killed = runningPid(embedded);
    const running = pool.query('select pg_sleep(30)').catch((error: unknown) => error);
    process.kill(killed, 'SIGKILL');
    expect(await running).toBeInstanceOf(Error);
    await vi.waitFor(
      () => expect(embedded.status()).toMatchObject({ state: 'running', restarts: 1 }),
      patient,
    );
    expect(runningPid(embedded)).not.toBe(killed);
    expect((await pool.query('select value from kept')).rows).toEqual([
      { value: 'from the template' },
    ]);
  });

  it('starts when postmaster.pid names another program of the same account', async () => {
    const dataDir = fromTemplate();
    const databaseDir = path.join(dataDir, 'postgres');
    const { uid, gid } = statSync(databaseDir);
    const foreign = spawn('sleep', ['600'], { cwd: '/', ...(isRoot && { uid, gid }) });
    onTestFinished(() => void foreign.kill('SIGKILL'));
    await once(foreign, 'spawn');
    const pidFile = path.join(databaseDir, 'postmaster.pid');
    writeFileSync(pidFile, `${foreign.pid}\n${databaseDir}\n1700000000\n5432\n/tmp\n\n  0  0\n`);
    const embedded = await start({ dataDir });
    expect(await query(embedded, 'select value from kept')).toHaveLength(1);
    expect(foreign.exitCode).toBeNull();
    expect(foreign.signalCode).toBeNull();
  });

  it('leaves nothing half made when the first start is cut short', async () => {
    const dataDir = scratchForTest();
    mkdirSync(path.join(dataDir, 'postgres.new-0123'));
    const stop = new AbortController();
    const starting = start({ dataDir, signal: stop.signal });
    await vi.waitFor(
      () => expect(readdirSync(dataDir).some((name) => /new-[0-9a-f]{8}$/.test(name))).toBe(true),
      patient,
    );
    stop.abort();
    await expect(starting).rejects.toThrow(/could not be created/);
    expect(readdirSync(dataDir)).toEqual(['postgres.password']);
    expect(await query(await start({ dataDir }), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('says what PostgreSQL said when it does not start', async () => {
    const dataDir = fromTemplate();
    writeFileSync(path.join(dataDir, 'postgres', 'postgresql.conf'), 'nonsense = 1\n');
    await expect(start({ dataDir })).rejects.toThrow(/unrecognized configuration parameter/);
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.password']);
  });

  it('refuses a folder of another PostgreSQL and one without its password', async () => {
    const old = fromTemplate();
    writeFileSync(path.join(old, 'postgres', 'PG_VERSION'), '16\n');
    await expect(start({ dataDir: old })).rejects.toThrow(/made by PostgreSQL 16/);
    const open = fromTemplate();
    unlinkSync(path.join(open, 'postgres.password'));
    await expect(start({ dataDir: open })).rejects.toThrow(/password cannot be read/);
  });
});

describe('a package without its library links', () => {
  it('gets them back', async () => {
    const { binaries, links } = copyPackage(scratchForTest());
    for (const link of links) unlinkSync(link);
    await (await start({ dataDir: fromTemplate(), binaries })).stop();
    for (const link of links) expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it.skipIf(isRoot)(
    'works when it cannot be written (not shown as root, who can write anywhere)',
    async () => {
      const { binaries, links } = copyPackage(scratchForTest());
      for (const link of links) unlinkSync(link);
      const lib = path.join(binaries.root, 'lib');
      chmodSync(lib, 0o555);
      onTestFinished(() => chmodSync(lib, 0o755));
      const embedded = await start({ dataDir: scratchForTest(), binaries });
      expect(await query(embedded, 'select 1 as one')).toEqual([{ one: 1 }]);
      for (const link of links) expect(existsSync(link)).toBe(false);
    },
  );
});

describe.skipIf(!isRoot || !mayGrantSearch())(
  'as root with the capability CAP_DAC_READ_SEARCH (not shown without)',
  () => {
    it('works under a folder that only root can read', async () => {
      const closed = scratchForTest();
      chmodSync(closed, 0o700);
      const { binaries } = copyPackage(closed);
      const dataDir = path.join(closed, 'data');
      mkdirSync(dataDir, { mode: 0o700 });
      const embedded = await start({ dataDir, binaries });
      await query(embedded, 'create table t as select generate_series(1, 1000) as n');
      process.kill(runningPid(embedded), 'SIGKILL');
      await vi.waitFor(() => expect(embedded.status().restarts).toBe(1), patient);
      expect(await query(embedded, 'select count(*)::int as n from t')).toEqual([{ n: 1000 }]);
      expect(statSync(path.join(dataDir, 'postgres')).uid).not.toBe(0);
    });

    it('lets the account run programs that were installed for root alone', async () => {
      const closed = scratchForTest();
      const { binaries } = copyPackage(closed);
      chmodSync(binaries.postgres, 0o700);
      chmodSync(binaries.initdb, 0o700);
      const embedded = await start({ dataDir: fromTemplate(), binaries });
      expect(await query(embedded, 'select value from kept')).toHaveLength(1);
    });
  },
);

describe('openDataDir', () => {
  it('refuses a folder that a running server holds, and says which', async () => {
    const dataDir = fromTemplate();
    const server = spawnHolder(dataDir);
    await eventLine(server, 'folderHeld');
    expect(() => openDataDir(dataDir)).toThrow(
      `A Posko server (process ${server.pid}) is using the data folder ${dataDir}`,
    );
    expect(findDataDirHolder(dataDir)).toMatchObject({ pid: server.pid, purpose: 'server' });
    await eventLine(server, 'databaseReady');
    server.kill('SIGKILL');
    await once(server, 'exit');
    await (await start({ dataDir })).stop();
  });
});

async function start(options: Omit<EmbeddedOptions, 'log'>): Promise<EmbeddedPostgres> {
  const embedded = await startEmbeddedPostgres({ ...options, log: silent });
  onTestFinished(() => embedded.stop());
  return embedded;
}

function fromTemplate(): string {
  const dataDir = path.join(scratchForTest(), 'data');
  copyFolder(template, dataDir);
  return dataDir;
}

async function query({ connection }: EmbeddedPostgres, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function runningPid(embedded: EmbeddedPostgres): number {
  const { pid } = embedded.status();
  if (pid === undefined) throw new Error('the database does not run');
  return pid;
}

function spawnHolder(dataDir: string): ChildProcess {
  const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
  const script = path.join(import.meta.dirname, 'holdDatabase.ts');
  const child = spawn(process.execPath, [quiet, script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Waits for a line of JSON with this event; fails when the program ends first. */
async function eventLine(child: ChildProcess, event: string): Promise<Record<string, unknown>> {
  if (child.stdout === null) throw new Error('no standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    const value: Record<string, unknown> = JSON.parse(line);
    if (value['event'] === event) return value;
  }
  throw new Error(`the program ended without ${event}`);
}

function readPostmasterPid(dataDir: string): number {
  return Number.parseInt(
    readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'),
    10,
  );
}

function copyPackage(into: string): { binaries: Binaries; links: readonly string[] } {
  const installed = locateBinaries();
  const root = path.join(into, 'native');
  copyFolder(installed.root, root);
  const moved = (file: string): string => path.join(root, path.relative(installed.root, file));
  const lib = path.join(root, 'lib');
  const links = readdirSync(lib)
    .map((name) => path.join(lib, name))
    .filter((file) => lstatSync(file).isSymbolicLink());
  return {
    binaries: {
      root,
      initdb: moved(installed.initdb),
      postgres: moved(installed.postgres),
      catalog: moved(installed.catalog),
    },
    links,
  };
}

/** True when this root has CAP_DAC_READ_SEARCH to give (capability 2), as it has outside of containers. */
function mayGrantSearch(): boolean {
  if (process.platform !== 'linux') return false;
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return (BigInt(`0x${bounding ?? '0'}`) & 4n) !== 0n;
}
