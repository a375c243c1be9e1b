import pg from 'pg';
import type { Logger } from 'pino';
import { ObstacleError } from '../domain/obstacleError.ts';
import { errorCode } from '../domain/systemError.ts';
import { markOutside, refuseAbandoned } from './databaseOfFolder.ts';
import { type Dialect, recordedDialect } from './dialect/dialect.ts';
import { checkTimescale, missingFeatures, readTimescale } from './dialect/timescale.ts';
import { startEmbeddedPostgres } from './embedded/startEmbeddedPostgres.ts';
import { migrate } from './migrate.ts';
import { refuseHalfFilled } from './moving/marker.ts';

export type DatabaseOptions = {
  /** An outside PostgreSQL; undefined = the embedded one of the data folder. */
  readonly databaseUrl: string | undefined;
  /** A data folder that openDataDir gave us. An outside database is noted in it (databaseOfFolder.ts). */
  readonly dataDir: string;
  readonly log: Logger;
  /** Aborting it while the database starts stops everything and rejects the start. */
  readonly signal?: AbortSignal;
};

/** What the health page shows. */
export type DatabaseStatus = {
  readonly kind: 'embedded' | 'external';
  /** `away`: known to be unreachable now; whoever uses the pool gets errors until it is back. */
  readonly state: 'running' | 'away' | 'stopped';
  /** Times the embedded PostgreSQL ended by itself and was started again. */
  readonly restarts: number;
  readonly error: string | undefined;
};

/** The database, with its schema up to date. Owned by whoever opened it. */
export type Database = {
  readonly kind: 'embedded' | 'external';
  readonly dialect: Dialect;
  /** What it lacks against a full TimescaleDB, a sentence each; of the embedded one that is known. */
  readonly missing: readonly string[];
  readonly pool: pg.Pool;
  /** For connections outside the pool, such as one that listens. */
  readonly connection: pg.ClientConfig;
  status(): DatabaseStatus;
  /** Ends the pool and stops the embedded PostgreSQL. Resolves within about 5 s. */
  close(): Promise<void>;
  /** Kills the embedded PostgreSQL without waiting; it recovers at its next start. */
  abandon(): void;
};

const minServerVersion = 170_000;
const maxConnections = 10;
const connectTimeoutMs = 10_000;
/** A pool that cannot end in this time has a query that hangs on a dead network. */
const poolEndMs = 1_000;

/**
 * Opens the database, embedded or outside, and brings its schema up to date.
 *
 * @throws Error with one sentence on what is wrong and what to do
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { databaseUrl, dataDir, log, signal } = options;
  refuseAbandoned(dataDir, databaseUrl);
  if (databaseUrl !== undefined) {
    const outside = await openExternal(databaseUrl, log);
    try {
      markOutside(dataDir, databaseUrl);
    } catch (error) {
      await outside.close();
      throw error;
    }
    return outside;
  }
  const embedded = await startEmbeddedPostgres({ dataDir, log, signal });
  const connection: pg.ClientConfig = {
    ...embedded.connection,
    connectionTimeoutMillis: connectTimeoutMs,
  };
  const prepared = await prepare(connection).catch(async (error: unknown) => {
    await embedded.stop();
    throw error;
  });
  const { pool } = openPool(connection, log);
  return {
    kind: 'embedded',
    dialect: prepared.dialect,
    missing: prepared.missing,
    pool,
    connection,
    status: () => {
      const { state, restarts, error } = embedded.status();
      return {
        kind: 'embedded',
        state: state === 'restarting' ? 'away' : state,
        restarts,
        error,
      };
    },
    close: async () => {
      await endPool(pool);
      await embedded.stop();
    },
    abandon: () => embedded.abandon(),
  };
}

/**
 * Connects to a database that somebody else runs: by URL, or the embedded one of a running server.
 *
 * @throws Error with one sentence on what is wrong and what to do
 */
export async function openExternal(
  address: string | pg.ClientConfig,
  log: Logger,
): Promise<Database> {
  const connection: pg.ClientConfig = {
    ...(typeof address === 'string' ? { connectionString: address } : address),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  };
  const { dialect, missing } = await prepare(connection);
  for (const sentence of missing) log.warn({ event: 'databaseLacks' }, sentence);
  const { pool, lastError } = openPool(connection, log);
  let isClosed = false;
  return {
    kind: 'external',
    dialect,
    missing,
    pool,
    connection,
    status: () => ({
      kind: 'external',
      state: isClosed ? 'stopped' : lastError() === undefined ? 'running' : 'away',
      restarts: 0,
      error: lastError(),
    }),
    close: async () => {
      isClosed = true;
      await endPool(pool);
    },
    abandon: () => undefined,
  };
}

type Prepared = Pick<Database, 'dialect' | 'missing'>;

