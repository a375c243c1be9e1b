import type { Pool } from 'pg';

/** An incident that is open and keeps data of a unit from being erased. */
export type LegalHold = {
  readonly unitKey: number;
  readonly incidentId: string;
  readonly title: string;
  /** All of the unit's data from then on are held, epoch ms; -Infinity: all there are. */
  readonly fromMs: number;
};

/** What led up to an incident belongs to it. */
const hoursBefore = 24;

/**
 * The moment from which on open incidents hold positions of whole regions, epoch ms; Infinity: none
 * does. Whole days from then on are kept, whoever's they are.
 */
export async function heldSince(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ held_ms: number | null }>(
    `select (extract(epoch from min(opened_at) - interval '${hoursBefore} hours') * 1000)::float8
            as held_ms
     from incidents where closed_at is null`,
  );
  return rows[0]?.held_ms ?? Number.POSITIVE_INFINITY;
}

/** SQL: the units that were added to open incidents, with all there is of them. */
export const namedByOpenIncident = `(select unnest(added_units) as unit_key from incidents
                                     where closed_at is null)`;

/** Open incidents that hold check-ins which name somebody: those of sites in their region, from a day before on. */
export async function findHoldsOfCaller(
  client: Pick<Pool, 'query'>,
  who: string,
): Promise<readonly Pick<LegalHold, 'incidentId' | 'title'>[]> {
  const { rows } = await client.query<{ id: string; title: string }>(
    `select i.id, i.title from incidents i
     where i.closed_at is null and exists (
       select from check_ins c join site_versions v on v.site_key = c.site_key
       where (c.who = $1 or c.ended_who = $1)
         and c.until_at > i.opened_at - interval '${hoursBefore} hours'
         and (v.region = i.region or starts_with(v.region, i.region || '.')
              or starts_with(i.region, v.region || '.')))
     order by i.opened_at, i.id`,
    [who],
  );
  return rows.map(({ id, title }) => ({ incidentId: id, title }));
}

/**
 * Which open incidents hold data of which units (UU 27/2022, articles 8 and 15: the right to erasure
 * does not stand against the enforcement of law). A unit that was added to an incident is held with all
 * there is of it. Others are held from a day before the incident opened, if they came there, its region
 * is their home, or they worked for an operation there since then.
 *
 * @param unitKeys only of these units; all where left out
 */
export async function findLegalHolds(
  pool: Pick<Pool, 'query'>,
  unitKeys?: readonly number[],
): Promise<readonly LegalHold[]> {
  const { rows } = await pool.query<{
    unit_key: number;
    incident_id: string;
    title: string;
    from_ms: number;
  }>(
    `with open as (
       select *, opened_at - interval '${hoursBefore} hours' as held_from
       from incidents where closed_at is null
     ), held as (
       select u.key as unit_key, i.id, i.title, i.opened_at,
              case when u.key = any (i.added_units) then '-infinity' else i.held_from end as held_from,
              u.region = i.region or u.key = any (i.added_units) or u.key = any (i.come_units)
                or exists (select from operation_assignments a
                           join operations o on o.key = a.operation_key
                           where a.unit_key = u.key
                             and (o.region = i.region or starts_with(i.region, o.region || '.'))
                             and (a.valid_to is null or a.valid_to > i.held_from)) as is_held
       from open i cross join units u
       where $1::int[] is null or u.key = any($1)
     )
     select unit_key, id as incident_id, title,
            (extract(epoch from held_from) * 1000)::float8 as from_ms
     from held where is_held
     order by opened_at, id, unit_key`,
    [unitKeys ?? null],
  );
  return rows.map((row) => ({
    unitKey: row.unit_key,
    incidentId: row.incident_id,
    title: row.title,
    fromMs: row.from_ms,
  }));
}
