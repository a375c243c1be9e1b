import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

import { errorCode } from '../domain/systemError.ts';

/**
 * True while a process with this id runs, whoever it belongs to. One that ended and that its parent
 * has not asked after (a zombie, which in a container may stay for ever) does not.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else
    if (errorCode(error) !== 'EPERM') return false;
  }
  const state = process.platform === 'linux' ? readStat(pid)?.[0] : ps(pid, 'state=');
  return state !== undefined && !/^[ZX]/.test(state);
}

/**
 * A text that tells one process from a later one with the same id: on Linux the boot and the start
 * time in clock ticks since it (proc_pid_stat(5), field 22), elsewhere what `ps` says.
 *
 * @returns undefined when there is no such process
 */
export function processStart(pid: number): string | undefined {
  if (process.platform !== 'linux') return ps(pid, 'lstart=');
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  const bootId = readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return `${bootId}:${stat[19] ?? ''}`;
}

/** The arguments a process was started with, or undefined when it is gone or cannot be asked. */
export function commandLine(pid: number): readonly string[] | undefined {
  if (process.platform !== 'linux') return ps(pid, 'command=')?.split(' ');
  return readProc(`/proc/${pid}/cmdline`)?.split('\0');
}

/** The folder a process works in, or undefined when it is gone, hidden from us, or not Linux. */
export function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // another user's process, or no /proc: the caller has other signs to go by
    return undefined;
  }
}

/** The fields of /proc/<pid>/stat from the third on, the state. */
function readStat(pid: number): readonly string[] | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  // field 2 is the command in brackets and may itself hold spaces and brackets
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // gone between two looks, which is an answer and not a failure
    return undefined;
  }
}

function ps(pid: number, column: string): string | undefined {
  try {
    return execFileSync('ps', ['-ww', '-o', column, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // ps exits 1 when there is no such process
    return undefined;
  }
}
