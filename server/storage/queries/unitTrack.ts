import type { Pool } from 'pg';
import { createDriverRule } from '../../domain/driverRule.ts';
import { longestLostAfterMs } from '../../domain/presence.ts';
import { layerSql } from './layerSql.ts';
import { lostAfterSql } from './lostAfterSql.ts';
import { onlyRow } from './packedColumns.ts';
import {
  joinPositions,
  type PackedPositions,
  type PositionColumns,
  packedPositions,
  pickPositions,
  positionColumnNames,
  unpackPositions,
} from './positionColumns.ts';
import { thinTrack } from './thinTrack.ts';
import { checkWindow, sqlTime, type TimeWindow } from './timeWindow.ts';

export type UnitTrackQuery = TimeWindow & {
  readonly unitKey: number;
  /** Thin to at most this many fixes, 2 or more: the pixels that will show it. Left out: all. */
  readonly maxPoints?: number;
  /** Most fixes to read of one tracker; a week at 1 Hz where left out, 22 MB. */
  readonly maxFixes?: number;
};

export type UnitTrack = {
  /** In order of time; `trackerKey` says which tracker drove the unit. */
  readonly positions: PositionColumns;
  /** 1 where, thinned or not, more than the time after which it is lost lies between this row and the one before. */
  readonly isAfterGap: Uint8Array<ArrayBuffer>;
  /** Fixes before thinning. */
  readonly fixCount: number;
  /** See ThinnedTrack; 0 when not thinned. */
  readonly maxErrorM: number;
  /** All before this time is here: `toMs`, or the time of the first fix beyond `maxFixes`, from which to ask again. */
  readonly wholeUntilMs: number;
};

const maxFixesDefault = 7 * 86_400;
/** Assignments of one unit that are followed in a window; more are a mistake in the data. */
const maxCarriers = 1_000;

/**
 * The track of a unit: the fixes of whoever's tracker it carried then, a backup's only where the
 * primary was lost (see createDriverRule).
 */
export async function unitTrack(pool: Pool, query: UnitTrackQuery): Promise<UnitTrack> {
  checkWindow(query);
  const carriers = await readCarriers(pool, query);
  // one after the other: of each other's rows they need none, and a pool is for more than this
  const parts: Part[] = [];
  for (const carrier of carriers) {
    parts.push(await readPart(pool, carrier, query.maxFixes ?? maxFixesDefault));
  }
  const wholeUntilMs = parts.reduce((ms, part) => Math.min(ms, part.wholeUntilMs), query.toMs);
  const track = drive(parts, ruleAfter(carriers), wholeUntilMs);
  const gaps = gapsBefore(track.fixedAtMs, lostAfterOf(carriers));
  if (query.maxPoints === undefined) {
    const isAfterGap = Uint8Array.from(gaps);
    return { positions: track, isAfterGap, fixCount: track.count, maxErrorM: 0, wholeUntilMs };
  }
  const { rows, maxErrorM } = thinTrack(track, query.maxPoints);
  return {
    positions: pickPositions(track, rows),
    isAfterGap: gapsBetween(gaps, rows),
    fixCount: track.count,
    maxErrorM,
    wholeUntilMs,
  };
}

/** A tracker while the unit carried it in the window; empty for one that was handed on before. */
type Carrier = {
  readonly trackerKey: number;
  readonly layer: number;
  /** As PostgreSQL writes them. */
  readonly from: string;
  readonly to: string;
  /** Its last fix in the minutes before the window: whether it was lost when that began. */
  readonly heardMs: number | undefined;
  /** Of the unit's kind. */
  readonly lostAfterMs: number;
};

/** The fixes of one carrier, complete before `wholeUntilMs`. */
type Part = {
  readonly layer: number;
  readonly fixes: PositionColumns;
  readonly wholeUntilMs: number;
};

