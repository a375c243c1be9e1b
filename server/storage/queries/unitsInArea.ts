import type { Pool } from 'pg';
import {
  onlyRow,
  type Packed,
  packFlags,
  packInts,
  packTimes,
  unpackFlags,
  unpackInts,
  unpackTimes,
} from './packedColumns.ts';
import { checkWindow, sqlTime, type TimeWindow } from './timeWindow.ts';

/** WGS84 degrees; `west` greater than `east` crosses the antimeridian. */
export type Box = {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
};

export type AreaQuery = TimeWindow & {
  readonly box: Box;
  /** Says whether a place in the box is in the area, for areas that are no box. WGS84 degrees. */
  readonly contains?: (lon: number, lat: number) => boolean;
  /** Most rows that are in memory at once; 50,000 where left out. */
  readonly pageRows?: number;
  /** Aborting it rejects the query with the signal's reason, once the page under way is read. */
  readonly signal?: AbortSignal;
};

/** A unit that a tracker saw in an area. */
export type AreaVisit = {
  readonly unitKey: number;
  readonly trackerKey: number;
  readonly role: 'primary' | 'backup';
  /** Fix times of the first and the last fix inside; in between it may have been elsewhere. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly fixCount: number;
};

const pageRowsDefault = 50_000;

/**
 * Who was here: every unit with a fix in an area during a window, by each tracker that it carried
 * then, ordered by first fix. Backups count even while they did not drive their unit, since who was
 * here is asked in hindsight, where each sign matters; `role` says so. Who only passed through
 * between two fixes is not found.
 */
export async function unitsInArea(pool: Pool, query: AreaQuery): Promise<readonly AreaVisit[]> {
  checkWindow(query);
  const { contains = () => true, pageRows = pageRowsDefault, signal } = query;
  const visits = new Map<number, AreaVisit>();
  let after: Place = { trackerKey: -1, fixedAtMs: query.fromMs };
  for (;;) {
    signal?.throwIfAborted();
    const page = await readPage(pool, query, after, pageRows);
    for (let row = 0; row < page.count; row++) {
      if (contains((page.lon[row] ?? 0) / 1e6, (page.lat[row] ?? 0) / 1e6)) add(visits, page, row);
    }
    const last = page.count - 1;
    if (page.count < pageRows) break;
    after = { trackerKey: page.trackerKey[last] ?? 0, fixedAtMs: page.fixedAtMs[last] ?? 0 };
  }
  return [...visits.values()].sort((a, b) => a.firstMs - b.firstMs || a.unitKey - b.unitKey);
}

/** Where a page ended. */
type Place = { readonly trackerKey: number; readonly fixedAtMs: number };

/** Fixes in the box, ordered by tracker, then time. */
type Page = {
  readonly count: number;
  readonly assignmentKey: Int32Array;
  readonly unitKey: Int32Array;
  readonly trackerKey: Int32Array;
  readonly isBackup: Uint8Array;
  readonly fixedAtMs: Float64Array;
  readonly lon: Int32Array;
  readonly lat: Int32Array;
};

async function readPage(pool: Pool, query: AreaQuery, after: Place, limit: number): Promise<Page> {
  const { west, south, east, north } = query.box;
  const { rows } = await pool.query<[number, ...Packed[]]>({
    rowMode: 'array',
    text: `
      select count(*)::int, ${packInts('key')}, ${packInts('unit_key')},
             ${packInts('tracker_key')}, ${packFlags('is_backup')}, ${packTimes('fixed_at')},
             ${packInts('lon')}, ${packInts('lat')}
      from (
        select a.key, a.unit_key, a.tracker_key, a.role = 'backup' as is_backup,
               p.fixed_at, p.lon, p.lat
        from tracker_assignments a
        cross join lateral (
          select fixed_at, lon, lat from positions
          where tracker_key = a.tracker_key
            and fixed_at >= $1 and fixed_at < $2
            and fixed_at >= a.valid_from and fixed_at < coalesce(a.valid_to, 'infinity')
            and (a.tracker_key > $3 or fixed_at > $4)
            and lat between $6 and $8
            and case when $5::int <= $7::int then lon between $5 and $7
                     else lon >= $5 or lon <= $7 end
          order by fixed_at
          limit $9
        ) p
        where a.valid_from < $2 and (a.valid_to > $1 or a.valid_to is null) and a.tracker_key >= $3
        order by a.tracker_key, p.fixed_at
        limit $9
      ) p`,
    values: [
      sqlTime(query.fromMs),
      sqlTime(query.toMs),
      after.trackerKey,
      sqlTime(after.fixedAtMs),
      ...[west, south, east, north].map((degrees) => Math.round(degrees * 1e6)),
      limit,
    ],
  });
  const [count, key, unitKey, trackerKey, isBackup, fixedAt, lon, lat] = onlyRow(rows);
  return {
    count,
    assignmentKey: unpackInts(key ?? null),
    unitKey: unpackInts(unitKey ?? null),
    trackerKey: unpackInts(trackerKey ?? null),
    isBackup: unpackFlags(isBackup ?? null),
    fixedAtMs: unpackTimes(fixedAt ?? null),
    lon: unpackInts(lon ?? null),
    lat: unpackInts(lat ?? null),
  };
}

/** A tracker may have carried two units in the window, or one twice: those are one visit each. */
function add(visits: Map<number, AreaVisit>, page: Page, row: number): void {
  const key = page.assignmentKey[row] ?? 0;
  const atMs = page.fixedAtMs[row] ?? 0;
  const before = visits.get(key);
  visits.set(key, {
    unitKey: page.unitKey[row] ?? 0,
    trackerKey: page.trackerKey[row] ?? 0,
    role: page.isBackup[row] === 1 ? 'backup' : 'primary',
    firstMs: before?.firstMs ?? atMs,
    lastMs: atMs,
    fixCount: (before?.fixCount ?? 0) + 1,
  });
}
