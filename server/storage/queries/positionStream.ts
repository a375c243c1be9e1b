import type { Pool } from 'pg';
import { minuteMs } from '../../domain/durations.ts';
import { onlyRow } from './packedColumns.ts';
import {
  type PackedPositions,
  type PositionColumns,
  packedPositions,
  positionColumnNames,
  unpackPositions,
} from './positionColumns.ts';
import { readSlices } from './readSlices.ts';
import { sqlTime, type TimeWindow } from './timeWindow.ts';

export type PositionStreamQuery = TimeWindow & {
  /** Only these trackers; all where left out. */
  readonly trackerKeys?: readonly number[];
  /** Most rows of a chunk; 50,000 where left out, 1.9 MB. */
  readonly chunkRows?: number;
  /** Aborting it ends the stream with the signal's reason, once the slice under way is read. */
  readonly signal?: AbortSignal;
};

const chunkRowsDefault = 50_000;
/** Two thousand trackers at 0.2 Hz have 4,000 rows in it: the first chunk is there soon. */
const firstSpanMs = 10_000;
/** When two thousand units come alive after a quiet night, one slice costs a third of a second. */
const maxSpanMs = 15 * minuteMs;

/**
 * Everything in a window, ordered by fix time, then tracker, chunk by chunk as the consumer asks;
 * memory is bounded by one chunk. To replay what was known then, a consumer shows a row from
 * fixedAtMs + receiveDelayMs on. Whose position it is, say `tracker_assignments` and the driver rule.
 */
export function positionStream(
  pool: Pool,
  query: PositionStreamQuery,
): AsyncGenerator<PositionColumns, void, void> {
  const { trackerKeys, chunkRows = chunkRowsDefault, signal } = query;
  return readSlices<PositionColumns>(query, {
    chunkRows,
    firstSpanMs,
    maxSpanMs,
    signal,
    timesOf: ({ fixedAtMs }) => fixedAtMs,
    read: async ({ fromMs, toMs, afterKey }, limit) => {
      // tracker by tracker, for there is no index on time alone; the inner limit keeps the planner
      // from reading whole days instead
      const { rows } = await pool.query<PackedPositions>({
        rowMode: 'array',
        text: `
          select ${packedPositions}
          from (
            select p.*
            from trackers t
            cross join lateral (
              select ${positionColumnNames} from positions
              where tracker_key = t.key and fixed_at >= $1 and fixed_at < $2
                and (fixed_at > $1 or tracker_key > $3)
              order by fixed_at
              limit $4
            ) p
            where $5::int[] is null or t.key = any($5)
            order by p.fixed_at, p.tracker_key
            limit $4
          ) p`,
        values: [sqlTime(fromMs), sqlTime(toMs), afterKey, limit, trackerKeys ?? null],
      });
      return unpackPositions(onlyRow(rows));
    },
    findNext: async ({ fromMs, toMs }) => {
      const { rows } = await pool.query<[number | null]>({
        rowMode: 'array',
        text: `
          select (extract(epoch from min(p.fixed_at)) * 1000)::float8
          from trackers t
          cross join lateral (
            select fixed_at from positions
            where tracker_key = t.key and fixed_at >= $1 and fixed_at < $2
            order by fixed_at
            limit 1
          ) p
          where $3::int[] is null or t.key = any($3)`,
        values: [sqlTime(fromMs), sqlTime(toMs), trackerKeys ?? null],
      });
      return onlyRow(rows)[0] ?? undefined;
    },
  });
}
