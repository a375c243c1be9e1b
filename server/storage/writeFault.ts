import { errorCode } from '../domain/systemError.ts';
import { isDatabaseAway } from './isDatabaseAway.ts';

/**
 * What is to blame when a batch could not be written:
 * - `row`: something that is in it;
 * - `perhaps_row`: that may be, or the database itself;
 * - `away`: nobody answers;
 * - `refusing`: the database answers, and takes nothing like it (read-only, no such table, no right).
 */
export type WriteFault = 'row' | 'perhaps_row' | 'away' | 'refusing';

/** What the driver says by words only, beside what isDatabaseAway knows. */
const silent =
  /^(Query read timeout|Client was closed|Client has encountered a connection error|Cannot use a pool after)/;

/**
 * Whom to blame by the SQLSTATE (PostgreSQL 18 documentation, appendix A): classes 22 and 23 name what
 * rows hold; 21, 44, 54, 0A, P0 and XX strike for one row or for all; what is left is about the
 * database, its schema or another transaction. An error without a code is one of this program, such
 * as a text longer than JavaScript has room for, and may come from what a row holds.
 */
export function faultOfWrite(error: unknown): WriteFault {
  if (isDatabaseAway(error)) return 'away';
  if (error instanceof Error && silent.test(error.message)) return 'away';
  const code = errorCode(error);
  if (code === undefined || code.startsWith('ERR_')) return 'perhaps_row';
  if (!/^[0-9A-Z]{5}$/.test(code)) return 'away';
  if (/^2[23]/.test(code)) return 'row';
  return /^(21|44|54|0A|P0|XX)/.test(code) ? 'perhaps_row' : 'refusing';
}

/** Tries before a single row is given up that only may be at fault. */
const triesOfOneRow = 3;

/** A batch that could not be written. */
export type FailedWrite = {
  readonly error: unknown;
  /** How many rows it has. */
  readonly rows: number;
  /** How often it failed, this time included. */
  readonly failures: number;
  /** True when the database takes a batch without any row now. */
  readonly takesEmptyBatch: () => Promise<boolean>;
};

/**
 * Whether to look for a row at fault. None is put aside for a fault of the database: where the error
 * does not say whose fault it is, the database must take a batch without rows meanwhile, and a single
 * row is tried three times.
 */
export async function isRowAtFault(failed: FailedWrite): Promise<boolean> {
  const { error, rows, failures, takesEmptyBatch } = failed;
  if (rows === 0) return false;
  switch (faultOfWrite(error)) {
    case 'row':
      return true;
    case 'perhaps_row':
      return (rows > 1 || failures >= triesOfOneRow) && takesEmptyBatch();
    case 'away':
    case 'refusing':
      return false;
  }
}
