import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readCoreRecord } from '../../server/domain/coreRecord.ts';
import type { JournalInput } from '../../server/domain/journalRecord.ts';
import { placesChangedRecord } from '../../server/domain/placeChange.ts';
import type { ChangeId, Places } from '../../server/domain/places.ts';
import { PlaceKeeper } from '../../server/placeKeeper.ts';
import { type Database, openDatabase } from '../../server/storage/database.ts';
import { addOperation } from '../../server/storage/operationStore.ts';
import { newestChange } from '../../server/storage/placeChanges.ts';
import { catchUp, readPlaces } from '../../server/storage/readPlaces.ts';
import { addSite, changeSite, removeSite } from '../../server/storage/siteStore.ts';
import { PlaceWatch } from '../../server/tracking/placeWatch.ts';

const log = pino({ level: 'silent' });
let dataDir: string;
let database: Database;
let sites = 0;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'posko-test-'));
  database = await openDatabase({ databaseUrl: undefined, dataDir, log });
  const added = await addOperation(
    database.pool,
    {
      ...{ id: 'pilkada', name: 'Mantap Praja', region: '64.08', isExercise: false, phases: [] },
      ...{ startsAtMs: 1, endsAtMs: undefined },
    },
    () => [],
  );
  if (!added.ok) throw new Error(added.detail);
});
afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** A watch over what the database has, and the journal as it was appended to. */
async function open() {
  const watch = new PlaceWatch({ unitOf: () => undefined, onEvent: () => undefined });
  watch.setPlaces(await readPlaces(database.pool), 0);
  const journal: JournalInput[] = [];
  let isStoring = true;
  const append = async (input: JournalInput): Promise<boolean> => {
    journal.push(input);
    return isStoring;
  };
  const keeper = new PlaceKeeper({
    ...{ pool: database.pool, watch, append, log, nowMs: () => 1_000 },
  });
  /** The records come back. */
  const deliver = (): void => {
    for (const input of journal) {
      if (input.kind !== 'versioned_change') continue;
      const record = readCoreRecord(input.json);
      if (record.type === 'places_changed') watch.takeChange(record.change, 1_000);
    }
    keeper.taken();
  };
  const stopStoring = (): void => {
    isStoring = false;
  };
  return { watch, journal, keeper, deliver, stopStoring };
}

async function addAnother(): Promise<ChangeId> {
  sites += 1;
  const added = await addSite(
    database.pool,
    'pilkada',
    {
      ...{ id: `tps-${sites}`, name: `TPS ${sites}`, kind: 'tps', siteClass: 'rawan' },
      ...{ region: '64.08.04', place: [117.5 + sites / 1000, 0.5], required: {} },
      ringRadiusM: undefined,
    },
    () => [],
  );
  if (!added.ok) throw new Error(added.detail);
  const newest = await newestChange(database.pool);
  expect(newest.number).toBe(added.value.change);
  return newest;
}

let rig: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  rig = await open();
});

it('takes up what any program changed, once, and it counts when its record comes back', async () => {
  const { watch, journal, keeper, deliver } = rig;
  const before = watch.counts().sites;
  const change = await addAnother();
  await keeper.refresh();
  await keeper.refresh();
  expect(journal).toEqual([placesChangedRecord(change)]);
  expect(watch.counts().sites).toBe(before);
  deliver();
  expect(watch.counts()).toMatchObject({ sites: before + 1, change: change.number });
});

it('tells who changed something when that counts, and not before', async () => {
  const { watch, journal, keeper, deliver } = rig;
  const change = await addAnother();
  let isTaken = false;
  const taken = keeper.takenUp(change.number).then(() => {
    isTaken = true;
  });
  while (journal.length === 0) await new Promise(setImmediate);
  expect(isTaken).toBe(false);
  deliver();
  await taken;
  expect(watch.change).toEqual(change);
  // of what counts already there is nothing to wait for
  await keeper.takenUp(change.number);
});

