import type { ClientBase } from 'pg';
import { ObstacleError } from '../../domain/obstacleError.ts';
import { readTimescale } from './timescale.ts';

/**
 * In what a database may differ: DDL and who keeps it in order. Queries and stores are the same.
 * - `plain`: PostgreSQL alone. Days are partitions; Posko makes and drops them, and keeps the minutes.
 * - `timescale`: TimescaleDB with its community features, which keep everything by themselves.
 * - `timescale_apache`: TimescaleDB without them. Posko drops old chunks and keeps the minutes.
 */
export const dialects = ['plain', 'timescale', 'timescale_apache'] as const;
export type Dialect = (typeof dialects)[number];

/**
 * The dialect that a database was made with, or undefined before its first migration.
 *
 * @throws Error when a newer program recorded one that this one does not know
 */
export async function recordedDialect(client: ClientBase): Promise<Dialect | undefined> {
  const { rows: found } = await client.query<{ exists: boolean }>(
    "select to_regclass('posko_database') is not null as exists",
  );
  if (found[0]?.exists !== true) return undefined;
  const { rows } = await client.query<{ dialect: string }>('select dialect from posko_database');
  const recorded = rows[0]?.dialect;
  if (recorded === undefined) return undefined;
  const dialect = dialects.find((name) => name === recorded);
  if (dialect === undefined) {
    throw new ObstacleError(
      `The database was made in a way that this program does not know ("${recorded}"): start the newer Posko that made it.`,
    );
  }
  return dialect;
}

/**
 * The dialect of a database: what is recorded, or else what the server offers, which is recorded
 * and holds from then on, since a partitioned table cannot become a hypertable. Makes the extension
 * where it can.
 *
 * @throws Error when TimescaleDB is loaded and may not be used here
 */
export async function settleDialect(client: ClientBase): Promise<Dialect> {
  const recorded = await recordedDialect(client);
  if (recorded !== undefined) return recorded;
  const dialect = await offeredDialect(client);
  await client.query('begin');
  try {
    await client.query(
      `create table if not exists posko_database (
         is_only_row boolean primary key default true check (is_only_row),
         dialect text not null,
         made_at timestamptz not null default now()
       )`,
    );
    await client.query('insert into posko_database (dialect) values ($1)', [dialect]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
  return dialect;
}

async function offeredDialect(client: ClientBase): Promise<Dialect> {
  const before = await readTimescale(client);
  if (!before.isLoaded || (before.installed ?? before.available) === undefined) return 'plain';
  if (before.installed === undefined) await createExtension(client);
  const { edition } = await readTimescale(client);
  return edition === 'apache' ? 'timescale_apache' : 'timescale';
}

async function createExtension(client: ClientBase): Promise<void> {
  try {
    await client.query('create extension if not exists timescaledb');
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new ObstacleError(
      `The server has TimescaleDB, and this user may not add it to the database (${detail}): run "create extension timescaledb" in this database as a superuser, then start again.`,
      { cause: error },
    );
  }
}
