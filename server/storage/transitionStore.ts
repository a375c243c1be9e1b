import type { Pool } from 'pg';
import type { PlaceEvent } from '../domain/placeEvent.ts';
import { includesRegion } from '../domain/region.ts';
import type { EventsWritten } from './eventsWritten.ts';
import { epochMs, inRegions } from './placeChanges.ts';
import { toTransitionRow } from './transitionRow.ts';

/** Long enough for any batch; a connection whose other end vanished must not hold the writer for ever. */
const writeTimeoutMs = 60_000;

/*
 * One statement, so one round trip and a transaction of its own. The region of a fence is that of the
 * version it was crossed in, and of a site that of the version then; in an exercise, whose clock is
 * another one, its newest.
 */
const writeSql = `
  with given as materialized (
    select *, to_timestamp("happenedAtMs" / 1000) as happened_at,
           to_timestamp("confirmedAtMs" / 1000) as confirmed_at
    from jsonb_to_recordset($1::jsonb) as each (
      id text, kind text, edge text, "happenedAtMs" float8, "confirmedAtMs" float8,
      "isCorrection" boolean, "unitKey" int, "fenceKey" int, "fenceVersion" int, "siteKey" int,
      "unitKeys" int[], data jsonb)
  ), known as materialized (
    select * from given
    where ("unitKey" is null or exists (select from units where key = "unitKey"))
      and ("fenceKey" is null or exists (select from fences where key = "fenceKey"))
      and ("siteKey" is null or exists (select from sites where key = "siteKey"))
  ), written as (
    insert into transitions (id, kind, edge, happened_at, confirmed_at, is_correction, unit_key,
                             fence_key, fence_version, site_key, unit_keys, region, data)
    select id, kind, edge, happened_at, confirmed_at, "isCorrection", "unitKey", "fenceKey",
           "fenceVersion", "siteKey", "unitKeys",
           case when "fenceKey" is not null
                then (select region from fence_versions v
                      where v.fence_key = "fenceKey"
                      order by v.version = "fenceVersion" desc, v.version desc limit 1)
                when "siteKey" is not null
                then (select region from site_versions v where v.site_key = "siteKey"
                      order by v.valid_from <= confirmed_at desc, v.version desc limit 1)
                else (select case when min(region) = max(region) then min(region)
                                  when left(min(region), 2) = left(max(region), 2)
                                  then left(min(region), 2) end
                      from units where key = any ("unitKeys"))
           end, data
    from known
    -- of two writers of the same, none waits for the other in a circle
    order by id
    on conflict (id) do nothing
    returning 1
  )
  select (select count(*)::int from written) as written,
         array(select id from given except select id from known) as left_out`;

/**
 * Writes transitions, all or nothing, but for those of a unit, fence or site that there is not. What
 * is there already, or twice among them, is skipped, so writing them again does no harm.
 *
 * @param events some thousands at most
 * @throws Error of the database; with SQLSTATE class 22 or 23 one of them is at fault
 */
export async function writeTransitions(
  pool: Pick<Pool, 'query'>,
  events: readonly PlaceEvent[],
): Promise<EventsWritten> {
  const values = [JSON.stringify(events.map(toTransitionRow))];
  const query = { text: writeSql, query_timeout: writeTimeoutMs, values };
  const { rows } = await pool.query<{ written: number; left_out: readonly string[] }>(query);
  return { written: rows[0]?.written ?? 0, leftOut: rows[0]?.left_out ?? [] };
}

/** Which transitions to list; what is undefined does not restrict. */
export type TransitionFilter = {
  /** Happened at or after, and before; epoch ms. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Of this unit at a fence or among others; not of a site where it counted. */
  readonly unitId?: string | undefined;
  readonly fenceId?: string | undefined;
  /** Of the site and of its ring. */
  readonly siteId?: string | undefined;
  readonly kind?: PlaceEvent['kind'] | undefined;
  /** Of fences and sites of these regions and below. */
  readonly regions?: readonly string[] | undefined;
  /** Of units that are at home there, or worked for an operation there then; as their tracks are seen. */
  readonly unitRegions?: readonly string[] | undefined;
};

/** A transition with what people call whom it is of, as they are called by now. */
export type KnownTransition = {
  readonly event: PlaceEvent;
  readonly happenedAtMs: number;
  /** Of the fence or site then; of units among themselves the smallest of their homes; undefined: the country. */
  readonly region: string | undefined;
  readonly unitId: string | undefined;
  readonly fenceId: string | undefined;
  readonly siteId: string | undefined;
  /** Ids of the units that met, or that counted at the site, by their keys. */
  readonly unitIds: ReadonlyMap<number, string>;
};

export type TransitionPage = {
  readonly transitions: readonly KnownTransition[];
  /** For the next page; undefined on the last. */
  readonly nextCursor: string | undefined;
};

/** More scopes than this are looked through together, not each in its own order. */
const maxScopes = 32;
const maxLimit = 1_000;

/**
 * A page of transitions by when they happened, newest first. Units among themselves are of all regions
 * that they are at home in.
 *
 * @param limit 1 to 1,000
 * @param cursor from the page before
 * @throws RangeError on a cursor of another form
 */
