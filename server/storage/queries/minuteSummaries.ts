import type { Pool } from 'pg';
import { hourMs, minuteMs } from '../../domain/durations.ts';
import {
  onlyRow,
  type Packed,
  packInts,
  packSmallints,
  packTimes,
  unpackInts,
  unpackSmallints,
  unpackTimes,
} from './packedColumns.ts';
import { readSlices } from './readSlices.ts';
import { sqlTime, type TimeWindow } from './timeWindow.ts';

/** One row for each tracker and minute in which it had a fix; `unknownSmallint` where none said it. */
export type MinuteColumns = {
  readonly count: number;
  readonly trackerKey: Int32Array<ArrayBuffer>;
  /** Beginning of the minute, UTC epoch milliseconds. */
  readonly minuteMs: Float64Array<ArrayBuffer>;
  readonly fixCount: Int32Array<ArrayBuffer>;
  /** Of the last fix in the minute, as are place, speed and course. */
  readonly fixedAtMs: Float64Array<ArrayBuffer>;
  readonly lonMicrodeg: Int32Array<ArrayBuffer>;
  readonly latMicrodeg: Int32Array<ArrayBuffer>;
  readonly speedCmps: Int16Array<ArrayBuffer>;
  readonly courseDecideg: Int16Array<ArrayBuffer>;
  /** Greatest of all fixes in the minute. */
  readonly maxSpeedCmps: Int16Array<ArrayBuffer>;
};

export type MinuteQuery = TimeWindow & {
  /** Only these trackers; all where left out. */
  readonly trackerKeys?: readonly number[];
  /** Most rows of a chunk; 50,000 where left out, 1.9 MB. */
  readonly chunkRows?: number;
  /** Aborting it ends the stream with the signal's reason, once the slice under way is read. */
  readonly signal?: AbortSignal;
};

type PackedMinutes = [
  count: number,
  trackerKey: Packed,
  minute: Packed,
  fixCount: Packed,
  fixedAt: Packed,
  lon: Packed,
  lat: Packed,
  speed: Packed,
  course: Packed,
  maxSpeed: Packed,
];

const chunkRowsDefault = 50_000;
const firstSpanMs = 10 * minuteMs;
const maxSpanMs = 6 * hourMs;

/** The minutes that begin in a window, ordered by minute, then tracker, chunk by chunk as the consumer asks: for long replays and overviews. */
export function minuteSummaries(
  pool: Pool,
  query: MinuteQuery,
): AsyncGenerator<MinuteColumns, void, void> {
  const { trackerKeys, chunkRows = chunkRowsDefault, signal } = query;
  return readSlices<MinuteColumns>(query, {
    chunkRows,
    firstSpanMs,
    maxSpanMs,
    signal,
    timesOf: ({ minuteMs }) => minuteMs,
    read: async ({ fromMs, toMs, afterKey }, limit) => {
      const { rows } = await pool.query<PackedMinutes>({
        rowMode: 'array',
        text: `
          select count(*)::int, ${packInts('tracker_key')}, ${packTimes('minute')},
                 ${packInts('fix_count')}, ${packTimes('fixed_at')}, ${packInts('lon')},
                 ${packInts('lat')}, ${packSmallints('speed')}, ${packSmallints('course')},
                 ${packSmallints('max_speed')}
          from (
            select m.*
            from trackers t
            cross join lateral (
              select * from position_minutes
              where tracker_key = t.key and minute >= $1 and minute < $2
                and (minute > $1 or tracker_key > $3)
              order by minute
              limit $4
            ) m
            where $5::int[] is null or t.key = any($5)
            order by m.minute, m.tracker_key
            limit $4
          ) m`,
        values: [sqlTime(fromMs), sqlTime(toMs), afterKey, limit, trackerKeys ?? null],
      });
      return unpackMinutes(onlyRow(rows));
    },
    findNext: async ({ fromMs, toMs }) => {
      const { rows } = await pool.query<[number | null]>({
        rowMode: 'array',
        text: `
          select (extract(epoch from min(m.minute)) * 1000)::float8
          from trackers t
          cross join lateral (
            select minute from position_minutes
            where tracker_key = t.key and minute >= $1 and minute < $2
            order by minute
            limit 1
          ) m
          where $3::int[] is null or t.key = any($3)`,
        values: [sqlTime(fromMs), sqlTime(toMs), trackerKeys ?? null],
      });
      return onlyRow(rows)[0] ?? undefined;
    },
  });
}

function unpackMinutes(row: PackedMinutes): MinuteColumns {
  return {
    count: row[0],
    trackerKey: unpackInts(row[1]),
    minuteMs: unpackTimes(row[2]),
    fixCount: unpackInts(row[3]),
    fixedAtMs: unpackTimes(row[4]),
    lonMicrodeg: unpackInts(row[5]),
    latMicrodeg: unpackInts(row[6]),
    speedCmps: unpackSmallints(row[7]),
    courseDecideg: unpackSmallints(row[8]),
    maxSpeedCmps: unpackSmallints(row[9]),
  };
}
