import pg from 'pg';
import type { Logger } from 'pino';
import { startEmbeddedPostgres } from './embedded/startEmbeddedPostgres.ts';
import { migrate } from './migrate.ts';

export type DatabaseOptions = {
  /** An outside PostgreSQL; undefined = the embedded one of the data folder. */
  readonly databaseUrl: string | undefined;
  /** A data folder that openDataDir gave us. Not used with an outside database. */
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
  if (databaseUrl !== undefined) return openExternal(databaseUrl, log);
  const embedded = await startEmbeddedPostgres({ dataDir, log, signal });
  const connection: pg.ClientConfig = {
    ...embedded.connection,
    connectionTimeoutMillis: connectTimeoutMs,
  };
  try {
    await prepare(connection);
  } catch (error) {
    await embedded.stop();
    throw error;
  }
  const { pool } = openPool(connection, log);
  return {
    kind: 'embedded',
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
  await prepare(connection);
  const { pool, lastError } = openPool(connection, log);
  let isClosed = false;
  return {
    kind: 'external',
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

async function prepare(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(connection);
  // a connection that breaks is also told by the query that waits on it
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new Error(explainConnectError(error), { cause: error });
  }
  try {
    await checkServer(client);
    await migrate(client);
  } finally {
    await client.end();
  }
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; name: string }>(
    `select current_setting('server_version_num')::int as number,
            current_setting('server_version') as name`,
  );
  const version = rows[0];
  if (version === undefined || version.number < minServerVersion) {
    throw new Error(
      `The database is PostgreSQL ${version?.name ?? 'of an unknown version'}, and Posko needs 17 or newer: update it, or set POSKO_DATABASE_URL to another.`,
    );
  }
}

function openPool(connection: pg.ClientConfig, log: Logger) {
  const pool = new pg.Pool({ ...connection, max: maxConnections });
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
function explainConnectError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const detail = error instanceof Error ? error.message : String(error);
  switch (code) {
    case '28P01':
    case '28000':
      return `The database refused the user or password (${detail}): correct POSKO_DATABASE_URL.`;
    case '3D000':
      return `The database server has no such database (${detail}): create it, or correct POSKO_DATABASE_URL.`;
    case '53300':
      return `The database takes no more connections (${detail}): raise its max_connections or end other programs.`;
    default:
      return `The database cannot be reached (${detail || String(code)}): check that it runs and that POSKO_DATABASE_URL is right.`;
  }
}