async function readCarriers(pool: Pool, query: UnitTrackQuery): Promise<readonly Carrier[]> {
  const { rows } = await pool.query<[number, number, string, string, number | null, number]>({
    rowMode: 'array',
    text: `
      select a.tracker_key, ${layerSql}, greatest(a.valid_from, $3)::text,
             least(a.valid_to, $4)::text, (extract(epoch from before.fixed_at) * 1000)::float8,
             ${lostAfterSql}
      from tracker_assignments a
      join units u on u.key = a.unit_key
      left join lateral (
        select fixed_at from positions
        where tracker_key = a.tracker_key
          and fixed_at >= greatest(a.valid_from, $2) and fixed_at < least(a.valid_to, $3)
        order by fixed_at desc
        limit 1
      ) before on true
      where a.unit_key = $1 and a.valid_from < $4 and (a.valid_to > $2 or a.valid_to is null)
      order by a.valid_from, a.tracker_key
      limit ${maxCarriers}`,
    values: [
      query.unitKey,
      sqlTime(query.fromMs - longestLostAfterMs),
      sqlTime(query.fromMs),
      sqlTime(query.toMs),
    ],
  });
  return rows.map(([trackerKey, layer, from, to, heardMs, lostAfterMs]) => ({
    trackerKey,
    layer,
    from,
    to,
    heardMs: heardMs ?? undefined,
    lostAfterMs,
  }));
}

async function readPart(pool: Pool, carrier: Carrier, maxFixes: number): Promise<Part> {
  const { rows } = await pool.query<PackedPositions>({
    rowMode: 'array',
    text: `
      select ${packedPositions}
      from (
        select ${positionColumnNames} from positions
        where tracker_key = $1 and fixed_at >= $2 and fixed_at < $3
        order by fixed_at
        limit $4
      ) p`,
    values: [carrier.trackerKey, carrier.from, carrier.to, maxFixes + 1],
  });
  const fixes = unpackPositions(onlyRow(rows));
  const wholeUntilMs = fixes.fixedAtMs[maxFixes] ?? Number.POSITIVE_INFINITY;
  return { layer: carrier.layer, fixes, wholeUntilMs };
}

type DriverRule = ReturnType<typeof createDriverRule>;

/** The rule, with what was heard before the window. */
function ruleAfter(carriers: readonly Carrier[]): DriverRule {
  const drives = createDriverRule(lostAfterOf(carriers));
  const heard = carriers.flatMap(({ layer, heardMs }) =>
    heardMs === undefined ? [] : [{ layer, heardMs }],
  );
  for (const { layer, heardMs } of heard.sort((a, b) => a.heardMs - b.heardMs)) {
    drives(layer, heardMs);
  }
  return drives;
}

/** Merges the parts by time and keeps what drove the unit before `toMs`. */
function drive(parts: readonly Part[], drives: DriverRule, toMs: number): PositionColumns {
  const starts = startsOf(parts);
  const heads = new Uint32Array(parts.length);
  const rows: number[] = [];
  for (;;) {
    const next = earliest(parts, heads);
    const part = parts[next];
    const head = heads[next] ?? 0;
    const atMs = part?.fixes.fixedAtMs[head] ?? toMs;
    if (part === undefined || atMs >= toMs) break;
    if (drives(part.layer, atMs)) rows.push((starts[next] ?? 0) + head);
    heads[next] = head + 1;
  }
  return pickPositions(joinPositions(parts.map(({ fixes }) => fixes)), Uint32Array.from(rows));
}

/** The part whose next fix comes first, of equal ones that of the lowest layer; -1 when all are used up. */
function earliest(parts: readonly Part[], heads: Uint32Array): number {
  let best = -1;
  let bestMs = Number.POSITIVE_INFINITY;
  let bestLayer = Number.POSITIVE_INFINITY;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    const atMs = part?.fixes.fixedAtMs[heads[i] ?? 0];
    if (part === undefined || atMs === undefined) continue;
    const { layer } = part;
    if (atMs < bestMs || (atMs === bestMs && layer < bestLayer)) {
      best = i;
      bestMs = atMs;
      bestLayer = layer;
    }
  }
  return best;
}

/** Where the rows of each part begin when all are joined. */
function startsOf(parts: readonly Part[]): readonly number[] {
  let start = 0;
  return parts.map(({ fixes }) => {
    start += fixes.count;
    return start - fixes.count;
  });
}

/** They are all of one unit. */
function lostAfterOf([first]: readonly Carrier[]): number {
  return first?.lostAfterMs ?? longestLostAfterMs;
}

function gapsBefore(fixedAtMs: Float64Array, lostAfterMs: number): Uint8Array {
  return Uint8Array.from(fixedAtMs, (ms, i) =>
    i > 0 && ms - (fixedAtMs[i - 1] ?? ms) > lostAfterMs ? 1 : 0,
  );
}

/** For each kept row whether a gap lies between it and the kept row before. */
function gapsBetween(gaps: Uint8Array, rows: Uint32Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(rows, (row, i) => {
    const previous = rows[i - 1] ?? row;
    return gaps.subarray(previous + 1, row + 1).includes(1) ? 1 : 0;
  });
}
