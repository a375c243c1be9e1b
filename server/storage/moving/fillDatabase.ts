import { escapeIdentifier, type Pool, type PoolClient } from 'pg';
import { makePartitions } from '../dialect/dayPartitions.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { inTransaction } from '../inTransaction.ts';
import { migrate, migrationNames, migrationsFolder } from '../migrate.ts';
import { claimDatabase, type IfNotEmpty } from './claimDatabase.ts';
import { copyIn, isOfDay } from './copyText.ts';
import { countDays } from './databaseSource.ts';
import { noteNewestDays, renewMinutes } from './derived.ts';
import { setMarker } from './marker.ts';
import { type DayTable, type MovedTable, readMovedTables } from './movedTables.ts';
import { formatCount, Progress } from './progress.ts';
import type { Day, RowSource } from './rowSource.ts';
import { setSequences } from './sequences.ts';

export type FillOptions = {
  /** Of a server that was found fit; two connections of it are used. */
  readonly target: Pool;
  readonly source: RowSource;
  readonly ifNotEmpty: IfNotEmpty;
  readonly print: (line: string) => void;
};

/** What was moved. */
export type Filled = {
  readonly dialect: Dialect;
  /** All that the database has of the source now. */
  readonly rows: number;
  /** Of these, what was moved this time and not by an earlier attempt. */
  readonly movedRows: number;
};

/**
 * Fills a database with the rows of another or of a backup, whatever the dialects: whole tables in
 * one transaction, then each day in one of its own, then the sequences. Until all is there and was
 * counted, a marker makes Posko refuse the database. Interrupted and called again with the same
 * source, it keeps the days that are there and reads the rest again.
 *
 * @throws Error with one sentence: the target is in use or holds something else, the source is of a
 *   newer Posko, or what the database said
 */
export async function fillDatabase(options: FillOptions): Promise<Filled> {
  const { target, source, ifNotEmpty, print } = options;
  refuseNewer(source);
  const client = await target.connect();
  // a connection that breaks is also told by the query that waits on it, or by the next
  client.on('error', () => undefined);
  try {
    const isGoingOn = await claimDatabase(client, source, ifNotEmpty, print);
    const { dialect } = await migrate(client, migrationsFolder, source.migrations.at(-1));
    const tableRows = await fillTables(target, source);
    print(
      `${source.tables.whole.length} tables: ${formatCount(tableRows)} rows. Positions follow by day.`,
    );
    const days = await source.listDays();
    const present = isGoingOn ? await countAllDays(client, source.tables.byDay) : new Map();
    const filled = await fillDays(options, dialect, days, present);
    await setSequences(client, await source.sequences());
    await migrate(client);
    await renewMinutes(client, dialect, days, print);
    await client.query('analyze');
    await verifyDays(client, source.tables.byDay, rowsByDay(filled));
    await setMarker(client, { source: source.id, what: source.what, stage: 'filled' });
    return {
      dialect,
      rows: tableRows + sum(filled.map(({ rows }) => rows)),
      movedRows: tableRows + sum(filled.map(({ isNew, rows }) => (isNew ? rows : 0))),
    };
  } finally {
    // ends the session, and with it the claim
    client.release(true);
  }
}

function refuseNewer({ what, migrations }: RowSource): void {
  const ours = new Set(migrationNames());
  const unknown = migrations.find((name) => !ours.has(name));
  if (unknown === undefined) return;
  throw new Error(
    `This program is too old for ${what}: its schema has had ${unknown}, which this program does not know. Use the newer Posko that made it.`,
  );
}

/** @returns how many rows there were */
async function fillTables(target: Pool, source: RowSource): Promise<number> {
  return inTransaction(target, async (client) => {
    const { whole } = source.tables;
    // also those of which nothing is brought over, since they refer to others
    const present = (await readMovedTables(client)).whole;
    const names = present.map(({ name }) => escapeIdentifier(name)).join(', ');
    const triggered = await tablesWithTriggers(client, whole);
    // triggers tell of changes and refuse some; these rows have been through that
    for (const name of triggered) await client.query(`alter table ${name} disable trigger user`);
    if (present.length > 0) await client.query(`truncate ${names}`);
    let total = 0;
    for (const table of whole) {
      total += await source.readTable(table, (rows) => copyIn(client, table, rows));
    }
    for (const name of triggered) await client.query(`alter table ${name} enable trigger user`);
    return total;
  });
}

