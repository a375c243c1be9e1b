import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../../../server/storage/database.ts';
import { type DataDir, openDataDir } from '../../../server/storage/dataDir.ts';
import { listTrackers } from '../../../server/storage/trackerStore.ts';
import { watchChanges } from '../../../server/storage/watchChanges.ts';
import { type End, runCommand } from './terminal.ts';

const log = pino({ level: 'silent' });
const entry = path.join(import.meta.dirname, '../../../server/cli/posko.ts');

/** Set, if to nothing, so that a developer's own .env cannot lead the tests to another database. */
const ownDatabase = { POSKO_DATABASE_URL: '' };

let dataDir = '';

beforeAll(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  chmodSync(dataDir, 0o711);
});

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('called wrongly', () => {
  it.each([
    [[], 2, /^$/, /tracker add/],
    [['--help'], 0, /^$/, /tracker add +add a tracker/],
    [['tracker', 'add', '--help'], 0, /^$/, /--region <code>/],
    [
      ['tracker'],
      2,
      /^$/,
      /^npm run posko -- tracker <command>.*\n\n {2}tracker add .*\n {2}tracker set .*\n {2}tracker assign .*\n {2}tracker secret/,
    ],
    [['quarantine'], 2, /^$/, /quarantine list +list .*\n {2}quarantine recover +put .*\n\n/],
    [['quarantine', '--help'], 0, /^$/, /quarantine list/],
    [['track'], 2, /^There is no command "track"/, /^$/],
    [
      ['tracker', 'remove'],
      2,
      /^There is no command "tracker remove"\. See: npm run posko -- tracker --help$/m,
      /^$/,
    ],
    [['tracker', 'add'], 2, /^the id of the tracker is missing\. See: /, /^$/],
    [['tracker', 'add', 'A'], 2, /^--region is missing/, /^$/],
    [['tracker', 'add', 'A', 'B', '--region', '64.08'], 2, /^"B" is one argument too many/, /^$/],
    [['tracker', 'add', 'A', '--kind', 'x', '--region', '64.08'], 2, /^--kind is "x"/, /^$/],
    [['tracker', 'list', '--all'], 2, /--all/, /^$/],
  ])('%j ends with status %i', async (args, status, error, output) => {
    const end = await runHere(args);
    expect(end).toMatchObject({ status });
    expect(end.error).toMatch(error);
    expect(end.output).toMatch(output);
    expect(end.error.split('\n').length).toBeLessThanOrEqual(2);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('says what is wrong with the settings', async () => {
    const end = await runHere(['tracker', 'list'], { POSKO_DATABASE_URL: 'mysql://x' });
    expect(end).toMatchObject({ status: 1, output: '' });
    expect(end.error).toMatch(/POSKO_DATABASE_URL must look like postgres:/);
  });
});

describe('while no server runs', () => {
  it('starts the database for the moment, and leaves nothing running', async () => {
    const add = ['tracker', 'add', 'HT-01', '--region', '64.08', '--callsign', 'Elang 1'];
    const added = await posko(add);
    expect(added).toMatchObject({ status: 0, error: '' });
    expect(added.output).toMatch(
      /^Added tracker HT-01 \(Elang 1\)\.\nIt publishes to posko\/64\.08\/HT-01\/fix\.\nIts secret, shown this once: [0-9a-z]{20}\n$/,
    );
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.password']);
    expect(await posko(add)).toMatchObject({
      status: 1,
      output: '',
      error: 'The tracker was not added: there is already a tracker or unit with the id "HT-01".\n',
    });
    expect(await runHere(['tracker', 'list'])).toMatchObject({
      status: 0,
      output: 'HT-01\t64.08\tElang 1\thandheld\tpolri\tsecret\t-\tHT-01\tprimary\n',
    });
  });
});

describe('while a server runs', () => {
  let folder: DataDir;
  let database: Database;

  beforeAll(async () => {
    folder = openDataDir(dataDir);
    database = await openDatabase({ databaseUrl: undefined, dataDir: folder.dir, log });
  });

  afterAll(async () => {
    await database.close();
    folder.release();
  });

  it('adds a tracker that the server hears of at once', async () => {
    let ids: readonly string[] = [];
    const watch = await watchChanges({
      channel: 'posko_trackers',
      connection: database.connection,
      log,
      onChange: async () => {
        ids = (await listTrackers(database.pool)).map(({ tracker }) => tracker.id);
      },
    });
    const added = await posko(['tracker', 'add', 'AWC-1', '--region=64.08', '--kind=water_cannon']);
    expect(added).toMatchObject({ status: 0, error: '' });
    await vi.waitFor(() => expect(ids).toContain('AWC-1'), { timeout: 15_000 });
    await watch.close();
  });

  it('changes what is named of a tracker and its unit, and leaves the rest', async () => {
    await posko(['tracker', 'add', 'hp-12', '--region=64.71', '--callsign=Alfa', '--kind=truck']);
    const changed = await posko([
      'tracker',
      'set',
      'hp-12',
      '--region=64.08',
      '--callsign=Alpha 12',
    ]);
    expect(changed).toMatchObject({ status: 0, error: '' });
    const mended = (await listTrackers(database.pool)).find(
      ({ tracker }) => tracker.id === 'hp-12',
    );
    expect(mended).toMatchObject({
      tracker: { region: '64.08' },
      unit: { region: '64.08', callsign: 'Alpha 12', kind: 'truck', agency: 'polri' },
    });
  });

  it.each([
    [['tracker', 'set', 'nobody', '--kind=truck'], 1, 'there is no tracker "nobody"'],
    [['tracker', 'set', 'hp-12'], 2, 'there is nothing to change'],
    [['tracker', 'set', 'hp-12', '--region=Kutim'], 1, 'region is a regency code'],
    [['tracker', 'set', 'hp-12', '--kind=tank'], 2, '--kind is "tank"'],
  ])('refuses %s with a sentence', async (args, status, sentence) => {
    const end = await posko(args);
    expect(end.status).toBe(status);
    expect(end.error).toContain(sentence);
  });

  it('uses the database that the settings name', async () => {
    const { user, password, host, database: name } = database.connection;
    const url = `postgres://${user}:${password}@${encodeURIComponent(host ?? '')}/${name}`;
    const elsewhere = path.join(dataDir, 'never-made');
    const end = await runHere(['tracker', 'list'], {
      POSKO_DATABASE_URL: url,
      POSKO_DATA_DIR: elsewhere,
    });
    expect(end.output).toContain('AWC-1');
    expect(readdirSync(dataDir)).not.toContain('never-made');
  });
});

it('waits for no other command, but says so', async () => {
  const folder = openDataDir(dataDir, 'command');
  const end = await runHere(['tracker', 'list']);
  folder.release();
  expect(end.status).toBe(1);
  expect(end.error).toMatch(/^A posko command \(process \d+\) is using the data folder/);
});

/** The command in this process: quick, for what needs no process of its own. */
function runHere(args: readonly string[], settings: Record<string, string> = {}): Promise<End> {
  return runCommand(args, { POSKO_DATA_DIR: dataDir, ...settings });
}

/** Null: ended by a signal. */
type ProcessEnd = Omit<End, 'status'> & { readonly status: number | null };

/** The command as it is run by npm. */
function posko(args: readonly string[]): Promise<ProcessEnd> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', entry, ...args],
    {
      env: { ...ownDatabase, PATH: process.env['PATH'], POSKO_DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  let error = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output, error }));
  });
}
