import type { ClientBase } from 'pg';
import { type Dialect, recordedDialect } from '../storage/dialect/dialect.ts';
import { missingFeatures, readTimescale, type Timescale } from '../storage/dialect/timescale.ts';
import { type Finding, ok, problem, warning } from './doctorFinding.ts';

/** What was read of TimescaleDB in a database that openUnprepared found fit. */
export type TimescaleFacts = {
  readonly found: Timescale;
  /** Undefined before the first migration. */
  readonly dialect: Dialect | undefined;
  /** Whether this user may add the extension to the database. */
  readonly mayCreate: boolean;
  /** `timescaledb.telemetry_level`; undefined when the server does not load the library. */
  readonly telemetryLevel: string | undefined;
};

const check = 'TimescaleDB';

/** Reads what the checks look at. Changes nothing. */
export async function readTimescaleFacts(client: ClientBase): Promise<TimescaleFacts> {
  const found = await readTimescale(client);
  const { rows } = await client.query<{ may_create: boolean; telemetry: string | null }>(
    `select (select rolsuper from pg_roles where rolname = current_user)
            or exists (
              select from pg_available_extension_versions
              where name = 'timescaledb' and version = $1 and trusted
                and has_database_privilege(current_database(), 'create')
            ) as may_create,
            current_setting('timescaledb.telemetry_level', true) as telemetry`,
    [found.available ?? ''],
  );
  return {
    found,
    dialect: await recordedDialect(client),
    mayCreate: rows[0]?.may_create === true,
    telemetryLevel: rows[0]?.telemetry ?? undefined,
  };
}

/** What the facts mean: whether TimescaleDB is or will be used, what is lacking, and its telemetry. */
export function checkTimescaleFacts(facts: TimescaleFacts): readonly Finding[] {
  const { found, dialect, telemetryLevel = 'off' } = facts;
  if (dialect === undefined) return [checkBeforeFirstStart(facts)];
  const lacks = missingFeatures(found, dialect).map(
    (detail): Finding => ({ check, level: 'warning', detail: detail.replace(/\.$/, '') }),
  );
  const first = dialect === 'plain' ? ok(check, 'not used by this database') : used(found);
  if (telemetryLevel === 'off') return [first, ...lacks];
  return [
    first,
    ...lacks,
    warning(
      'telemetry',
      `TimescaleDB tells its makers of its use (timescaledb.telemetry_level is ${telemetryLevel})`,
      'set timescaledb.telemetry_level = off in postgresql.conf and reload',
    ),
  ];
}

function checkBeforeFirstStart({ found, mayCreate }: TimescaleFacts): Finding {
  const { installed, available, isLoaded } = found;
  if (!isLoaded || (installed ?? available) === undefined) {
    return ok(check, 'not loaded by this server: the database will be made without it');
  }
  if (installed !== undefined) return used(found);
  return mayCreate
    ? ok(check, `${available}: the first start adds it to the database`)
    : problem(
        check,
        `the server has ${available}, and this user may not add it to the database`,
        'run "create extension timescaledb" in this database as a superuser',
      );
}

function used({ installed, edition }: Timescale): Finding {
  return ok(check, `${installed ?? '?'}, ${edition ?? 'unknown'} edition`);
}
