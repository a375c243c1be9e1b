import type { ClientBase } from 'pg';

/** A table whose rows are moved, by the names of its schema. */
export type MovedTable = {
  readonly name: string;
  /** In the order of the rows' fields; columns that the database works out itself are left out. */
  readonly columns: readonly string[];
};

/** A table that is moved day by day. */
export type DayTable = MovedTable & {
  /** The `timestamptz` column whose UTC day counts. */
  readonly dayColumn: string;
  /** Rows come sorted by these: filling an index in its order takes half the time. */
  readonly sortColumns: readonly string[];
};

/** What is moved, read from the catalog, so that a new table needs nothing here. */
export type MovedTables = {
  /** Each after those that it refers to. */
  readonly whole: readonly MovedTable[];
  readonly byDay: readonly DayTable[];
};

/**
 * Without the tables whose rows end with a move: a session that was ended since the backup must not
 * come back to life, so whoever had one signs in again. Older backups hold them.
 */
export function withoutEnded({ whole, byDay }: MovedTables): MovedTables {
  return { whole: whole.filter(({ name }) => !endedTables.has(name)), byDay };
}

/** Tables with too many rows for one transaction. */
const dayTables: ReadonlyMap<string, Pick<DayTable, 'dayColumn' | 'sortColumns'>> = new Map([
  ['positions', { dayColumn: 'fixed_at', sortColumns: ['tracker_key', 'fixed_at'] }],
]);

/** What each database keeps for itself, or works out from `positions` (rebuildDerived.ts). */
const notMoved: ReadonlySet<string> = new Set([
  'posko_migrations',
  'posko_database',
  'posko_moving',
  'newest_days',
  'position_minutes',
  'minute_progress',
  'late_hours',
]);

/** Whose rows end with a move, while their numbering goes on. */
const endedTables: ReadonlySet<string> = new Set(['sessions']);

type TableRow = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly refers_to: readonly string[];
};

/**
 * Reads which tables are to be moved.
 *
 * @throws Error when tables refer to each other in a circle, so that none can be filled first
 */
export async function readMovedTables(client: ClientBase): Promise<MovedTables> {
  const { rows } = await client.query<TableRow>(
    `select relname as name,
            array(select attname::text from pg_attribute
                  where attrelid = pg_class.oid and attnum > 0 and not attisdropped
                    and attgenerated = ''
                  order by attnum) as columns,
            array(select distinct target.relname::text
                  from pg_constraint join pg_class target on target.oid = confrelid
                  where conrelid = pg_class.oid and contype = 'f'
                    and confrelid <> conrelid) as refers_to
     from pg_class
     where relnamespace = current_schema()::regnamespace
       and relkind in ('r', 'p') and not relispartition
       and not exists (select from pg_depend
                       where classid = 'pg_class'::regclass and objid = pg_class.oid
                         and deptype = 'e')
     order by relname`,
  );
  const moved = rows.filter(({ name }) => !notMoved.has(name));
  const byDay = moved.flatMap(({ name, columns }) => {
    const special = dayTables.get(name);
    return special === undefined ? [] : [{ name, columns, ...special }];
  });
  return { whole: sortByReference(moved.filter(({ name }) => !dayTables.has(name))), byDay };
}

function sortByReference(tables: readonly TableRow[]): readonly MovedTable[] {
  const sorted: MovedTable[] = [];
  let waiting = tables;
  while (waiting.length > 0) {
    const blocked = new Set(waiting.map(({ name }) => name));
    const ready = waiting.filter(({ refers_to }) => !refers_to.some((name) => blocked.has(name)));
    if (ready.length === 0) {
      throw new Error(
        `The tables ${[...blocked].join(', ')} refer to each other in a circle, so that none can be filled first.`,
      );
    }
    sorted.push(...ready.map(({ name, columns }) => ({ name, columns })));
    waiting = waiting.filter((table) => !ready.includes(table));
  }
  return sorted;
}
