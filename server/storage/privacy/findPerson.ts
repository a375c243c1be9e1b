import type { Pool } from 'pg';
import { inTransaction } from '../inTransaction.ts';
import { appendTo } from '../log/logStore.ts';

/** Where something is kept of a person. */
export type FoundPerson = {
  readonly kind: 'user' | 'unit';
  /** A user's name, a unit's id. */
  readonly id: string;
  /** A user's full name; who carries the unit, else its callsign. */
  readonly name: string;
  /** Home region of a unit. */
  readonly region: string | null;
};

/** More are not one person. */
const maxFound = 200;

/** Who looks for somebody, and why; for the log. */
export type Searcher = { readonly actor: string; readonly reason: string };

/**
 * Finds users and units whose names hold a text, whatever its case: a person's name, rank or number.
 * At most 200. The log says what was found and not what was looked for: nothing can be taken out of
 * it, so it should name nobody.
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
       ) as people
       where exists (select from unnest(texts) as text where strpos(lower(text), lower($1)) > 0)
       order by kind, id
       limit ${maxFound}`,
      [text.toWellFormed().replaceAll('\0', '')],
    );
    await appendTo(client, {
      actor,
      action: 'person.searched',
      subject: null,
      region: null,
      data: { reason, found: rows.map(({ kind, id }) => `${kind}:${id}`) },
    });
    return rows;
  });
}
