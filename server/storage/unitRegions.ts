import type { Pool } from 'pg';

/** Where units work beside their home, and when that, or who carries which tracker, changes next. */
export type UnitRegions = {
  /** Regions of the operations that a unit is assigned to now, by its key. */
  readonly regions: ReadonlyMap<number, readonly string[]>;
  /** Keys of those operations, in order. */
  readonly operations: ReadonlyMap<number, readonly number[]>;
  /** Milliseconds until a dated assignment or an operation begins or ends; undefined: none will. */
  readonly changesInMs: number | undefined;
};

/** Reads where units work now, by the database's clock; in a transaction, so that there is one now. */
export async function readUnitRegions(pool: Pick<Pool, 'query'>): Promise<UnitRegions> {
  const { rows } = await pool.query<{
    unit_key: number;
    regions: string[];
    operations: number[];
  }>(
    `select a.unit_key, array_agg(distinct o.region) as regions,
            array_agg(distinct o.key order by o.key) as operations
     from operation_assignments a join operations o on o.key = a.operation_key
     where a.valid_from <= now() and (a.valid_to is null or a.valid_to > now())
       and o.starts_at <= now() and (o.ends_at is null or o.ends_at > now())
     group by a.unit_key`,
  );
  const { rows: next } = await pool.query<{ in_ms: number | null }>(
    `select ceil(extract(epoch from min(at) - now()) * 1000)::float8 as in_ms
     from (
       select valid_from as at from operation_assignments union all
       select valid_to from operation_assignments union all
       select starts_at from operations union all
       select ends_at from operations union all
       select valid_from from tracker_assignments union all
       select valid_to from tracker_assignments
     ) changes
     where at > now() and isfinite(at)`,
  );
  return {
    regions: new Map(rows.map(({ unit_key, regions }) => [unit_key, regions])),
    operations: new Map(rows.map(({ unit_key, operations }) => [unit_key, operations])),
    changesInMs: next[0]?.in_ms ?? undefined,
  };
}
