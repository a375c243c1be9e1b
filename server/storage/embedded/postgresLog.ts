import type { Logger } from 'pino';

/** What PostgreSQL says when it takes connections (with lc_messages=C). */
export const readyMessage = 'database system is ready to accept connections';

const linePattern = /^([A-Z]+\d?):\s+(.*)$/;

/** A line of PostgreSQL's log, written with an empty log_line_prefix. */
export type PostgresLine = { readonly severity: string; readonly message: string };

/** Splits a line into severity and message; lines that go on another's message have severity ''. */
export function parsePostgresLine(line: string): PostgresLine {
  const match = linePattern.exec(line);
  return match === null
    ? { severity: '', message: line.trim() }
    : { severity: match[1] ?? '', message: match[2] ?? '' };
}

/**
 * Passes a line on at the level it deserves here. Errors of a statement go to the code that sent
 * it, so the database's own copy is detail.
 */
export function logPostgresLine(log: Logger, { severity, message }: PostgresLine): void {
  const fields = { event: 'postgresLog', severity };
  switch (severity) {
    case 'PANIC':
      log.error(fields, message);
      break;
    case 'FATAL':
    case 'WARNING':
      log.warn(fields, message);
      break;
    default:
      log.debug(fields, message);
  }
}