it('appends one record for several changes of one moment, and asks for each only once', async () => {
  const { watch, journal, keeper, deliver } = rig;
  const before = watch.counts().sites;
  const changes = [await addAnother(), await addAnother(), await addAnother()];
  await Promise.all([keeper.refresh(), keeper.refresh(), keeper.refresh()]);
  expect(journal).toEqual(changes.slice(2).map(placesChangedRecord));
  deliver();
  expect(watch.counts().sites).toBe(before + 3);
});

it('appends nothing for changes whose records were in the journal already', async () => {
  const { watch, journal, keeper } = rig;
  const change = await addAnother();
  await keeper.stage();
  watch.takeChange(change, 1_000);
  await keeper.refresh();
  expect(journal).toEqual([]);
  expect(watch.change).toEqual(await newestChange(database.pool));
});

it('goes on when the journal does not store, and lets nobody wait after its end', async () => {
  const { watch, keeper, deliver, stopStoring, journal } = rig;
  stopStoring();
  const change = await addAnother();
  await keeper.refresh();
  deliver();
  expect(watch.change).toEqual(change);
  const next = await addAnother();
  const waiting = keeper.takenUp(next.number);
  while (journal.length < 2) await new Promise(setImmediate);
  await keeper.close();
  await waiting;
});

it('begins anew when the database was put back, and the numbers that it gives again count', async () => {
  const { pool } = database;
  const kept = rig.watch.counts().sites;
  const lost = await addAnother();
  await rig.keeper.refresh();
  rig.deliver();
  expect(rig.watch.counts().sites).toBe(kept + 1);
  // as a backup of before it would have it
  await pool.query('delete from fence_versions where begun_by = $1', [lost.number]);
  await pool.query('delete from site_versions where begun_by = $1', [lost.number]);
  await pool.query('delete from place_changes where number = $1', [lost.number]);
  await pool.query("select setval(pg_get_serial_sequence('place_changes', 'number'), $1)", [
    lost.number - 1,
  ]);
  const again = await addAnother();
  expect(again.number).toBe(lost.number);
  await rig.keeper.refresh();
  expect(rig.watch.change).toEqual(again);
  expect(rig.watch.counts().sites).toBe(kept + 1);
  // the record of what was lost comes again, and that of the next change counts
  rig.watch.takeChange(lost, 1_000);
  expect(rig.watch.change).toEqual(again);
  const next = await addAnother();
  await rig.keeper.refresh();
  rig.deliver();
  expect(rig.watch.change).toEqual(next);
  expect(rig.watch.counts().sites).toBe(kept + 2);
});

it('brings places of an earlier change up to a later one, as if all were read', async () => {
  const { pool } = database;
  await addAnother();
  await addAnother();
  const before = await readPlaces(pool);
  await addAnother();
  const [moved, removed] = [`tps-${sites - 2}`, `tps-${sites - 1}`];
  expect(await changeSite(pool, moved, 1, { place: [117, 0.25] }, () => [])).toMatchObject({
    ok: true,
  });
  expect(await removeSite(pool, removed, 1, () => [])).toMatchObject({ ok: true });
  const then = await newestChange(pool);
  await addAnother();

  const byKey = (one: { key: number }, other: { key: number }) => one.key - other.key;
  const sorted = ({ change, ...places }: Places) => ({
    ...{ change, sites: places.sites.toSorted(byKey), fences: places.fences.toSorted(byKey) },
    operations: places.operations,
  });
  const caughtUp = await catchUp(pool, before, then);
  if (caughtUp === undefined) throw new Error('it did not catch up');
  expect(sorted(caughtUp)).toEqual(sorted(await readPlaces(pool, then)));
  expect(await catchUp(pool, caughtUp, then)).toEqual(caughtUp);

  // of another history, and of a later change
  const elsewhere = { ...before, change: { ...before.change, atMs: 1 } };
  expect(await catchUp(pool, elsewhere, then)).toBeUndefined();
  expect(await catchUp(pool, caughtUp, before.change)).toBeUndefined();
});