export async function listTransitions(
  pool: Pick<Pool, 'query'>,
  filter: TransitionFilter,
  limit: number,
  cursor?: string | undefined,
): Promise<TransitionPage> {
  const count = Math.min(Math.max(limit, 1), maxLimit);
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const values: unknown[] = [
    ...[filter.fromMs, filter.toMs, filter.fenceId, filter.siteId, filter.kind],
    ...[filter.unitRegions, after?.happenedAtMs, after?.key, count + 1],
  ];
  const sources = sourcesOf(filter.unitId, values);
  const branches = scopesOf(filter.regions, values).flatMap((scope) =>
    sources.map(
      (source) => `(select * from ${source} t where ${scope} and ${filterSql}
                    order by happened_at desc, key desc limit $9)`,
    ),
  );
  const { rows } = await pool.query<TransitionRow>(
    `select t.key::float8 as key, ${epochMs('t.happened_at')} as happened_ms, t.region, t.data, u.id as unit_id,
            f.id as fence_id, s.id as site_id,
            array(select m.key from units m where m.key = any (t.unit_keys) order by 1) as unit_keys,
            array(select m.id from units m where m.key = any (t.unit_keys) order by m.key) as unit_ids
     from (${branches.join(' union all ')}) t
     left join units u on u.key = t.unit_key
     left join fences f on f.key = t.fence_key
     left join sites s on s.key = t.site_key
     order by t.happened_at desc, t.key desc limit $9`,
    values,
  );
  const shown = rows.slice(0, count);
  const last = shown.at(-1);
  const hasMore = rows.length > count && last !== undefined;
  return {
    transitions: shown.map(toKnown),
    nextCursor: hasMore ? `${last.happened_ms}_${last.key}` : undefined,
  };
}

const filterSql = `
  ($1::float8 is null or t.happened_at >= to_timestamp($1::float8 / 1000))
  and ($2::float8 is null or t.happened_at < to_timestamp($2::float8 / 1000))
  and ($3::text is null or t.fence_key = (select key from fences where id = $3))
  and ($4::text is null or t.site_key = (select key from sites where id = $4))
  and ($5::text is null or t.kind = $5)
  and ($6::text[] is null
       or case when t.unit_key is null then t.site_key is not null or ${inRegions('t.region', '$6')}
          else exists (select from units u where u.key = t.unit_key and ${inRegions('u.region', '$6')})
            or exists (select from operation_assignments a join operations o on o.key = a.operation_key
                       where a.unit_key = t.unit_key and ${inRegions('o.region', '$6')}
                         and a.valid_from <= t.happened_at and o.starts_at <= t.happened_at
                         and (a.valid_to is null or a.valid_to > t.happened_at)
                         and (o.ends_at is null or o.ends_at > t.happened_at)) end)
  and ($7::float8 is null or (t.happened_at, t.key) < (to_timestamp($7::float8 / 1000), $8::bigint))`;

/**
 * What to choose from. Of a unit: what it did at fences, by the index in its order; and what it had
 * with others, which is little: `offset 0` has the planner find it first.
 */
function sourcesOf(unitId: string | undefined, values: unknown[]): readonly string[] {
  if (unitId === undefined) return ['transitions'];
  const key = `(select key from units where id = $${values.push(unitId)})`;
  return [
    `(select * from transitions where unit_key = ${key})`,
    `(select * from transitions
      where unit_keys @> array[${key}] and site_key is null offset 0)`,
  ];
}

/** A condition for each scope, by which its rows come from one index in their order. */
function scopesOf(regions: readonly string[] | undefined, values: unknown[]): readonly string[] {
  if (regions === undefined) return ['true'];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const widest = [...new Set(regions)].filter(
    (region) => !regions.some((other) => other !== region && includesRegion(other, region)),
  );
  if (widest.length === 0 || widest.length > maxScopes) {
    return [inRegions('t.region', parameter(widest))];
  }
  return widest.map((region) => {
    if (region.length === 2) return `t.province = ${parameter(region)}`;
    const regency = `t.regency = ${parameter(region.slice(0, 5))}`;
    if (region.length === 5) return regency;
    return `${regency} and ${inRegions('t.region', parameter([region]))}`;
  });
}

type TransitionRow = {
  readonly key: number;
  readonly happened_ms: number;
  readonly region: string | null;
  /** As this program wrote it. */
  readonly data: PlaceEvent;
  readonly unit_id: string | null;
  readonly fence_id: string | null;
  readonly site_id: string | null;
  readonly unit_keys: readonly number[];
  readonly unit_ids: readonly string[];
};

function toKnown(row: TransitionRow): KnownTransition {
  return {
    event: row.data,
    happenedAtMs: row.happened_ms,
    region: row.region ?? undefined,
    unitId: row.unit_id ?? undefined,
    fenceId: row.fence_id ?? undefined,
    siteId: row.site_id ?? undefined,
    unitIds: new Map(row.unit_keys.map((key, i) => [key, row.unit_ids[i] ?? ''])),
  };
}

function readCursor(cursor: string): { readonly happenedAtMs: number; readonly key: number } {
  const match = /^(-?\d{1,16}(?:\.\d{1,6})?)_(\d{1,16})$/.exec(cursor);
  if (match === null) throw new RangeError(`"${cursor.slice(0, 40)}" is not a cursor of this list`);
  return { happenedAtMs: Number(match[1]), key: Number(match[2]) };
}
