import { type ClientBase, escapeIdentifier } from 'pg';
import { type Marker, setMarker } from './marker.ts';
import { readMovedTables } from './movedTables.ts';

/** How many rows a table has. */
export type TableSize = { readonly name: string; readonly rows: number };

/**
 * What the database holds: its tables that have rows. A schema alone is nothing.
 *
 * @throws Error when it has tables and none of Posko's: it is somebody else's
 */
export async function readContents(client: ClientBase): Promise<readonly TableSize[]> {
  const { whole, byDay } = await readMovedTables(client);
  const names = [...whole, ...byDay].map(({ name }) => name);
  if (names.length === 0) return [];
  const { rows: own } = await client.query<{ exists: boolean }>(
    "select coalesce(to_regclass('posko_migrations'), to_regclass('posko_moving')) is not null as exists",
  );
  if (own[0]?.exists !== true) {
    throw new Error(
      `The database holds tables that are not Posko's (${names.slice(0, 3).join(', ')}): use a database of its own.`,
    );
  }
  const sizes: TableSize[] = [];
  for (const name of names) {
    const { rows } = await client.query<{ rows: number }>(
      `select count(*)::float8 as rows from ${escapeIdentifier(name)}`,
    );
    const count = rows[0]?.rows ?? 0;
    if (count > 0) sizes.push({ name, rows: count });
  }
  return sizes;
}

/**
 * Drops all that the schema holds but extensions, and marks the database as one that is being
 * filled. Interrupted, it can be called again.
 */
export async function emptyDatabase(
  client: ClientBase,
  marker: Omit<Marker, 'stage'>,
): Promise<void> {
  await setMarker(client, { ...marker, stage: 'emptying' });
  // one by one: all partitions of some years in one transaction are more locks than a server has
  for (const name of await list(client, partsSql)) {
    await client.query(`drop table if exists ${name} cascade`);
  }
  await client.query('begin');
  try {
    for (const drop of await list(client, dropsSql)) await client.query(drop);
    await setMarker(client, { ...marker, stage: 'filling' });
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function list(client: ClientBase, sql: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ item: string }>(sql);
  return rows.map(({ item }) => item);
}

/** Partitions and chunks of this schema's tables. */
const partsSql = `
  select inhrelid::regclass::text as item
  from pg_inherits join pg_class parent on parent.oid = inhparent
  where parent.relnamespace = current_schema()::regnamespace and parent.relkind in ('r', 'p')`;

const isOwn = (catalog: string): string => `
  not exists (select from pg_depend
              where classid = '${catalog}'::regclass and objid = ${catalog}.oid and objsubid = 0
                and deptype in ('e', 'i'))`;

/** Statements that drop everything in this schema, each without harm where another did its work. */
const dropsSql = `
  select format('drop %s if exists %s cascade', kind, thing) as item
  from (
    -- a continuous aggregate looks like a view and must be dropped as what it is
    select 1 as turn, 'materialized view' as kind, pg_class.oid::regclass::text as thing
    from pg_class
    where relnamespace = current_schema()::regnamespace and relkind = 'v'
      and pg_get_viewdef(pg_class.oid) like '%_timescaledb_internal._materialized_hypertable%'
    union all
    select 2, case relkind when 'v' then 'view' when 'm' then 'materialized view'
                when 'S' then 'sequence' else 'table' end, pg_class.oid::regclass::text
    from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
      and relname <> 'posko_moving'
      and (relkind <> 'v'
           or pg_get_viewdef(pg_class.oid) not like '%_timescaledb_internal._materialized_hypertable%')
      and ${isOwn('pg_class')}
    union all
    select 3, 'routine', pg_proc.oid::regprocedure::text from pg_proc
    where pronamespace = current_schema()::regnamespace and ${isOwn('pg_proc')}
    union all
    select 4, case typtype when 'd' then 'domain' else 'type' end, pg_type.oid::regtype::text
    from pg_type
    where typnamespace = current_schema()::regnamespace and typtype in ('d', 'e', 'r')
      and ${isOwn('pg_type')}
  ) as things
  order by turn`;
