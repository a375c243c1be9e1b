import type { Readable } from 'node:stream';
import type { MovedTable, MovedTables } from './movedTables.ts';
import type { SequenceValue } from './sequences.ts';

/** The rows of a table on one UTC day. */
export type Day = {
  readonly table: string;
  /** `2024-11-27` */
  readonly day: string;
  /** As counted; a source that is still written to may give more. */
  readonly rows: number;
};

/**
 * Where rows are moved from: a database, or the files of a backup. Rows come as COPY text
 * (https://www.postgresql.org/docs/17/sql-copy.html), which every version and dialect reads.
 * To be asked in this order: every table, the days, each day, the sequences.
 */
export type RowSource = {
  /** The same id: the same rows, so that what was begun can be gone on with. */
  readonly id: string;
  /** True: it may have more rows by now, so that even a database that was filled can be filled on. */
  readonly isGrowing: boolean;
  /** What it is, for people: `the backup /mnt/backups/posko-...`. */
  readonly what: string;
  /** The migrations that its schema has had. */
  readonly migrations: readonly string[];
  readonly tables: MovedTables;
  /** Gives `work` all rows of a table as of the moment when the source was opened. */
  readTable<Value>(table: MovedTable, work: (rows: Readable) => Promise<Value>): Promise<Value>;
  listDays(): Promise<readonly Day[]>;
  /** Gives `work` all rows of a day, at least those of the moment when the source was opened. */
  readDay<Value>(day: Day, work: (rows: Readable) => Promise<Value>): Promise<Value>;
  sequences(): Promise<readonly SequenceValue[]>;
};
