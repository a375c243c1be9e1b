import type pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Fix } from '../../../server/domain/fix.ts';
import type { Position } from '../../../server/domain/position.ts';
import { latestPositions } from '../../../server/storage/positionQueries.ts';
import { PositionStore } from '../../../server/storage/positionStore.ts';
import { addTracker, listTrackers, type NewTracker } from '../../../server/storage/trackerStore.ts';
import { watchTrackers } from '../../../server/storage/watchTrackers.ts';

/** An empty database with the schema of this program. */
export type OpenedDatabase = {
  readonly pool: pg.Pool;
  readonly connection: pg.ClientConfig;
  close(): Promise<void>;
};

const log = pino({ level: 'silent' });
const patient = { timeout: 20_000 };
const nowMs = 1_732_666_503_000;

const patrol: NewTracker = {
  id: 'HT-01',
  region: '64.08',
  callsign: ' Elang 1 ',
  kind: 'patrol_car',
  agency: 'polri',
};

/** What every implementation of the stores promises. */
export function describeStores(name: string, open: () => Promise<OpenedDatabase>): void {
  describe(`the stores over ${name}`, () => {
    let database: OpenedDatabase;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());
    beforeEach(() => database.pool.query('truncate positions, trackers, units'));

    const openStore = (maxQueued?: number): PositionStore => {
      const { pool } = database;
      const options = { pool, log, nowMs: () => nowMs };
      const store = new PositionStore(
        maxQueued === undefined ? options : { ...options, maxQueued },
      );
      onTestFinished(() => store.close());
      return store;
    };

    describe('trackers', () => {
      it('are added with a unit of their own and listed by id', async () => {
        const second = await addTracker(database.pool, { ...patrol, id: 'B' });
        const first = await addTracker(database.pool, { ...patrol, id: 'A', kind: 'apc' });
        if (!first.ok || !second.ok) throw new Error('not added');
        expect(first.value).toMatchObject({
          tracker: { id: 'A', region: '64.08', unitKey: first.value.unit.key },
          unit: { id: 'A', callsign: 'Elang 1', kind: 'apc', agency: 'polri', region: '64.08' },
        });
        expect(await listTrackers(database.pool)).toEqual([first.value, second.value]);
      });

      it.each([
        [{ id: 'out' }, 'bad_id'],
        [{ id: 'a b' }, 'bad_id'],
        [{ region: '64' }, 'bad_region'],
        [{ region: '64.08.04' }, 'bad_region'],
        [{ callsign: '  ' }, 'bad_callsign'],
        [{ callsign: 'x'.repeat(33) }, 'bad_callsign'],
      ])('are refused with %o: %s', async (change, reason) => {
        const refused = await addTracker(database.pool, { ...patrol, ...change });
        expect(refused).toMatchObject({ ok: false, reason });
        expect(await listTrackers(database.pool)).toEqual([]);
      });

      it('keep an id to themselves, however many ask at once', async () => {
        const answers = await Promise.all(
          Array.from({ length: 8 }, () => addTracker(database.pool, patrol)),
        );
        expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
        expect(await addTracker(database.pool, patrol)).toMatchObject({
          ok: false,
          reason: 'id_taken',
        });
        const { rows } = await database.pool.query('select id from units');
        expect(rows).toEqual([{ id: 'HT-01' }]);
      });

      it('are heard of by those who watch, as are changes of units', async () => {
        let seen: readonly string[] = [];
        const watch = await watchTrackers({
          connection: database.connection,
          log,
          onChange: async () => {
            const trackers = await listTrackers(database.pool);
            seen = trackers.map(({ tracker, unit }) => `${tracker.id} ${unit.callsign}`);
          },
        });
        onTestFinished(() => watch.close());
        await addTracker(database.pool, patrol);
        await vi.waitFor(() => expect(seen).toEqual(['HT-01 Elang 1']), patient);
        await database.pool.query("update units set callsign = 'Rajawali'");
        await vi.waitFor(() => expect(seen).toEqual(['HT-01 Rajawali']), patient);
      });
    });

    describe('positions', () => {
      it('come back as they went in, to the precision of the table', async () => {
        const trackerKey = await addPatrol();
        const fix: Fix = {
          fixedAtMs: nowMs - 1_503,
          lon: 117.553211,
          lat: -0.512345,
          accuracyM: 6.5,
          speedMps: 12.34,
          courseDeg: 93.4,
          altitudeM: -3,
          batteryPct: 81,
          sats: 9,
          attributes: { waterLevelPct: 64, pump: true, note: 'a "b", {c} \\ é \n\0' },
        };
        const store = openStore();
        store.offer(live(trackerKey, fix));
        await store.flush();
        expect(store.status()).toMatchObject({ written: 1, queued: 0, failing: null });
        const attributes = { ...fix.attributes, note: 'a "b", {c} \\ é \n\uFFFD' };
        expect(await latestPositions(database.pool)).toEqual([
          { trackerKey, fix: { ...fix, attributes }, receivedAtMs: nowMs },
        ]);
      });

      it('may lack everything but time and place', async () => {
        const trackerKey = await addPatrol();
        const fix = { fixedAtMs: nowMs, lon: -180, lat: 90 };
        const store = openStore();
        store.offer(live(trackerKey, fix));
        await store.flush();
        expect(await latestPositions(database.pool)).toEqual([
          { trackerKey, fix, receivedAtMs: nowMs },
        ]);
      });

      it('are stored once for a tracker and fix time, and counted when they come again', async () => {
        const trackerKey = await addPatrol();
        const store = openStore();
        const twice = live(trackerKey, fixAt(nowMs));
        store.offer(twice);
        store.offer(twice);
        await store.flush();
        store.offer(twice);
        await store.flush();
        expect(store.status()).toMatchObject({ written: 1, duplicates: 2, notStored: 0 });
        expect(await storedCount()).toBe(1);
      });

      it('are all written when many come at once', async () => {
        const trackerKey = await addPatrol();
        const store = openStore();
        for (let i = 0; i < 25_000; i++) store.offer(live(trackerKey, fixAt(nowMs + i)));
        expect(store.status().queued).toBe(25_000);
        await store.flush();
        expect(store.status()).toMatchObject({ queued: 0, written: 25_000, notStored: 0 });
        expect(await storedCount()).toBe(25_000);
      });

      it('give each tracker its newest, whatever order they came in', async () => {
        const one = await addPatrol('one');
        const two = await addPatrol('two');
        await addPatrol('silent');
        const store = openStore();
        for (const [key, atMs] of [
          [one, nowMs - 5],
          [two, nowMs - 1],
          [one, nowMs - 2],
          [one, nowMs - 9],
        ] as const) {
          store.offer(live(key, fixAt(atMs)));
        }
        await store.flush();
        const latest = await latestPositions(database.pool);
        expect(new Map(latest.map((p) => [p.trackerKey, p.fix.fixedAtMs]))).toEqual(
          new Map([
            [one, nowMs - 2],
            [two, nowMs - 1],
          ]),
        );
      });

      it('are stored but for the ones that the database refuses', async () => {
        const trackerKey = await addPatrol();
        const store = openStore();
        for (let i = 0; i < 300; i++) {
          const fix = fixAt(nowMs + i);
          store.offer(live(trackerKey, i % 100 === 7 ? { ...fix, lat: 91 } : fix));
        }
        store.offer(live(trackerKey, { ...fixAt(nowMs - 1), lon: Number.NaN }));
        store.offer(live(trackerKey, fixAt(1e300)));
        store.offer(live(trackerKey, fixAt(0)));
        await store.flush();
        expect(store.status()).toMatchObject({
          queued: 0,
          written: 297,
          notStored: 6,
          failing: null,
        });
        expect(await storedCount()).toBe(297);
      });

      it('past the bound are counted as not stored, and the older ones are kept', async () => {
        const trackerKey = await addPatrol();
        const store = openStore(10);
        for (let i = 0; i < 15; i++) store.offer(live(trackerKey, fixAt(nowMs + i)));
        expect(store.status()).toMatchObject({ queued: 10, notStored: 5 });
        await store.flush();
        expect(await storedCount()).toBe(10);
        expect((await latestPositions(database.pool))[0]?.fix.fixedAtMs).toBe(nowMs + 9);
      });

      it('that are delayed are marked', async () => {
        const trackerKey = await addPatrol();
        const store = openStore();
        store.offer(live(trackerKey, fixAt(nowMs)));
        store.offer({ ...live(trackerKey, fixAt(nowMs - 60_000)), verdict: 'delayed' });
        await store.flush();
        const { rows } = await database.pool.query(
          'select is_delayed, receive_delay_ms from positions order by fixed_at',
        );
        expect(rows).toEqual([
          { is_delayed: true, receive_delay_ms: 60_000 },
          { is_delayed: false, receive_delay_ms: 0 },
        ]);
      });
    });

    async function addPatrol(id = 'HT-01'): Promise<number> {
      const added = await addTracker(database.pool, { ...patrol, id });
      if (!added.ok) throw new Error(added.detail);
      return added.value.tracker.key;
    }

    async function storedCount(): Promise<number> {
      const { rows } = await database.pool.query<{ n: number }>(
        'select count(*)::int as n from positions',
      );
      return rows[0]?.n ?? 0;
    }
  });
}

function live(trackerKey: number, fix: Fix): Position {
  return { trackerKey, fix, receivedAtMs: nowMs, verdict: 'live' };
}

function fixAt(fixedAtMs: number): Fix {
  return { fixedAtMs, lon: 117.5, lat: 0.5 };
}
