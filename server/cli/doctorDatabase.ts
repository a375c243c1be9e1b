import { readdirSync } from 'node:fs';
import type { ClientBase, ClientConfig } from 'pg';
import { openUnprepared } from '../storage/database.ts';
import { recordedDialect } from '../storage/dialect/dialect.ts';
import { missingFeatures, readTimescale } from '../storage/dialect/timescale.ts';
import { migrationsFolder } from '../storage/migrate.ts';
import { type Finding, ok, problem, problemOf, warning } from './doctorFinding.ts';

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
        ...(await checkTimescaleFeatures(client)),
        await checkDatabaseClock(client),
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

async function checkTimescaleFeatures(client: ClientBase): Promise<readonly Finding[]> {
  const check = 'TimescaleDB';
  const found = await readTimescale(client);
  const dialect = await recordedDialect(client);
  const { installed, available, isLoaded, edition } = found;
  if (dialect === undefined) {
    if (!isLoaded || (installed ?? available) === undefined) {
      return [ok(check, 'not loaded by this server: the database will be made without it')];
    }
    return [installed === undefined ? await checkMayCreate(client, available) : okUsed()];
  }
  const lacks = missingFeatures(found, dialect).map(
    (detail): Finding => ({
      check,
      level: 'warning',
      detail: detail.replace(/\.$/, ''),
    }),
  );
  const first = dialect === 'plain' ? ok(check, 'not used by this database') : okUsed();
  return [first, ...lacks, ...(await checkTelemetry(client))];

  function okUsed(): Finding {
    return ok(check, `${installed}, ${edition ?? 'unknown'} edition`);
  }
}

async function checkMayCreate(client: ClientBase, version = '?'): Promise<Finding> {
  const { rows } = await client.query<{ may_create: boolean }>(
    `select (select rolsuper from pg_roles where rolname = current_user)
            or exists (
              select from pg_available_extension_versions
              where name = 'timescaledb' and version = $1 and trusted
                and has_database_privilege(current_database(), 'create')
            ) as may_create`,
    [version],
  );
  return rows[0]?.may_create === true
    ? ok('TimescaleDB', `${version}: the first start adds it to the database`)
    : problem(
        'TimescaleDB',
        `the server has ${version}, and this user may not add it to the database`,
        'run "create extension timescaledb" in this database as a superuser',
      );
}

async function checkTelemetry(client: ClientBase): Promise<readonly Finding[]> {
  const { rows } = await client.query<{ level: string | null }>(
    "select current_setting('timescaledb.telemetry_level', true) as level",
  );
  const level = rows[0]?.level ?? 'off';
  if (level === 'off') return [];
  return [
    warning(
      'telemetry',
      `TimescaleDB tells its makers of its use (timescaledb.telemetry_level is ${level})`,
      'set timescaledb.telemetry_level = off in postgresql.conf and reload',
    ),
  ];
}

async function checkDatabaseClock(client: ClientBase): Promise<Finding> {
  const askedMs = Date.now();
  const { rows } = await client.query<{ ms: number }>(
    'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
  );
  // the database looked at its clock somewhere between question and answer
  const differenceMs = (rows[0]?.ms ?? Number.NaN) - (askedMs + Date.now()) / 2;
  const seconds = (Math.abs(differenceMs) / 1_000).toFixed(1);
  const side = differenceMs > 0 ? 'ahead of' : 'behind';
  const detail = `the database server's clock is ${seconds} s ${side} this machine's`;
  const todo = 'switch on NTP on both machines';
  if (Math.abs(differenceMs) >= greatDifferenceMs) return problem('database clock', detail, todo);
  return Math.abs(differenceMs) >= smallDifferenceMs
    ? warning('database clock', detail, todo)
    : ok('database clock', detail);
}
