import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { LiveStateKeeper, readLiveState } from '../../server/liveState.ts';
import { recorderName } from '../../server/recorder.ts';
import { type Database, openDatabase } from '../../server/storage/database.ts';
import { Tracks } from '../../server/tracking/tracks.ts';
import { noAlarms } from '../fixtures/noAlarms.ts';
import { placeRig, placesOf, siteAt } from '../unit/tracking/placeRig.ts';

let dir: string;
let dataDir: string;
let database: Database;
const journal = { id: '6b3f5c1e-0a4b-4a6e-9d39-7c1f0d2a8e55', lastSequence: 3_000_000 };
const warnings: string[] = [];
const log = pino(
  { level: 'warn' },
  { write: (line: string) => void warnings.push(JSON.parse(line).event) },
);

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'posko-test-'));
  const quiet = pino({ level: 'silent' });
  database = await openDatabase({ databaseUrl: undefined, dataDir, log: quiet });
  // the change that the rig's places are of, and what the recorder has
  await database.pool.query('insert into place_changes (changed_at) values (to_timestamp(0.001))');
  await database.pool.query(
    'insert into consumer_checkpoints (journal_id, consumer, sequence) values ($1, $2, 5)',
    [journal.id, recorderName],
  );
});
afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'posko-test-'));
  warnings.length = 0;
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A keeper over one unit inside the ring of a site, with the records up to which all was kept. */
function open(nowMs: () => number = () => 0) {
  const { watch, stand, drive } = placeRig(placesOf([siteAt(1, 0)]));
  stand(drive(0, 1, 400, 0), 60, 1, 0);
  const kept: number[] = [];
  const alarms = noAlarms().keep();
  const core = { tracks: new Tracks().kept(), newestSos: [], alarms };
  const keeper = new LiveStateKeeper(
    {
      ...{ dir: path.join(dir, 'live'), log, nowMs, index: watch.index },
      keep: (sequence) => ({
        ...{ journalId: journal.id, recorded: 5, unwritten: [] },
        ...{ unwrittenAlarms: [], unwrittenIncidents: [] },
        core: { ...core, places: watch.checkpoint(sequence) },
      }),
      places: () => watch.places(),
      onKept: (sequence) => kept.push(sequence),
    },
    7,
  );
  return { keeper, kept, watch };
}

const read = (of: Partial<typeof journal> = {}) =>
  readLiveState(path.join(dir, 'live'), { ...journal, ...of }, database.pool, log);

it('finds nothing where nothing was kept', async () => {
  expect(await read()).toBeUndefined();
  expect(warnings).toEqual([]);
});

it('gives back what was kept, with the index of the fences', async () => {
  const { keeper, kept, watch } = open();
  await keeper.start();
  keeper.taken(9);
  await keeper.close();
  expect(kept).toEqual([7, 9]);
  const found = await read();
  if (found === undefined) throw new Error('nothing was read');
  const { state, ground } = found;
  expect(state).toMatchObject({ sequence: 9, journalId: journal.id });
  expect(state.core.places).toEqual(watch.checkpoint(9));
  const again = placeRig(placesOf([siteAt(1, 0)]), ground.index);
  again.watch.restore(state.core.places);
  expect(again.watch.insideOf(1)).toEqual([1]);
  expect(ground.index?.size).toBe(1);
  const { operations: _, ...places } = placesOf([siteAt(1, 0)]);
  expect(ground.places).toEqual(places);
});

it('keeps it each minute in which something came, and after many records', async () => {
  let nowMs = 0;
  const { keeper, kept } = open(() => nowMs);
  await keeper.start();
  nowMs = 59_000;
  keeper.taken(8);
  nowMs = 61_000;
  // of what could not be stored
  keeper.taken(0);
  while (kept.length < 2) await new Promise(setImmediate);
  expect(kept).toEqual([7, 8]);
  nowMs = 70_000;
  keeper.taken(8);
  keeper.taken(2_000_000);
  expect(kept).toHaveLength(2);
  nowMs = 72_000;
  // not while what was kept before is still being written
  while (kept.length < 3) {
    keeper.taken(2_000_000);
    await new Promise(setImmediate);
  }
  expect(kept.at(-1)).toBe(2_000_000);
  await keeper.close();
});

it('leaves what is damaged, and says so', async () => {
  const { keeper } = open();
  await keeper.close();
  const damage = async (name: string): Promise<void> => {
    const file = path.join(dir, 'live', name);
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    await writeFile(file, bytes);
  };
  await damage('fences.index');
  await damage('places.v8');
  expect(await read()).toMatchObject({ ground: { index: undefined, places: undefined } });
  expect(warnings).toEqual(['fenceIndexLeft', 'keptPlacesLeft']);
  await damage('state.v8');
  expect(await read()).toBeUndefined();
  expect(warnings).toEqual(['fenceIndexLeft', 'keptPlacesLeft', 'liveStateLeft']);
  await writeFile(path.join(dir, 'live', 'state.v8'), 'x');
  expect(await read()).toBeUndefined();
});

it('leaves what is of another journal, and of a database that was put back', async () => {
  const { keeper } = open();
  await keeper.close();
  expect(await read({ id: '00000000-0000-4000-8000-000000000000' })).toBeUndefined();
  expect(await read({ lastSequence: 6 })).toBeUndefined();
  expect(await read({ lastSequence: 7 })).toBeDefined();
  const { pool } = database;
  await pool.query('update consumer_checkpoints set sequence = 4');
  expect(await read()).toBeUndefined();
  await pool.query('update consumer_checkpoints set sequence = 5');
  await pool.query('update place_changes set changed_at = to_timestamp(0.002)');
  expect(await read()).toBeUndefined();
  await pool.query('update place_changes set changed_at = to_timestamp(0.001)');
  expect(await read()).toBeDefined();
});

it('goes on when the folder cannot be written, and says so', async () => {
  await writeFile(path.join(dir, 'live'), 'a file in its place');
  const { keeper, kept } = open();
  await keeper.start();
  expect(kept).toEqual([]);
  expect(warnings).toEqual(['liveStateNotKept']);
  expect(keeper.failing).toMatchObject({ sinceMs: 0 });
  // not with every chunk
  keeper.taken(5_000_000);
  expect(warnings).toEqual(['liveStateNotKept']);
});
