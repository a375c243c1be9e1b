import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type DatabaseEnvironment, type RunAs, spawnAs } from './account.ts';
import { logPostgresLine, parsePostgresLine, readyMessage } from './postgresLog.ts';

/** One run of the PostgreSQL server process, which takes connections. */
export type Postmaster = {
  readonly pid: number;
  /** Resolves with a sentence on how it ended, whoever ended it. Never rejects. */
  readonly ended: Promise<string>;
  /** Fast shutdown; harder means when it takes too long. Resolves when the process is gone. */
  stop(): Promise<void>;
};

/** A fast shutdown writes a checkpoint; past this the next start recovers from the log instead. */
const fastShutdownMs = 2_500;
const immediateShutdownMs = 800;
const keptLines = 8;

/** Settings on the command line, which win over postgresql.conf and so cannot drift. */
function settings(databaseDir: string, runFolder: string): readonly string[] {
  const values = {
    listen_addresses: '',
    unix_socket_directories: runFolder,
    unix_socket_permissions: '0700',
    port: '5432',
    max_connections: '40',
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '',
    log_checkpoints: 'off',
  };
  return ['-D', databaseDir, ...Object.entries(values).flatMap(([k, v]) => ['-c', `${k}=${v}`])];
}

/**
 * Starts PostgreSQL and waits for its own word that it takes connections. Recovery after a crash
 * may take as long as it needs.
 *
 * @param signal when aborted before it is ready, it is stopped and the promise rejects
 * @throws Error with the last lines of its log when it ends before it is ready
 */
export async function startPostmaster(
  program: string,
  databaseDir: string,
  runFolder: string,
  runAs: RunAs,
  env: DatabaseEnvironment,
  log: Logger,
  signal: AbortSignal | undefined,
): Promise<Postmaster> {
  const child = spawnAs(runAs, program, settings(databaseDir, runFolder), env);
  const lastLines: string[] = [];
  const ended = endOf(child);
  const ready = new Promise<boolean>((resolve) => {
    void ended.then(() => resolve(false));
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on('line', (text) => {
      const line = parsePostgresLine(text);
      lastLines.push(text);
      if (lastLines.length > keptLines) lastLines.shift();
      logPostgresLine(log, line);
      if (line.message === readyMessage) resolve(true);
    });
  });
  child.stdout?.resume();

  const abort = (): void => void child.kill('SIGQUIT');
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const isReady = await ready;
  signal?.removeEventListener('abort', abort);
  if (!isReady || child.pid === undefined) {
    throw new Error(
      `The built-in database did not start: ${await ended}. PostgreSQL said:\n${lastLines.join('\n')}`,
    );
  }
  return { pid: child.pid, ended, stop: () => stop(child, ended, log) };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // close and not exit, so that the last lines of the log have been read
    child.once('close', (code, signal) => {
      resolve(signal === null ? `it ended with status ${code}` : `it was ended by ${signal}`);
    });
  });
}

async function stop(child: ChildProcess, ended: Promise<string>, log: Logger): Promise<void> {
  const steps = [
    ['SIGINT', fastShutdownMs],
    ['SIGQUIT', immediateShutdownMs],
  ] as const;
  for (const [signal, patienceMs] of steps) {
    child.kill(signal);
    if (await settlesWithin(ended, patienceMs)) return;
    log.warn({ event: 'postgresStopSlow', signal, patienceMs }, 'the database is slow to stop');
  }
  child.kill('SIGKILL');
  await ended;
}

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const timeout = delay(ms, false, { signal: timer.signal }).catch(() => false);
  const settled = await Promise.race([promise.then(() => true), timeout]);
  timer.abort();
  return settled;
}
