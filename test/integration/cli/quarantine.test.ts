import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { dayMs } from '../../../server/domain/durations.ts';
import { type Database, openDatabase } from '../../../server/storage/database.ts';
import { type DataDir, openDataDir } from '../../../server/storage/dataDir.ts';
import type { Quarantined } from '../../../server/storage/quarantineRow.ts';
import { writeRecorded } from '../../../server/storage/recordStore.ts';
import { addTracker } from '../../../server/storage/trackerStore.ts';
import { silent } from '../storage/scratch.ts';
import { type End, runCommand } from './terminal.ts';

const receivedAtMs = Date.now() - 60_000;

let dataDir = '';
let folder: DataDir;
let database: Database;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  folder = openDataDir(dataDir);
  database = await openDatabase({ databaseUrl: undefined, dataDir: folder.dir, log: silent });
  await addTracker(database.pool, {
    id: 'HT-01',
    region: '64.08',
    callsign: 'Elang 1',
    kind: 'handheld',
    agency: 'polri',
  });
});

afterAll(async () => {
  await database.close();
  folder.release();
  rmSync(dataDir, { recursive: true, force: true });
});

beforeEach(async () => {
  await database.pool.query('truncate quarantine restart identity');
  await database.pool.query('truncate positions');
});

it('lists what was put aside, newest first, and tells how to go on', async () => {
  await put(message(1), fix(2, receivedAtMs + dayMs), fix(3, 0));
  const at = new Date(receivedAtMs).toISOString();
  const first = await quarantine('list', '--limit', '2');
  expect(first.output).toBe(
    [
      `3\t${at}\tHT-01\tclock_behind\tfix\t-\t-\tfixed at 0`,
      `2\t${at}\tHT-01\tclock_ahead\tfix\t-\t-\tfixed at ${receivedAtMs + dayMs}`,
      `There is more: --after ${receivedAtMs}_2\n`,
    ].join('\n'),
  );
  const second = await quarantine('list', '--after', `${receivedAtMs}_2`);
  expect(second.output).toBe(`1\t${at}\tHT-01\tnot_json\tmessage\t-\t-\tis not JSON, line two\n`);
  expect((await quarantine('list', '--reason', 'clock_ahead')).output).toMatch(/^2\t.*\n$/);
  expect(await quarantine('list', '--tracker', 'B')).toMatchObject({ status: 0, output: '' });
});

it('lists what the door refused with its topic and sender, and whether it was sent again', async () => {
  await put({
    ...message(1),
    trackerId: undefined,
    topic: 'posko/64.08/a\tb/fix',
    address: '10.0.0.7',
    reason: 'unknown_topic',
  });
  const at = new Date(receivedAtMs).toISOString();
  const line = (state: string): string =>
    `1\t${at}\t-\tunknown_topic\t${state}\tposko/64.08/a b/fix\t10.0.0.7\tis not JSON, line two\n`;
  expect((await quarantine('list')).output).toBe(line('message'));
  await database.pool.query('update quarantine set replayed_at = now()');
  expect((await quarantine('list')).output).toBe(line('replayed'));
});

it('says of each that is named by its key what became of it', async () => {
  await put(message(1), fix(2, receivedAtMs + dayMs), fix(3, receivedAtMs - dayMs));
  const end = await quarantine('recover', '1', '2', '3', '4', '3', '--time', 'own');
  expect(end.status).toBe(1);
  expect(end.output).toBe(
    '1: left, it is a message that could not be decoded, and no fix\n' +
      '2: left, its time cannot be right, so only --time received may take it\n' +
      '3: is in the history now\n' +
      '4: left, there is no such entry\n' +
      '1 put into the history, 0 were there already (same tracker and time), 3 left.\n',
  );
  expect(end.error).toMatch(/^Left as they were: 1 \(it is a message .*\), 1 \(its time .*\)\.\n$/);
  expect((await quarantine('list')).output).toMatch(/\trecovered\t.*\n.*\tfix\t.*\n.*\tmessage\t/);
});

it('ends with status 0 when all that was asked for is in the history, and says when it was before', async () => {
  await put(fix(1, receivedAtMs - dayMs), fix(2, receivedAtMs + dayMs));
  const all = ['recover', '1', '2', '--time', 'received'];
  expect(await quarantine(...all)).toMatchObject({
    status: 0,
    error: '',
    // both came in the same millisecond, so they are one place in the history
    output: expect.stringMatching(/\n1 put into the history, 1 were there already .* 0 left\.\n$/),
  });
  const again = await quarantine(...all);
  expect(again.status).toBe(1);
  expect(again.output).toMatch(/^1: left, it was recovered before\n2: left, it was/);
});

it('recovers all of a tracker, however many there are', async () => {
  await put(...Array.from({ length: 2_100 }, (_, i) => fix(i + 1, i)));
  const all = ['recover', '--tracker', 'HT-01', '--reason', 'clock_behind', '--time'];
  const own = await quarantine(...all, 'own');
  expect(own).toMatchObject({
    status: 1,
    output: '0 put into the history, 0 were there already (same tracker and time), 2100 left.\n',
    error:
      'Left as they were: 2100 (its time cannot be right, so only --time received may take it).\n',
  });
  const end = await quarantine(...all, 'received');
  // all came in the same millisecond, so they are one place in the history
  expect(end).toMatchObject({
    status: 0,
    error: '',
    output: '1 put into the history, 2099 were there already (same tracker and time), 0 left.\n',
  });
  expect(await quarantine(...all, 'received')).toMatchObject({
    status: 0,
    output: expect.stringMatching(/^0 put into the history, 0 were there already/),
  });
});

it.each([
  [['recover', '1'], /^--time is missing/],
  [['recover', '--time', 'own'], /^name the keys, or a tracker/],
  [['recover', '1', '--tracker', 'A', '--time', 'own'], /^name either keys, or/],
  [['recover', 'x', '--time', 'own'], /^a key is "x"; it must be a whole number/],
  [['recover', '1', '--time', 'soon'], /^--time is "soon"; it must be own or received/],
  [['list', '--reason', 'x'], /^--reason is "x"; it must be one of/],
  [['list', '--limit', '1001'], /^--limit is "1001"; it must be a whole number from 1 to 1000/],
])('%j is called wrongly', async (args, error) => {
  const end = await quarantine(...args);
  expect(end.status).toBe(2);
  expect(end.error).toMatch(error);
});

function quarantine(...args: readonly string[]): Promise<End> {
  return runCommand(['quarantine', ...args], { POSKO_DATA_DIR: dataDir });
}

async function put(...quarantined: readonly Quarantined[]): Promise<void> {
  await writeRecorded(database.pool, { positions: [], quarantined });
}

const journalId = '0193a3a0-0000-7000-8000-000000000001';
const common = { journalId, part: 0, trackerId: 'HT-01', receivedAtMs };

function message(sequence: number): Quarantined {
  const content = { kind: 'message', codec: 'native_fix', raw: Buffer.from('{') } as const;
  return { ...common, sequence, reason: 'not_json', detail: 'is not JSON,\nline two', content };
}

function fix(sequence: number, fixedAtMs: number): Quarantined {
  const content = { kind: 'fix', fix: { fixedAtMs, lon: 117.5, lat: 0.5 } } as const;
  const reason = fixedAtMs > receivedAtMs ? 'clock_ahead' : 'clock_behind';
  return { ...common, sequence, reason, detail: `fixed at ${fixedAtMs}`, content };
}
