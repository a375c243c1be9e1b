import { chmodSync, chownSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ObstacleError } from '../../domain/obstacleError.ts';
import { type Account, chooseAccount, chooseRunAs, type RunAs } from './account.ts';
import { type Binaries, letOthersRun, locateBinaries, restoreLibraryLinks } from './binaries.ts';
import { embeddedName, initialise, isInitialised, readOrMakePassword } from './initialise.ts';
import { stopOrphan } from './orphan.ts';
import { type Postmaster, startPostmaster } from './postmaster.ts';
import { type EmbeddedConnection, makeRunFolder, removeRunFolder } from './runFolder.ts';

export type EmbeddedOptions = {
  /** A data folder that openDataDir gave us, so that nobody else works in it. */
  readonly dataDir: string;
  readonly log: Logger;
  /** Aborting it while the start is under way stops everything and rejects the start. */
  readonly signal?: AbortSignal | undefined;
  /** The programs to run; the installed package where left out. */
  readonly binaries?: Binaries;
};

type EmbeddedStatus = {
  readonly state: 'running' | 'restarting' | 'stopped';
  /** Process id of the postmaster while it runs. */
  readonly pid: number | undefined;
  /** Times that PostgreSQL ended by itself and was started again. */
  readonly restarts: number;
  /** Why it is not running, or why it last ended by itself. */
  readonly error: string | undefined;
};

/** A native PostgreSQL of our own. */
export type EmbeddedPostgres = {
  /** Stays the same over restarts of PostgreSQL. */
  readonly connection: EmbeddedConnection;
  status(): EmbeddedStatus;
  /** Stops PostgreSQL and removes the run folder; resolves within about 4 s. */
  stop(): Promise<void>;
  /** Kills PostgreSQL with all its processes at once. */
  abandon(): void;
};

/** How often, and for how long, the end of an earlier database's processes is waited for. */
const lookAgainMs = 250;
const oldOnesPatienceMs = 10_000;

/** A restart waits this long at first (the dead one's children need a moment), then twice as long each time. */
const firstRestartMs = 100;
const maxRestartMs = 5_000;
/** Having run this long it counts as healthy, and the next restart is quick again. */
const healthyAfterMs = 30_000;

/**
 * Starts the embedded PostgreSQL of a data folder, making the database on the first start and
 * clearing what a kill -9 left, and keeps it running until stopped.
 *
 * @throws Error with what happened and what to do, with nothing left running
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log, signal } = options;
  const binaries = options.binaries ?? locateBinaries();
  const dataDir = realpathSync(options.dataDir);
  const databaseDir = path.join(dataDir, 'postgres');
  const hasDatabase = isInitialised(databaseDir);
  const account = accountFor(databaseDir, hasDatabase);
  if (hasDatabase) await stopOrphan(databaseDir, log);
  removeRunFolder(dataDir);
  const password = readOrMakePassword(dataDir, hasDatabase);
  const connection = makeRunFolder(
    dataDir,
    { port: 5432, user: embeddedName, password, database: embeddedName },
    account,
  );
  try {
    const env = environment(restoreLibraryLinks(binaries, path.join(connection.host, 'lib')));
    const runAs = await runAsFor(account, dataDir, connection.host, binaries, env);
    if (!hasDatabase) {
      log.info({ event: 'databaseCreating', databaseDir }, 'creating the database');
      await initialise(databaseDir, connection.host, password, binaries, runAs, env, signal);
    }
    const start = (startSignal: AbortSignal | undefined): Promise<Postmaster> =>
      startPostmaster(
        binaries.postgres,
        databaseDir,
        connection.host,
        runAs,
        env,
        log,
        startSignal,
      );
    const first = await whenOldOnesAreGone(() => start(signal), signal, log);
    log.info({ event: 'databaseStarted', pid: first.pid }, 'the built-in database is ready');
    const restart = async (restartSignal: AbortSignal): Promise<Postmaster> => {
      await stopOrphan(databaseDir, log);
      return start(restartSignal);
    };
    const kept = keepRunning(first, restart, log);
    return {
      connection,
      status: kept.status,
      stop: async () => {
        await kept.stop();
        removeRunFolder(dataDir);
      },
      abandon: () => {
        const { pid } = kept.status();
        // the group: it was started as the leader of one of its own
        if (pid !== undefined) process.kill(-pid, 'SIGKILL');
        removeRunFolder(dataDir);
      },
    };
  } catch (error) {
    removeRunFolder(dataDir);
    throw error;
  }
}

/**
 * Starts after a kill -9 of the postmaster: its children take a moment to notice, and until then
 * PostgreSQL refuses to start beside them.
 */