async function tablesWithTriggers(
  client: PoolClient,
  tables: readonly MovedTable[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct tgrelid::regclass::text as name from pg_trigger join pg_class on pg_class.oid = tgrelid
     where not tgisinternal and relname = any ($1)
       and relnamespace = current_schema()::regnamespace`,
    [tables.map(({ name }) => name)],
  );
  return rows.map(({ name }) => name);
}

/** Rows of each day, by `table day`. */
type DayCounts = ReadonlyMap<string, number>;

const keyOf = ({ table, day }: Pick<Day, 'table' | 'day'>): string => `${table} ${day}`;

async function countAllDays(client: PoolClient, tables: readonly DayTable[]): Promise<DayCounts> {
  const days: Day[] = [];
  for (const table of tables) days.push(...(await countDays(client, table)));
  return rowsByDay(days);
}

function rowsByDay(days: readonly Day[]): DayCounts {
  return new Map(days.map((day) => [keyOf(day), day.rows]));
}

/** A day with the rows that were read of it, now or by an earlier attempt. */
type FilledDay = Day & { readonly isNew: boolean };

async function fillDays(
  { target, source, print }: FillOptions,
  dialect: Dialect,
  days: readonly Day[],
  present: DayCounts,
): Promise<readonly FilledDay[]> {
  const progress = new Progress(days.length, print);
  const filled: FilledDay[] = [];
  for (const table of source.tables.byDay) {
    const ofTable = days.filter((day) => day.table === table.name);
    const wanted = new Set(ofTable.map(keyOf));
    for (const day of ofTable) {
      const has = present.get(keyOf(day)) ?? 0;
      if (has === day.rows) {
        progress.skip(keyOf(day));
        filled.push({ ...day, isNew: false });
        continue;
      }
      if (dialect === 'plain') await makePartitions(target, [Date.parse(day.day)]);
      const rows = await fillDay(target, source, table, day, has > 0);
      progress.add(keyOf(day), rows);
      filled.push({ ...day, rows, isNew: true });
    }
    // days that the source dropped since an earlier attempt
    for (const key of present.keys()) {
      const [name, day] = key.split(' ');
      if (name !== table.name || day === undefined || wanted.has(key)) continue;
      await inTransaction(target, (client) => deleteDay(client, table, day));
    }
  }
  return filled;
}

function fillDay(
  target: Pool,
  source: RowSource,
  table: DayTable,
  day: Day,
  isPartlyThere: boolean,
): Promise<number> {
  return inTransaction(target, async (client) => {
    if (isPartlyThere) await deleteDay(client, table, day.day);
    const count = await source.readDay(day, (rows) => copyIn(client, table, rows));
    await noteNewestDays(client, table, day.day);
    return count;
  });
}

async function deleteDay(client: PoolClient, table: DayTable, day: string): Promise<void> {
  // TimescaleDB would refuse to unpack so much for one statement; others do not mind the setting
  await client.query(
    "select set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true)",
  );
  await client.query(`delete from ${escapeIdentifier(table.name)} where ${isOfDay(table, day)}`);
}

async function verifyDays(
  client: PoolClient,
  tables: readonly DayTable[],
  expected: DayCounts,
): Promise<void> {
  const found = await countAllDays(client, tables);
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const expectedRows = expected.get(key) ?? 0;
    const foundRows = found.get(key) ?? 0;
    if (expectedRows === foundRows) continue;
    throw new Error(
      `Of ${key} there are ${formatCount(foundRows)} rows where ${formatCount(expectedRows)} were written: something else changes the database. End that, then run this again.`,
    );
  }
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
