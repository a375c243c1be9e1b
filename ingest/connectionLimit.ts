import { readFileSync } from 'node:fs';

/** Files that the process needs beside its connections: database, logs, screens, the page. */
const reservedFiles = 512;
/** Most connections of one ingest thread, whatever the system allows. */
const mostConnections = 16_000;

/**
 * Connections that one process may hold. Past the system's limit of open files, accepting fails
 * with EMFILE and so does everything else, the journal included: stay below it.
 *
 * @param limits text of /proc/self/limits; read from the system when not given
 */
export function connectionLimit(limits: string = readLimits()): number {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  const openFiles = soft === undefined || soft === 'unlimited' ? Number.MAX_VALUE : Number(soft);
  return Math.max(1, Math.min(mostConnections, openFiles - reservedFiles));
}

/** Only Linux tells; elsewhere Node raises the limit as far as it goes. */
function readLimits(): string {
  return process.platform === 'linux' ? readFileSync('/proc/self/limits', 'utf8') : '';
}