/** Checks the server and brings the schema up to date. */
async function prepare(connection: pg.ClientConfig): Promise<Prepared> {
  let client: pg.Client;
  try {
    // reads the certificates that the URL names
    client = new pg.Client(connection);
    // a connection that breaks is also told by the query that waits on it
    client.on('error', () => undefined);
    await client.connect();
  } catch (error) {
    throw new ObstacleError(explainConnectError(error), { cause: error });
  }
  try {
    await checkFitness(client);
    await refuseHalfFilled(client);
    const { dialect } = await migrate(client);
    return { dialect, missing: missingFeatures(await readTimescale(client), dialect) };
  } finally {
    await client.end();
  }
}

/**
 * Connects to a database that is to be filled from elsewhere: checks the server, and leaves what the
 * database holds alone.
 *
 * @param setting what to correct when the address is wrong
 * @returns a pool of two connections
 * @throws Error with one sentence on what is wrong and what to do
 */
export async function openUnprepared(
  address: string | pg.ClientConfig,
  setting = 'POSKO_DATABASE_URL',
): Promise<pg.Pool> {
  const pool = new pg.Pool({
    ...(typeof address === 'string' ? { connectionString: address } : address),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    max: 2,
  });
  // a connection that breaks is also told by the query that waits on it
  pool.on('error', () => undefined);
  try {
    const client = await pool.connect().catch((error: unknown) => {
      throw new ObstacleError(explainConnectError(error, setting), { cause: error });
    });
    try {
      await checkFitness(client);
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    throw error;
  }
  return pool;
}

/** Whether the server can serve this program and this database. */
async function checkFitness(client: pg.ClientBase): Promise<void> {
  await checkServer(client);
  checkTimescale(await readTimescale(client), await recordedDialect(client));
}

type ServerFacts = {
  readonly version_number: number;
  readonly version: string;
  readonly database: string;
  readonly user_name: string;
  readonly is_standby: boolean;
  readonly is_read_only: boolean;
  readonly may_create: boolean;
};

async function checkServer(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<ServerFacts>(
    `select current_setting('server_version_num')::int as version_number,
            current_setting('server_version') as version,
            current_database() as database,
            current_user as user_name,
            pg_is_in_recovery() as is_standby,
            current_setting('default_transaction_read_only')::boolean as is_read_only,
            coalesce(has_schema_privilege(current_schema(), 'create'), false) as may_create`,
  );
  const server = rows[0];
  if (server === undefined || server.version_number < minServerVersion) {
    throw new ObstacleError(
      `The database is PostgreSQL ${server?.version ?? 'of an unknown version'}, and Posko needs 17 or newer: update it, or set POSKO_DATABASE_URL to another.`,
    );
  }
  if (server.is_standby) {
    throw new ObstacleError(
      `The database server is a standby, which cannot be written to: set POSKO_DATABASE_URL to the primary.`,
    );
  }
  if (server.is_read_only) {
    throw new ObstacleError(
      `The database ${server.database} is set to read-only: run "alter database ${server.database} reset default_transaction_read_only" (or the same for the user ${server.user_name}).`,
    );
  }
  if (!server.may_create) {
    throw new ObstacleError(
      `The user ${server.user_name} may not make tables in the database ${server.database}: make it the owner ("alter database ${server.database} owner to ${server.user_name}").`,
    );
  }
}

/** Whoever waits longer for a connection, or for a database that hangs, is told so instead. */
const connectMs = 10_000;

function openPool(connection: pg.ClientConfig, log: Logger) {
  const pool = new pg.Pool({
    ...connection,
    max: maxConnections,
    connectionTimeoutMillis: connectMs,
    // small queries over many days look dear to the planner, and compiling one takes longer than
    // running it
    onConnect: async (client) => {
      await client.query('set jit = off');
    },
  });
  let lastError: string | undefined;
  // an idle connection that breaks has nobody waiting on it; unheard, its error would end the process
  pool.on('error', (error) => {
    lastError = error.message;
    log.warn(
      { event: 'databaseConnectionLost', error: error.message },
      'a database connection broke',
    );
    // a connection can break alone; whether the database is away, only asking it tells
    pool.query('select 1').catch((answer: unknown) => {
      lastError = answer instanceof Error ? answer.message : String(answer);
    });
  });
  pool.on('connect', () => {
    lastError = undefined;
  });
  return { pool, lastError: () => lastError };
}

async function endPool(pool: pg.Pool): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, poolEndMs);
  await Promise.race([pool.end(), timeout.promise]);
  clearTimeout(timer);
}

/** The sentence for a connection that failed. Never shows the URL: it usually holds a password. */
function explainConnectError(error: unknown, setting = 'POSKO_DATABASE_URL'): string {
  const code = errorCode(error);
  const detail = error instanceof Error ? error.message : String(error);
  switch (code) {
    case '28P01':
    case '28000':
      return `The database refused the user or password (${detail}): correct ${setting}.`;
    case '3D000':
      return `The database server has no such database (${detail}): create it, or correct ${setting}.`;
    case '53300':
      return `The database takes no more connections (${detail}): raise its max_connections or end other programs.`;
    default:
      return `The database cannot be reached (${detail || String(code)}): check that it runs and that ${setting} is right.`;
  }
}
