import type { Readable } from 'node:stream';
import { type ClientBase, escapeIdentifier, type Pool, type PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { copyDayOutSql, copyOutSql, isOfDay } from './copyText.ts';
import { type DayTable, readMovedTables, withoutEnded } from './movedTables.ts';
import type { Day, RowSource } from './rowSource.ts';
import { readSequences } from './sequences.ts';

/** What a journal consumer had consumed when the source was opened. */
export type SourceCheckpoint = {
  readonly journalId: string;
  readonly consumer: string;
  readonly sequence: number;
};

export type DatabaseSource = RowSource & {
  readonly checkpoints: readonly SourceCheckpoint[];
  close(): void;
};

/** Values as text that means the same to every server, whatever its settings. */
const sessionSql = `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres';
  set bytea_output = 'hex'; set extra_float_digits = 1; set statement_timeout = 0;
  set idle_in_transaction_session_timeout = 0; set work_mem = '64MB'`;

/**
 * Opens a database for reading, which may go on being written to.
 *
 * Whole tables, the consumers' checkpoints among them, are those of one moment: a repeatable read
 * transaction, which ends with listDays(). Days are not, on purpose: each is read for itself, later.
 * Positions are only ever added, so a day holds at least what it held at that moment; what is newer,
 * the journal brings again without harm. A snapshot over all days would hold locks for hours, behind
 * which the dropping of days and then every write would queue; one without locks would find a chunk
 * empty that TimescaleDB has moved into the columnstore meanwhile, since TRUNCATE ignores snapshots.
 *
 * @param pool two connections of it are in use until close()
 */
export async function openDatabaseSource(pool: Pool): Promise<DatabaseSource> {
  const clients: PoolClient[] = [];
  let lost: Error | undefined;
  const connect = async (): Promise<PoolClient> => {
    const client = await pool.connect();
    client.on('error', (error) => {
      lost ??= error;
    });
    clients.push(client);
    await client.query(sessionSql);
    return client;
  };
  /** What broke says more than the query that found out. */
  const tellLost = <Value>(work: Promise<Value>): Promise<Value> =>
    work.catch((cause: unknown) => {
      if (lost === undefined) throw cause;
      throw new Error(
        `The connection to the database that is read broke (${lost.message}): see that it runs, then run this again.`,
        { cause },
      );
    });
  // what was set above must not reach others through the pool
  const close = (): void => {
    for (const client of clients.splice(0)) client.release(true);
  };
  try {
    const moment = await connect();
    const now = await connect();
    await moment.query('begin transaction isolation level repeatable read, read only');
    const present = await readMovedTables(moment);
    const tables = withoutEnded(present);
    const dayTable = (name: string): DayTable => {
      const table = tables.byDay.find((other) => other.name === name);
      if (table === undefined) throw new Error(`The table ${name} is not one that has days.`);
      return table;
    };
    const { id, name: databaseName } = await readIdentity(moment);
    return {
      id,
      isGrowing: true,
      what: `a copy of the database ${databaseName}`,
      migrations: await readMigrations(moment),
      tables,
      checkpoints: await readCheckpoints(moment),
      readTable: (table, work) => tellLost(work(copyOut(moment, copyOutSql(table)))),
      listDays: async () => {
        await moment.query('commit');
        const days: Day[] = [];
        for (const table of tables.byDay) days.push(...(await countDays(now, table)));
        return days;
      },
      readDay: ({ table, day }, work) => tellLost(readDay(now, dayTable(table), day, work)),
      sequences: () =>
        readSequences(
          now,
          [...present.whole, ...present.byDay].map(({ name }) => name),
        ),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function readDay<Value>(
  client: ClientBase,
  table: DayTable,
  day: string,
  work: (rows: Readable) => Promise<Value>,
): Promise<Value> {
  await client.query('begin transaction read only');
  // locks the day before COPY takes its snapshot, which it does before it locks anything
  await client.query(
    `select from ${escapeIdentifier(table.name)} where ${isOfDay(table, day)} limit 1`,
  );
  const value = await work(copyOut(client, copyDayOutSql(table, day)));
  await client.query('commit');
  return value;
}

function copyOut(client: ClientBase, sql: string): Readable {
  const rows = client.query(copyTo(sql));
  // it only tells of an error: destroyed, it also fails whoever begins to read afterwards
  rows.once('error', (error) => rows.destroy(error));
  return rows;
}

/** How many rows each UTC day of a table has, oldest first. */
export async function countDays(
  client: ClientBase,
  { name, dayColumn }: DayTable,
): Promise<readonly Day[]> {
  const { rows } = await client.query<{ day: string; rows: number }>(
    `select to_char(day at time zone 'UTC', 'YYYY-MM-DD') as day, rows
     from (select date_trunc('day', ${escapeIdentifier(dayColumn)}, 'UTC') as day,
                  count(*)::float8 as rows
           from ${escapeIdentifier(name)} group by 1) as days
     order by 1`,
  );
  return rows.map(({ day, rows: count }) => ({ table: name, day, rows: count }));
}

/** Tells a database from every other: its server's identifier, which no other server has, and its name. */
export async function readIdentity(
  client: ClientBase,
): Promise<{ readonly id: string; readonly name: string }> {
  const { rows } = await client.query<{ id: string; name: string }>(
    `select system_identifier || '/' || current_database() as id, current_database() as name
     from pg_control_system()`,
  );
  const identity = rows[0];
  if (identity === undefined) throw new Error('The database does not say which one it is.');
  return identity;
}

async function readMigrations(client: ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select name from posko_migrations order by name',
  );
  return rows.map(({ name }) => name);
}

async function readCheckpoints(client: ClientBase): Promise<readonly SourceCheckpoint[]> {
  const { rows } = await client.query<SourceCheckpoint>(
    `select journal_id as "journalId", consumer, sequence::float8 as sequence
     from consumer_checkpoints order by 1, 2`,
  );
  return rows;
}
