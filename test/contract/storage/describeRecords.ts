import { expect, it } from 'vitest';
import type { DeviceEvent } from '../../../server/domain/deviceEvent.ts';
import type { Fix } from '../../../server/domain/fix.ts';
import type { Position } from '../../../server/domain/position.ts';
import type { DeviceEventRow } from '../../../server/storage/deviceEventRow.ts';
import { latestSos } from '../../../server/storage/deviceEvents.ts';
import { latestPositions } from '../../../server/storage/positionQueries.ts';
import type { Quarantined } from '../../../server/storage/quarantineRow.ts';
import { readCheckpoint, writeRecorded } from '../../../server/storage/recordStore.ts';
import { readTrackerClocks } from '../../../server/storage/trackerClocks.ts';
import { addPatrol, count, dayMs, describeOver, fixAt, live, nowMs } from './openedStores.ts';
import type { Opener } from './openers.ts';

const journalId = '0193a3a0-0000-7000-8000-000000000001';
const otherJournal = '0193a3a0-0000-7000-8000-000000000002';
const consumer = 'positions';

/** What the stores promise of positions and the checkpoint that goes with them. */
export function describeRecords(opener: Opener): void {
  describeOver('records', opener, (database) => {
    it('come back as they went in, to the precision of the table', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
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
      expect(await write([live(trackerKey, fix)])).toEqual({ written: 1, duplicates: 0 });
      const attributes = { ...fix.attributes, note: 'a "b", {c} \\ é \n\uFFFD' };
      expect(await latestPositions(pool)).toEqual([
        { trackerKey, fix: { ...fix, attributes }, receivedAtMs: nowMs },
      ]);
    });

    it('are where a unit was last, without what came late, were it of a later time or day', async () => {
      const dayAgo = nowMs - dayMs;
      const trackerKey = await addPatrol(database().pool);
      const late = (fixedAtMs: number): Position => ({
        ...live(trackerKey, fixAt(fixedAtMs)),
        verdict: 'delayed',
      });
      const newest = live(trackerKey, fixAt(dayAgo));
      await write([live(trackerKey, fixAt(dayAgo - 5_000)), newest, late(dayAgo + 1_000)]);
      expect(await newestTimes()).toEqual([[trackerKey, dayAgo]]);
      // taken out of the quarantine by hand
      await write([late(nowMs)]);
      expect(await newestTimes()).toEqual([[trackerKey, dayAgo]]);
    });

    it('may lack everything but time and place', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
      const fix = { fixedAtMs: nowMs, lon: -180, lat: 90 };
      await write([live(trackerKey, fix)]);
      expect(await latestPositions(pool)).toEqual([{ trackerKey, fix, receivedAtMs: nowMs }]);
    });

    it('are stored once for a tracker and fix time, and counted when they come again', async () => {
      const trackerKey = await addPatrol(database().pool);
      const once = live(trackerKey, fixAt(nowMs));
      const other = live(trackerKey, fixAt(nowMs + 1));
      expect(await write([once, once])).toEqual({ written: 1, duplicates: 1 });
      expect(await write([once, other])).toEqual({ written: 1, duplicates: 1 });
      expect(await count(database().pool, 'positions')).toBe(2);
    });

    it('that are delayed are marked', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
      await write([
        live(trackerKey, fixAt(nowMs)),
        { ...live(trackerKey, fixAt(nowMs - 60_000)), verdict: 'delayed' },
      ]);
      const { rows } = await pool.query(
        'select is_delayed, receive_delay_ms from positions order by fixed_at',
      );
      expect(rows).toEqual([
        { is_delayed: true, receive_delay_ms: 60_000 },
        { is_delayed: false, receive_delay_ms: 0 },
      ]);
    });

    it('of any day find their place, a year late or ten minutes ahead', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
      const times = [nowMs - 365 * dayMs, nowMs - 3 * dayMs, nowMs, nowMs + 600_000];
      expect(await write(times.map((at) => live(trackerKey, fixAt(at))))).toMatchObject({
        written: 4,
      });
      const { rows } = await pool.query<{ ms: number }>(
        'select (extract(epoch from fixed_at) * 1000)::float8 as ms from positions order by 1',
      );
      expect(rows.map(({ ms }) => ms)).toEqual(times);
    });

    it('are all or none: one that the table refuses keeps out the batch and its checkpoint', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
      const wrong = live(trackerKey, { ...fixAt(nowMs + 1), lat: 91 });
      await expect(write([live(trackerKey, fixAt(nowMs)), wrong], 5)).rejects.toMatchObject({
        code: '23514',
      });
      expect(await count(pool, 'positions')).toBe(0);
      expect(await count(pool, 'newest_days')).toBe(0);
      expect(await readCheckpoint(pool, journalId, consumer)).toBeUndefined();
    });

    it('move the checkpoint forward only, each consumer and journal its own', async () => {
      const { pool } = database();
      expect(await readCheckpoint(pool, journalId, consumer)).toBeUndefined();
      for (const [sequence, after] of [
        [7, 7],
        [3, 7],
        [2 ** 53 - 1, 2 ** 53 - 1],
      ] as const) {
        await write([], sequence);
        expect(await readCheckpoint(pool, journalId, consumer)).toBe(after);
      }
      expect(await readCheckpoint(pool, otherJournal, consumer)).toBeUndefined();
      expect(await readCheckpoint(pool, journalId, 'another')).toBeUndefined();
    });

    it('read again from the journal add nothing', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
      const quarantined: Quarantined = {
        journalId,
        sequence: 4,
        part: 0,
        trackerId: 'HT-01',
        receivedAtMs: nowMs,
        reason: 'not_json',
        detail: 'the message is not JSON',
        content: { kind: 'message', codec: 'native_fix', raw: Buffer.from('{\0') },
      };
      const batch = {
        positions: [live(trackerKey, fixAt(nowMs))],
        quarantined: [quarantined, { ...quarantined, part: 1 }],
        checkpoint: { journalId, consumer, sequence: 4 },
      };
      expect(await writeRecorded(pool, batch)).toEqual({ written: 1, duplicates: 0 });
      expect(await writeRecorded(pool, batch)).toEqual({ written: 0, duplicates: 1 });
      expect(await count(pool, 'quarantine')).toBe(2);
    });

    it('give each tracker its newest, whatever order they came in', async () => {
      const { pool } = database();
      const one = await addPatrol(pool, 'one');
      const two = await addPatrol(pool, 'two');
      await addPatrol(pool, 'silent');
      const newestDays = new Map<number, number>();
      for (const [key, atMs] of [
        [one, nowMs - dayMs],
        [two, nowMs - 200 * dayMs],
        [one, nowMs - 2],
        [one, nowMs - 2 * dayMs],
      ] as const) {
        const positions = [live(key, fixAt(atMs))];
        await writeRecorded(pool, { positions, quarantined: [] }, newestDays);
      }
      expect(await newestTimes()).toEqual([
        [one, nowMs - 2],
        [two, nowMs - 200 * dayMs],
      ]);
    });

    it('give each tracker its newest even when all days were forgotten', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
      await write([40, 30, 50].map((days) => live(trackerKey, fixAt(nowMs - days * dayMs))));
      await pool.query('truncate newest_days');
      expect(await newestTimes()).toEqual([[trackerKey, nowMs - 30 * dayMs]]);
    });

    it('come with what devices said, once however often it is written', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
      const sos = (
        n: number,
        receivedAtMs: number,
        event: Partial<DeviceEvent>,
      ): DeviceEventRow => ({
        id: `00000000-0000-5000-8000-00000000000${n}`,
        trackerKey,
        happenedAtMs: receivedAtMs - 500,
        receivedAtMs,
        event: { kind: 'sos', ...event },
      });
      const events = [
        sos(1, nowMs, { lon: 117.5, lat: -0.5, text: 'tolong \0' }),
        sos(2, nowMs + 1_000, {}),
        sos(3, nowMs + 2_000, {
          kind: 'status',
          online: false,
          batteryPct: 81,
          attributes: { pump: true, note: 'a"\uD800' },
        }),
        { ...sos(4, nowMs, {}), trackerKey: trackerKey + 99 },
      ];
      for (let i = 0; i < 2; i++) {
        await writeRecorded(pool, { positions: [], quarantined: [], events });
      }
      const { rows } = await pool.query(
        `select kind, (extract(epoch from happened_at) * 1000)::float8 as happened, lon, lat, data
         from device_events order by id`,
      );
      expect(rows).toEqual([
        {
          ...{ kind: 'sos', happened: nowMs - 500, lon: 117_500_000, lat: -500_000 },
          data: { text: 'tolong \uFFFD' },
        },
        { kind: 'sos', happened: nowMs + 500, lon: null, lat: null, data: null },
        {
          ...{ kind: 'status', happened: nowMs + 1_500, lon: null, lat: null },
          data: { online: false, batteryPct: 81, attributes: { pump: true, note: 'a"\uFFFD' } },
        },
      ]);
      expect(await latestSos(pool)).toEqual([
        {
          ...{ trackerKey, happenedAtMs: nowMs + 500, receivedAtMs: nowMs + 1_000 },
          ...{ lon: undefined, lat: undefined, text: undefined },
        },
      ]);
    });

    it('come with the clocks of trackers, each as it is seen last', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
      expect(await readTrackerClocks(pool)).toEqual([]);
      const ahead = { state: 'corrected', offsetMs: 28_800_000, changedAtMs: nowMs } as const;
      const right = { state: 'right', offsetMs: 0, changedAtMs: nowMs + 5 } as const;
      for (const reading of [ahead, right, { ...ahead, offsetMs: -2_208_988_800_000 }]) {
        const clocks = [
          { trackerKey, ...reading },
          { trackerKey: trackerKey + 99, ...reading },
        ];
        await writeRecorded(pool, { positions: [], quarantined: [], clocks });
        expect(await readTrackerClocks(pool)).toEqual([{ trackerKey, ...reading }]);
      }
    });

    it('come with neither events nor clocks when a row of the batch is at fault', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
      const wrong = live(trackerKey, { ...fixAt(nowMs + 1), lat: 91 });
      const reading = { state: 'corrected', offsetMs: 1_000, changedAtMs: nowMs } as const;
      const batch = {
        positions: [wrong],
        quarantined: [],
        events: [
          {
            id: '00000000-0000-5000-8000-000000000001',
            ...{ trackerKey, happenedAtMs: nowMs, receivedAtMs: nowMs },
            event: { kind: 'sos' } as const,
          },
        ],
        clocks: [{ trackerKey, ...reading }],
      };
      await expect(writeRecorded(pool, batch)).rejects.toMatchObject({ code: '23514' });
      expect(await count(pool, 'device_events')).toBe(0);
      expect(await readTrackerClocks(pool)).toEqual([]);
    });

    it('come with what the door refused, which has a topic and an address and maybe no tracker', async () => {
      const { pool } = database();
      const refused: Quarantined = {
        ...{ journalId, sequence: 9, part: 0, trackerId: undefined, receivedAtMs: nowMs },
        ...{ topic: 'posko/64.08/x\0/fix', address: '2001:db8::7' },
        ...{ reason: 'topic_refused', detail: 'not its own' },
        content: { kind: 'message', codec: undefined, raw: Buffer.from([0, 255]) },
      };
      const long = { ...refused, part: 1, topic: 'x'.repeat(2_000), address: 'y'.repeat(99) };
      await writeRecorded(pool, { positions: [], quarantined: [refused, long] });
      const { rows } = await pool.query(
        `select tracker_id, codec, topic, address, raw, fix from quarantine order by part`,
      );
      expect(rows).toEqual([
        {
          ...{ tracker_id: null, codec: null, topic: 'posko/64.08/x\uFFFD/fix' },
          ...{ address: '2001:db8::7', raw: Buffer.from([0, 255]), fix: null },
        },
        expect.objectContaining({ topic: 'x'.repeat(1_024), address: 'y'.repeat(64) }),
      ]);
    });

    it('go into days that are compressed already', async () => {
      const { pool, dialect } = database();
      // only the community edition of TimescaleDB compresses
      if (dialect !== 'timescale') return;
      const trackerKey = await addPatrol(pool);
      const dayAgo = nowMs - 5 * dayMs;
      const positions = Array.from({ length: 50 }, (_, i) =>
        live(trackerKey, fixAt(dayAgo + i * 1_000)),
      );
      await write(positions);
      await pool.query("select compress_chunk(c) from show_chunks('positions') c");
      const late = live(trackerKey, fixAt(dayAgo + 500));
      expect(await write([late, late, ...positions.slice(0, 3)])).toEqual({
        written: 1,
        duplicates: 4,
      });
      expect(await count(pool, 'positions')).toBe(51);
      expect(await newestTimes()).toEqual([[trackerKey, dayAgo + 49_000]]);
    });

    const write = (positions: readonly Position[], at?: number) =>
      writeRecorded(database().pool, {
        positions,
        quarantined: [],
        checkpoint: at === undefined ? undefined : { journalId, consumer, sequence: at },
      });

    async function newestTimes(): Promise<readonly (readonly [number, number])[]> {
      const latest = await latestPositions(database().pool);
      return latest
        .map(({ trackerKey, fix }) => [trackerKey, fix.fixedAtMs] as const)
        .toSorted((a, b) => a[0] - b[0]);
    }
  });
}