async function whenOldOnesAreGone(
  start: () => Promise<Postmaster>,
  signal: AbortSignal | undefined,
  log: Logger,
): Promise<Postmaster> {
  for (let waitedMs = 0; ; waitedMs += lookAgainMs) {
    try {
      return await start();
    } catch (error) {
      const isInUse = String(error).includes('pre-existing shared memory block');
      if (!isInUse || waitedMs >= oldOnesPatienceMs || signal?.aborted) throw error;
      log.warn({ event: 'databaseChildrenLeft' }, 'waiting for the end of an earlier database');
      await delay(lookAgainMs);
    }
  }
}

/** Restarts a postmaster that ends by itself, with a growing pause, until stopped. */
function keepRunning(
  first: Postmaster,
  restart: (signal: AbortSignal) => Promise<Postmaster>,
  log: Logger,
): Pick<EmbeddedPostgres, 'status' | 'stop'> {
  const stopping = new AbortController();
  let running: Postmaster | undefined = first;
  let restarts = 0;
  let lastError: string | undefined;

  const supervise = async (): Promise<void> => {
    let pauseMs = firstRestartMs;
    while (!stopping.signal.aborted) {
      if (running !== undefined) {
        const startedMs = performance.now();
        lastError = await running.ended;
        running = undefined;
        if (stopping.signal.aborted) return;
        if (performance.now() - startedMs >= healthyAfterMs) pauseMs = firstRestartMs;
        log.error({ event: 'databaseEnded', error: lastError, pauseMs }, 'the database ended');
      }
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      pauseMs = Math.min(pauseMs * 2, maxRestartMs);
      try {
        running = await restart(stopping.signal);
        restarts += 1;
        log.info({ event: 'databaseRestarted', pid: running.pid, restarts }, 'it runs again');
      } catch (error) {
        if (stopping.signal.aborted) return;
        lastError = String(error);
        log.error({ event: 'databaseRestartFailed', err: error, pauseMs }, 'it did not restart');
      }
    }
  };
  const supervised = supervise();

  return {
    status: () => ({
      state: stopping.signal.aborted ? 'stopped' : running === undefined ? 'restarting' : 'running',
      pid: running?.pid,
      restarts,
      error: lastError,
    }),
    stop: async () => {
      stopping.abort();
      await running?.stop();
      await supervised;
      // a restart may have won its race against the abort
      await running?.stop();
    },
  };
}

/** Whose the database processes are, when they cannot run as we do. */
function accountFor(databaseDir: string, hasDatabase: boolean): Account | undefined {
  const ownerUid = hasDatabase ? statSync(databaseDir).uid : undefined;
  const ownUid = process.getuid?.();
  if (ownUid === 0) return chooseAccount(ownerUid, databaseDir);
  if (ownerUid !== undefined && ownerUid !== ownUid) {
    throw new ObstacleError(
      `The database folder ${databaseDir} belongs to another account (user ${ownerUid}; this is ${ownUid}): run Posko as the account that made it, or set POSKO_DATA_DIR to another folder.`,
    );
  }
  return undefined;
}

async function runAsFor(
  account: Account | undefined,
  dataDir: string,
  runFolder: string,
  binaries: Binaries,
  env: Readonly<Record<string, string>>,
): Promise<RunAs> {
  if (account === undefined) return { kind: 'self' };
  letOthersRun(binaries);
  // the account may pass through root's data folder, not list it; secrets in it are 0600
  const { uid, mode } = statSync(dataDir);
  if (uid === 0) {
    chownSync(dataDir, 0, account.gid);
    chmodSync(dataDir, (mode & 0o777) | 0o010);
  }
  const reach = {
    program: binaries.postgres,
    file: binaries.catalog,
    folders: [dataDir, runFolder],
  };
  return chooseRunAs(account, reach, env);
}

/** All that database processes get to know of our environment: nothing. */
function environment(libraryFolder: string | undefined): Readonly<Record<string, string>> {
  const env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
  };
  if (libraryFolder !== undefined) {
    env[process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'] = libraryFolder;
  }
  return env;
}
