import type { Pool } from 'pg';
import { createDriverRule } from '../../domain/driverRule.ts';
import { dayMs, minuteMs } from '../../domain/durations.ts';
import { layerSql } from './layerSql.ts';
import { lostAfterSql } from './lostAfterSql.ts';
import { onlyRow, type Packed, packIntPairs, unpackIntPairs } from './packedColumns.ts';
import {
  joinPositions,
  type PackedPositions,
  type PositionColumns,
  packedPositions,
  pickPositions,
  positionColumnNames,
  unpackPositions,
} from './positionColumns.ts';
import { sqlTime } from './timeWindow.ts';

export type SnapshotQuery = {
  /** UTC epoch milliseconds. */
  readonly atMs: number;
  /**
   * False: where units were, by all that is known today. True: what the screens showed, by what had
   * come in until then; a clock that was ahead counts as it did then.
   */
  readonly isAsKnown?: boolean;
  /** Units without a fix for longer than this are left out; a day where left out. */
  readonly maxAgeMs?: number;
};

export type Snapshot = {
  /** Ascending, each unit once; row for row with `positions`. */
  readonly unitKey: Int32Array<ArrayBuffer>;
  readonly positions: PositionColumns;
};

/**
 * Days are stored apart, and each one that must be looked into costs a step for every silent
 * tracker: a day of age means two of them. A unit that said nothing for a day is lost at any rate.
 */
const maxAgeDefaultMs = dayMs;
/**
 * Most trackers spoke within this time, and are looked for there first: a step down the index takes
 * up all entries of a tracker between its bounds that share a page, half an hour of them at 0.2 Hz,
 * before it gives the newest. Within a minute they are few, which halves the time of the whole.
 */
const recentMs = minuteMs;
/** Fixes further ahead than this never reach the table. */
const maxAheadMs = 10 * minuteMs;
/** Assignments that are looked at: beyond every roster of design.md. */
const maxCarriers = 1 << 20;

/** The units are asked for in so many parts at once: descending the index is work for every core. */
const partCount = 2;

/**
 * Every unit's place at a time: its newest fix until then that drove it (see createDriverRule). One
 * step down an index for each tracker, two for one that was silent, however many rows there are.
 */
export async function snapshotAt(pool: Pool, query: SnapshotQuery): Promise<Snapshot> {
  const parts = await Promise.all(
    Array.from({ length: partCount }, (_, part) => newestFixes(pool, query, part)),
  );
  return chooseDrivers(
    Int32Array.from(parts.flatMap(({ unitKey }) => [...unitKey])),
    Int32Array.from(parts.flatMap(({ layer }) => [...layer])),
    Int32Array.from(parts.flatMap(({ lostAfterMs }) => [...lostAfterMs])),
    joinPositions(parts.map(({ positions }) => positions)),
  );
}

/** The newest fix of each tracker of a part of the units, ordered by unit, time and layer. */
async function newestFixes(pool: Pool, query: SnapshotQuery, part: number) {
  const { atMs, isAsKnown = false, maxAgeMs = maxAgeDefaultMs } = query;
  const { rows } = await pool.query<
    [unitAndLayer: Packed, unitAndLost: Packed, ...PackedPositions]
  >({
    rowMode: 'array',
    text: `
      select ${packIntPairs('unit_key', 'layer')}, ${packIntPairs('unit_key', 'lost_after_ms')},
             ${packedPositions}
      from (
        select a.unit_key, ${layerSql} as layer, ${lostAfterSql} as lost_after_ms, p.*
        from tracker_assignments a
        join units u on u.key = a.unit_key
        left join lateral (${newestSql('$3', '$4')}) recent on true
        cross join lateral (
          select recent.* where recent.tracker_key is not null
          union all
          select * from (${newestSql('$2', '$3')}) earlier where recent.tracker_key is null
        ) p
        where a.valid_from <= $1 and (a.valid_to > $2 or a.valid_to is null)
          and a.unit_key % ${partCount} = $6
        order by a.unit_key, p.fixed_at, layer
        limit ${maxCarriers}
      ) p`,
    values: [
      sqlTime(atMs),
      sqlTime(atMs - maxAgeMs),
      sqlTime(atMs - Math.min(recentMs, maxAgeMs)),
      sqlTime(isAsKnown ? atMs + maxAheadMs : atMs + 1),
      !isAsKnown,
      part,
    ],
  });
  const [unitAndLayer, unitAndLost, ...packed] = onlyRow(rows);
  const [unitKey, layer] = unpackIntPairs(unitAndLayer);
  const [, lostAfterMs] = unpackIntPairs(unitAndLost);
  return { unitKey, layer, lostAfterMs, positions: unpackPositions(packed) };
}

/**
 * SQL of the newest fix of the tracker of an assignment `a`, of those that count. The bounds of the
 * question stand apart from those of the assignment: the columnstore skips and filters by constants
 * only, and is three times as quick for it. A fix from after the time was known by then only if it
 * came before its own time, which is quick to see.
 */
function newestSql(from: string, to: string): string {
  return `
    select ${positionColumnNames} from positions
    where tracker_key = a.tracker_key
      and fixed_at >= ${from} and fixed_at < ${to}
      and fixed_at >= a.valid_from and fixed_at < coalesce(a.valid_to, 'infinity')
      and ($5 or (fixed_at <= $1 or receive_delay_ms < 0)
                 and fixed_at + receive_delay_ms * interval '1 millisecond' <= $1)
    order by fixed_at desc
    limit 1`;
}

/** Of the newest fixes of each unit's trackers, those of a unit ordered by time and layer, the last that drove the unit. */
function chooseDrivers(
  units: Int32Array,
  layers: Int32Array,
  lostAfterMs: Int32Array,
  newest: PositionColumns,
): Snapshot {
  const chosen: number[] = [];
  let drives = createDriverRule(0);
  for (let row = 0; row < newest.count; row++) {
    const isNewUnit = row === 0 || units[row] !== units[row - 1];
    if (isNewUnit) drives = createDriverRule(lostAfterMs[row] ?? 0);
    if (!drives(layers[row] ?? 0, newest.fixedAtMs[row] ?? 0)) continue;
    // the first fix of a unit always drives it, so what is replaced is the same unit's
    if (!isNewUnit) chosen.pop();
    chosen.push(row);
  }
  const rows = Uint32Array.from(chosen).sort((a, b) => (units[a] ?? 0) - (units[b] ?? 0));
  return {
    unitKey: Int32Array.from(rows, (row) => units[row] ?? 0),
    positions: pickPositions(newest, rows),
  };
}
