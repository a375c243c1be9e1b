import { readdirSync } from 'node:fs';
import type { ClientBase, ClientConfig } from 'pg';
import { openUnprepared } from '../storage/database.ts';
import { migrationsFolder } from '../storage/migrate.ts';
import { type Finding, ok, problem, problemOf, warning } from './doctorFinding.ts';
import { checkTimescaleFacts, readTimescaleFacts } from './doctorTimescale.ts';

/** Clocks that differ by less are as good as one. */
const smallDifferenceMs = 2_000;
/** From here on fixes are taken for wrong, or wrong ones for right. */
const greatDifferenceMs = 60_000;

/** A database that runs: reachable, fit, schema, TimescaleDB, clock. Changes nothing in it. */
export async function checkDatabase(address: string | ClientConfig): Promise<readonly Finding[]> {
  let pool: Awaited<ReturnType<typeof openUnprepared>>;
  try {
    pool = await openUnprepared(address);
  } catch (error) {
    return [problemOf('database', error)];
  }
  try {
    const client = await pool.connect();
    try {
      // a doctor that cannot write does no harm
      await client.query('set default_transaction_read_only = on');
      return [
        await checkVersion(client),
        await checkSchema(client),
        ...checkTimescaleFacts(await readTimescaleFacts(client)),
        checkDatabaseClock(await readAheadMs(client)),
      ];
    } finally {
      client.release(true);
    }
  } catch (error) {
    return [problemOf('database', error)];
  } finally {
    await pool.end();
  }
}

async function checkVersion(client: ClientBase): Promise<Finding> {
  const { rows } = await client.query<{ version: string; name: string; size: string }>(
    `select current_setting('server_version') as version, current_database() as name,
            pg_size_pretty(pg_database_size(current_database())) as size`,
  );
  const { version = '?', name = '?', size = '?' } = rows[0] ?? {};
  return ok('database', `PostgreSQL ${version}, database ${name}, ${size}`);
}

async function checkSchema(client: ClientBase): Promise<Finding> {
  const ours = readdirSync(migrationsFolder).filter((name) => /^\d{4}_\w+\.sql$/.test(name));
  const { rows: found } = await client.query<{ exists: boolean }>(
    "select to_regclass('posko_migrations') is not null as exists",
  );
  if (found[0]?.exists !== true) {
    return ok('schema', 'none yet: the first start makes it');
  }
  const { rows } = await client.query<{ name: string }>('select name from posko_migrations');
  const applied = new Set(rows.map(({ name }) => name));
  const unknown = [...applied].filter((name) => !ours.includes(name)).sort();
  if (unknown.length > 0) {
    return problem(
      'schema',
      `newer than this program: the database has had ${unknown.join(', ')}`,
      'start the newer Posko that made it, or restore a backup from before',
    );
  }
  const missing = ours.filter((name) => !applied.has(name)).sort();
  return missing.length === 0
    ? ok('schema', `up to date (${ours.toSorted().at(-1) ?? 'empty'})`)
    : ok('schema', `older than this program: the next start adds ${missing.join(', ')}`);
}

/** How far the database server's clock is ahead of ours, milliseconds. */
async function readAheadMs(client: ClientBase): Promise<number> {
  const askedMs = Date.now();
  const { rows } = await client.query<{ ms: number }>(
    'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
  );
  // the database looked at its clock somewhere between question and answer
  return (rows[0]?.ms ?? Number.NaN) - (askedMs + Date.now()) / 2;
}

/**
 * Whether a database server's clock will do.
 *
 * @param aheadMs how far it is ahead of this machine's; negative when it is behind
 */
export function checkDatabaseClock(aheadMs: number): Finding {
  const seconds = (Math.abs(aheadMs) / 1_000).toFixed(1);
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  const detail = `the database server's clock is ${seconds} s ${side} this machine's`;
  const todo = 'switch on NTP on both machines';
  if (Math.abs(aheadMs) >= greatDifferenceMs) return problem('database clock', detail, todo);
  return Math.abs(aheadMs) >= smallDifferenceMs
    ? warning('database clock', detail, todo)
    : ok('database clock', detail);
}
