import { readFileSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ObstacleError } from '../../domain/obstacleError.ts';
import { errorCode } from '../../domain/systemError.ts';
import { commandLine, isAlive, workingFolder } from '../processes.ts';

/** Fast shutdown, immediate shutdown (the next start recovers from the log), and the kernel's. */
const steps: readonly { readonly signal: NodeJS.Signals; readonly patienceMs: number }[] = [
  { signal: 'SIGINT', patienceMs: 5_000 },
  { signal: 'SIGQUIT', patienceMs: 3_000 },
  { signal: 'SIGKILL', patienceMs: 3_000 },
];
const lookEveryMs = 20;

/**
 * Clears what a kill -9 of the server left in a database folder: stops the postmaster that still
 * runs on it, and removes a postmaster.pid whose number now belongs to another program, for which
 * PostgreSQL would refuse to start.
 *
 * @throws Error when the orphan cannot be stopped
 */
export async function stopOrphan(databaseDir: string, log: Logger): Promise<void> {
  const pidFile = path.join(databaseDir, 'postmaster.pid');
  const pid = readPid(pidFile);
  if (pid === undefined) return;
  if (!isAlive(pid)) {
    // a zombie would look alive to PostgreSQL, which finds children that still live without this file
    rmSync(pidFile, { force: true });
    return;
  }
  if (!isPostmasterOf(pid, databaseDir)) {
    log.warn(
      { event: 'postgresPidFileStale', pid },
      'postmaster.pid names a process that is not the database: removed',
    );
    rmSync(pidFile, { force: true });
    return;
  }
  log.warn(
    { event: 'postgresOrphanFound', pid },
    'stopping the database that a crash left running',
  );
  for (const { signal, patienceMs } of steps) {
    sendSignal(pid, signal);
    if (!(await isGone(pid, databaseDir, patienceMs))) continue;
    // one that was killed leaves it, and PostgreSQL takes a zombie for alive
    rmSync(pidFile, { force: true });
    return;
  }
  throw new ObstacleError(
    `A PostgreSQL left by a crash (process ${pid}) runs on ${databaseDir} and cannot be stopped: end it by hand (kill -9 ${pid}), then start again.`,
  );
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // it ended between the look and the signal
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

function isPostmasterOf(pid: number, databaseDir: string): boolean {
  const args = commandLine(pid) ?? [];
  const isPostgres = path.basename(args[0] ?? '') === 'postgres';
  if (!isPostgres) return false;
  // its folder may have been renamed since, or (macOS) its arguments be torn apart at spaces
  return args.join(' ').includes(` ${databaseDir} `) || samePlace(workingFolder(pid), databaseDir);
}

function samePlace(a: string | undefined, b: string): boolean {
  return a !== undefined && a === realpathSync(b);
}

async function isGone(pid: number, databaseDir: string, patienceMs: number): Promise<boolean> {
  // it is no child of ours, so its end cannot be awaited, only looked for
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += lookEveryMs) {
    if (!isAlive(pid) || !isPostmasterOf(pid, databaseDir)) return true;
    await delay(lookEveryMs);
  }
  return false;
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    // a negative number is that of a single-user PostgreSQL
    return Number.isSafeInteger(pid) && pid !== 0 ? Math.abs(pid) : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
