import { readFileSync } from 'node:fs';

/** How many connections the process may hold, by kind. */
export type FileBudget = { readonly trackers: number; readonly http: number };

/** Most connections worth holding in one process. */
const most: FileBudget = { trackers: 16_000, http: 1_500 };
/** Files that the process needs beside its connections: database, map, logs, modules. */
const reservedFiles = 300;

/**
 * Shares out the files that the process may open. Past the system's limit, accepting fails with
 * EMFILE and so does everything else: the database, the map, the log.
 *
 * @param limits text of /proc/self/limits; only Linux tells, elsewhere the most is assumed
 */
export function readFileBudget(limits: string = readLimits()): FileBudget {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === undefined || soft === 'unlimited') return most;
  const free = Math.max(2, Number(soft) - reservedFiles);
  const http = Math.min(most.http, Math.ceil(free / 4));
  return { http, trackers: Math.min(most.trackers, free - http) };
}

function readLimits(): string {
  return process.platform === 'linux' ? readFileSync('/proc/self/limits', 'utf8') : '';
}
