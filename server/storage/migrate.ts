import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { ObstacleError } from '../domain/obstacleError.ts';
import { type Dialect, settleDialect } from './dialect/dialect.ts';

/** The migrations of this program, in the order of their names. */
export const migrationsFolder = path.join(import.meta.dirname, 'migrations');

/** Any number that no other program takes in the same database: "posko" in ASCII. */
const lockKey = '482671522671';

/** One migration in one dialect: its own file, then `<name>.<dialect>.sql` where there is one. */
type Migration = { readonly name: string; readonly sha256: string; readonly sql: string };

/** What a migration found and did. */
export type Migrated = {
  /** Settled by the first migration of a database, for good. */
  readonly dialect: Dialect;
  /** Names of the files that were run. */
  readonly ran: readonly string[];
};

/**
 * Brings the schema to what this program needs: runs the SQL files that the database does not know
 * yet, each in a transaction of its own with its record. Of several programs that start at once,
 * one migrates and the others wait.
 *
 * @param client a connection of its own, free for the length of the call
 * @param through the last file to run, for rows of an older schema; all where left out
 * @throws Error when the database is newer than this program, a file was changed after it ran, or a
 *   file fails
 */
export async function migrate(
  client: ClientBase,
  folder: string = migrationsFolder,
  through?: string,
): Promise<Migrated> {
  await client.query('select pg_advisory_lock($1)', [lockKey]);
  try {
    await client.query(
      `create table if not exists posko_migrations (
         name text primary key,
         sha256 text not null,
         applied_at timestamptz not null default now()
       )`,
    );
    const dialect = await settleDialect(client);
    const migrations = readMigrations(folder, dialect);
    const { rows } = await client.query<{ name: string; sha256: string }>(
      'select name, sha256 from posko_migrations order by name',
    );
    const applied = new Map(rows.map(({ name, sha256 }) => [name, sha256]));
    checkApplied(applied, migrations);
    const missing = migrations.filter(
      ({ name }) => !applied.has(name) && (through === undefined || name <= through),
    );
    for (const migration of missing) await apply(client, migration);
    return { dialect, ran: missing.map(({ name }) => name) };
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lockKey]);
  }
}

function checkApplied(
  applied: ReadonlyMap<string, string>,
  migrations: readonly Migration[],
): void {
  const ours = new Map(migrations.map(({ name, sha256 }) => [name, sha256]));
  for (const [name, sha256] of applied) {
    const own = ours.get(name);
    if (own === undefined) {
      throw new ObstacleError(
        `The database's schema is newer than this program: it has had ${name}, which this program does not know. Start the newer Posko that made it, or restore a backup from before.`,
      );
    }
    if (own !== sha256) {
      throw new ObstacleError(
        `The migration ${name} was changed after the database had it: put the file back as it was, and make changes in a new file.`,
      );
    }
  }
}

async function apply(client: ClientBase, { name, sha256, sql }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into posko_migrations (name, sha256) values ($1, $2)', [
      name,
      sha256,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(`The migration ${name} failed and changed nothing: ${detail}`, {
      cause: error,
    });
  }
}

/** The names of the migrations of this program, in their order. */
export function migrationNames(folder: string = migrationsFolder): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort();
}

function readMigrations(folder: string, dialect: Dialect): readonly Migration[] {
  const files = new Set(readdirSync(folder));
  return migrationNames(folder).map((name) => {
    const own = name.replace(/sql$/, `${dialect}.sql`);
    const sql = [name, ...(files.has(own) ? [own] : [])]
      .map((file) => readFileSync(path.join(folder, file), 'utf8'))
      .join('\n');
    return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}
