import type { Pool } from 'pg';
import { inTransaction } from '../inTransaction.ts';
import { appendTo } from '../log/logStore.ts';

/** Where something is kept of a person. */
export type FoundPerson = {
  /** A caller is who is named in check-ins, as they were typed. */
  readonly kind: 'user' | 'unit' | 'caller';
  /** A user's name, a unit's id, a caller's name. */
  readonly id: string;
  /** A user's full name; who carries the unit, else its callsign; a caller's name. */
  readonly name: string;
  /** Home region of a unit; of a caller's sites, where it is one. */
  readonly region: string | null;
};

/** More are not one person. */
const maxFound = 200;

/** Who looks for somebody, and why; for the log. */
export type Searcher = { readonly actor: string; readonly reason: string };

/**
 * Finds users, units and callers whose names hold a text, whatever its case: a person's name, rank or
 * number. At most 200. The log says what was found and not what was looked for: nothing can be taken
 * out of it, so it should name nobody; of callers, whom only their names tell apart, how many.
 */
export function findPerson(
  pool: Pool,
  text: string,
  { actor, reason }: Searcher,
): Promise<readonly FoundPerson[]> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<FoundPerson>(
      `select kind, id, name, region
       from (
         select 'user' as kind, name as id, full_name as name, null as region,
                array[name, full_name] as texts
         from users
         union all
         select 'unit', id, coalesce(bearer, callsign), region, array[id, callsign, bearer]
         from units
         union all
         select 'caller', named.who, named.who, case when min(region) = max(region) then min(region) end,
                array[named.who]
         from check_ins c
         cross join lateral (values (c.who), (c.ended_who)) as named (who)
         join lateral (select region from site_versions v where v.site_key = c.site_key
                       order by version desc limit 1) as place on true
         where strpos(lower(named.who), lower($1)) > 0
         group by named.who
       ) as people
       where exists (select from unnest(texts) as text where strpos(lower(text), lower($1)) > 0)
       order by kind = 'caller', kind, id
       limit ${maxFound}`,
      [text.toWellFormed().replaceAll('\0', '')],
    );
    const registered = rows.filter(({ kind }) => kind !== 'caller');
    const callers = rows.length - registered.length;
    await appendTo(client, {
      actor,
      action: 'person.searched',
      subject: null,
      region: null,
      data: { reason, found: registered.map(({ kind, id }) => `${kind}:${id}`), callers },
    });
    return rows;
  });
}
