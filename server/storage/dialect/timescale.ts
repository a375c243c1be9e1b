import type { ClientBase } from 'pg';
import { ObstacleError } from '../../domain/obstacleError.ts';
import type { Dialect } from './dialect.ts';

/** What a server has of TimescaleDB. Versions are texts such as `2.28.3`. */
export type Timescale = {
  /** Version of the extension in this database; undefined: not created here. */
  readonly installed: string | undefined;
  /** Version that the server would create; undefined: none. */
  readonly available: string | undefined;
  /** True when the server has loaded the library, without which the extension cannot be created. */
  readonly isLoaded: boolean;
  /** Known once the extension is created. */
  readonly edition: 'community' | 'apache' | undefined;
};

/** Oldest version that late rows into compressed chunks were tested with on PostgreSQL 17 and 18. */
const minVersion = '2.28.3';

/** Reads what the server has of TimescaleDB. */
export async function readTimescale(client: ClientBase): Promise<Timescale> {
  const { rows } = await client.query<{
    installed: string | null;
    available: string | null;
    is_loaded: boolean;
    license: string | null;
  }>(
    `select (select extversion from pg_extension where extname = 'timescaledb') as installed,
            (select default_version from pg_available_extensions
             where name = 'timescaledb') as available,
            exists (select from pg_settings where name like 'timescaledb.%') as is_loaded,
            current_setting('timescaledb.license', true) as license`,
  );
  const row = rows[0];
  const installed = row?.installed ?? undefined;
  return {
    installed,
    available: row?.available ?? undefined,
    isLoaded: row?.is_loaded === true,
    edition:
      installed === undefined ? undefined : row?.license === 'apache' ? 'apache' : 'community',
  };
}

/**
 * The start-up check: what is recorded can be served by what the server has, and the version is one
 * that Posko was tested with.
 *
 * @param recorded undefined before the first migration
 * @throws Error with one sentence on what is wrong and what to do
 */
export function checkTimescale(found: Timescale, recorded: Dialect | undefined): void {
  if (recorded === 'plain') return;
  const { installed, available, isLoaded, edition } = found;
  if (recorded !== undefined && (installed === undefined || !isLoaded)) {
    throw new ObstacleError(
      'The database was made with TimescaleDB, and the server does not load it: add timescaledb to shared_preload_libraries and start the database server again.',
    );
  }
  if (recorded === 'timescale' && edition === 'apache') {
    throw new ObstacleError(
      'The database was made with the community edition of TimescaleDB, and the server runs the Apache edition, which cannot read it: set timescaledb.license to timescale.',
    );
  }
  const version = isLoaded ? (installed ?? available) : undefined;
  if (version === undefined || !isOlder(version, minVersion)) return;
  throw new ObstacleError(
    installed !== undefined && available !== undefined && !isOlder(available, minVersion)
      ? `The database has TimescaleDB ${installed}, and Posko needs ${minVersion} or newer: run "alter extension timescaledb update" in it as the first statement of a new session.`
      : `The database server has TimescaleDB ${version}, and Posko needs ${minVersion} or newer: update it, or set POSKO_DATABASE_URL to another server.`,
  );
}

/** What this database lacks against a full TimescaleDB, a sentence each, for the log and the status. */
export function missingFeatures(found: Timescale, dialect: Dialect): readonly string[] {
  const { installed, available, isLoaded, edition } = found;
  if (dialect === 'timescale_apache') {
    return [
      'TimescaleDB runs in its Apache edition, without columnstore, continuous aggregates and policies: positions take about ten times the space, and Posko itself keeps the minutes and drops what is too old.',
      ...(edition === 'community'
        ? [
            'The community edition is there by now, but this database was made without it: copy it to a new one to use it (npm run posko -- copy --to <url>).',
          ]
        : []),
    ];
  }
  const version = installed ?? available;
  if (dialect === 'timescale' || version === undefined) return [];
  return [
    isLoaded
      ? `The server has TimescaleDB ${version}, but this database was made without it and goes on so: copy it to a new one to use it (npm run posko -- copy --to <url>).`
      : `The server has TimescaleDB ${version} installed but does not load it: to use it, add timescaledb to shared_preload_libraries, start the server again, and copy this database to a new one (npm run posko -- copy --to <url>).`,
  ];
}

/** True when version `a` comes before `b`, by their numbers: `2.23.0-dev` before `2.28.3`. */
function isOlder(a: string, b: string): boolean {
  const numbers = (version: string): readonly number[] =>
    version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const theirs = numbers(a);
  const ours = numbers(b);
  const at = ours.findIndex((number, i) => number !== (theirs[i] ?? 0));
  return at !== -1 && (theirs[at] ?? 0) < (ours[at] ?? 0);
}
