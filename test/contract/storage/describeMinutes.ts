import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Position } from '../../../server/domain/position.ts';
import { Maintenance } from '../../../server/storage/maintenance.ts';
import { toPositionRow } from '../../../server/storage/positionRow.ts';
import { writeRecorded } from '../../../server/storage/recordStore.ts';
import { count, dayMs, describeOver, fixAt, live, minuteMs, nowMs } from './openedStores.ts';
import type { Opener } from './openers.ts';
import { silent } from './silent.ts';

type Minute = {
  readonly tracker_key: number;
  readonly minute_ms: number;
  readonly fix_count: number;
  readonly fixed_at_ms: number;
  readonly lon: number;
  readonly lat: number;
  readonly speed: number | null;
  readonly course: number | null;
  readonly max_speed: number | null;
};

/** What every dialect promises of `position_minutes` and of retention, whoever keeps them. */
export function describeMinutes(opener: Opener): void {
  describeOver('maintenance', opener, (database) => {
    it('keeps the last position, the number and the highest speed of each minute', async () => {
      await write([
        live(1, fixAt(nowMs - 60 * minuteMs, { speedMps: 9, courseDeg: 10, lon: 117.1 })),
        live(1, fixAt(nowMs - 60 * minuteMs + 59_999, { lon: 117.2, lat: -0.2 })),
        live(1, fixAt(nowMs - 59 * minuteMs, { speedMps: 2 })),
        live(2, fixAt(nowMs - 60 * minuteMs + 1)),
      ]);
      await maintain();
      expect(await minutes()).toMatchObject([
        {
          tracker_key: 1,
          minute_ms: nowMs - 60 * minuteMs,
          fix_count: 2,
          fixed_at_ms: nowMs - 60 * minuteMs + 59_999,
          lon: 117_200_000,
          lat: -200_000,
          speed: null,
          course: null,
          max_speed: 900,
        },
        { tracker_key: 1, minute_ms: nowMs - 59 * minuteMs, fix_count: 1, speed: 200 },
        { tracker_key: 2, minute_ms: nowMs - 60 * minuteMs, fix_count: 1, max_speed: null },
      ]);
    });

    it('gives the minutes that the positions give, whatever came when', async () => {
      const trackerKey = fc.integer({ min: 1, max: 3 });
      // of the last hours, and of long ago: in order, late, twice
      const agoMs = fc.oneof(
        fc.integer({ min: 3 * minuteMs, max: 240 * minuteMs }),
        fc.integer({ min: 20 * dayMs, max: 20 * dayMs + 90 * minuteMs }),
      );
      const position = fc
        .record({ trackerKey, agoMs, speedMps: fc.option(fc.integer({ min: 0, max: 30 })) })
        .map(({ trackerKey: key, agoMs: ago, speedMps }) =>
          live(key, fixAt(nowMs - ago, speedMps === null ? {} : { speedMps })),
        );
      const batches = fc.array(fc.array(position, { maxLength: 30 }), { maxLength: 4 });
      const all = new Map<string, Position>();
      await fc.assert(
        fc.asyncProperty(batches, async (given) => {
          for (const batch of given) {
            await write(batch);
            for (const each of batch) {
              const id = `${each.trackerKey} ${each.fix.fixedAtMs}`;
              if (!all.has(id)) all.set(id, each);
            }
            await maintain();
          }
          expect(await minutes()).toEqual(expected([...all.values()]));
        }),
        { numRuns: 12 },
      );
    }, 120_000);

    it('catches up after hours away, minute by minute', async () => {
      const times = Array.from({ length: 170 }, (_, i) => nowMs - (i + 3) * minuteMs);
      await write(times.map((at) => live(1, fixAt(at))));
      await maintain();
      expect((await minutes()).map(({ minute_ms }) => minute_ms)).toEqual(times.toReversed());
    });

    it('does not miss what is written while it runs', async () => {
      const writing = Array.from({ length: 40 }, (_, i) =>
        write([live(1, fixAt(nowMs - 30 * minuteMs + i * 7_000))]),
      );
      await Promise.all([...writing, maintain(), ...writing]);
      await maintain();
      const counted = (await minutes()).reduce((sum, { fix_count }) => sum + fix_count, 0);
      expect(counted).toBe(40);
      expect(await count(database().pool, 'late_hours')).toBe(0);
    });

    it('drops days beyond retention, with their minutes, and keeps the others', async () => {
      const { pool, dialect } = database();
      await write([
        live(1, fixAt(nowMs - 40 * dayMs)),
        live(1, fixAt(nowMs - 11 * dayMs)),
        live(1, fixAt(nowMs - 9 * dayMs)),
        live(2, fixAt(nowMs)),
      ]);
      await maintain(60);
      expect(await count(pool, 'positions')).toBe(4);
      await maintain(10);
      // TimescaleDB's background job does what is done here by hand
      if (dialect === 'timescale') {
        await pool.query("select drop_chunks('positions', older_than => interval '10 days')");
      }
      const { rows } = await pool.query<{ ms: number }>(
        'select (extract(epoch from fixed_at) * 1000)::float8 as ms from positions order by 1',
      );
      expect(rows.map(({ ms }) => ms)).toEqual([nowMs - 9 * dayMs, nowMs]);
    });

    it('does not take a clock that jumped ahead by years for the age of the history', async () => {
      const { pool, dialect } = database();
      // TimescaleDB's retention goes by the database server's clock
      if (dialect === 'timescale') return;
      await write([live(1, fixAt(nowMs - 5 * dayMs)), live(1, fixAt(nowMs))]);
      await maintain(366, nowMs + 10 * 366 * dayMs);
      expect(await count(pool, 'positions')).toBe(2);
    });

    it('can be done over and over, and says so when it cannot be done', async () => {
      await maintain(30);
      await maintain(366);
      const { pool, dialect } = database();
      const broken = new Maintenance({
        pool: Object.assign(Object.create(pool), {
          query: () => Promise.reject(new Error('away')),
          connect: () => Promise.reject(new Error('away')),
        }),
        dialect,
        retentionDays: 30,
        log: silent,
        nowMs: () => nowMs,
      });
      await broken.runAll();
      const { failing } = broken.status();
      expect(failing.length).toBeGreaterThan(1);
      expect(failing[0]).toMatchObject({ sinceMs: nowMs, error: 'away' });
    });

    const write = (positions: readonly Position[]) =>
      writeRecorded(database().pool, { positions, quarantined: [] });

    async function maintain(retentionDays = 366, atMs = nowMs): Promise<void> {
      const { pool, dialect } = database();
      const maintenance = new Maintenance({
        pool,
        dialect,
        retentionDays,
        log: silent,
        nowMs: () => atMs,
      });
      await maintenance.runAll();
      expect(maintenance.status()).toEqual({ failing: [], advice: [], quarantineDisplaced: 0 });
      await maintenance.close();
      // the policy does it every few minutes, where there are background jobs
      if (dialect === 'timescale') {
        await pool.query("call refresh_continuous_aggregate('position_minutes', null, null)");
      }
    }

    async function minutes(): Promise<readonly Minute[]> {
      const { rows } = await database().pool.query<Minute>(
        `select tracker_key, (extract(epoch from minute) * 1000)::float8 as minute_ms, fix_count,
                (extract(epoch from fixed_at) * 1000)::float8 as fixed_at_ms, lon, lat, speed,
                course, max_speed
         from position_minutes order by tracker_key, minute`,
      );
      return rows;
    }
  });
}

/** The minutes by brute force. */
function expected(positions: readonly Position[]): readonly Minute[] {
  const groups = Map.groupBy(
    positions
      .map(toPositionRow)
      .sort((a, b) => a.trackerKey - b.trackerKey || a.fixedAtMs - b.fixedAtMs),
    (row) => `${row.trackerKey} ${Math.floor(row.fixedAtMs / minuteMs)}`,
  );
  return [...groups.values()].map((rows) => {
    const last = rows.at(-1);
    if (last === undefined) throw new Error('a group is never empty');
    const speeds = rows.flatMap(({ speed }) => (speed === null ? [] : [speed]));
    return {
      tracker_key: last.trackerKey,
      minute_ms: Math.floor(last.fixedAtMs / minuteMs) * minuteMs,
      fix_count: rows.length,
      fixed_at_ms: last.fixedAtMs,
      lon: last.lon,
      lat: last.lat,
      speed: last.speed,
      course: last.course,
      max_speed: speeds.length === 0 ? null : Math.max(...speeds),
    };
  });
}
