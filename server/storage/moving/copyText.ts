import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ClientBase, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { dayMs } from '../../domain/durations.ts';
import { RowCounter } from './meters.ts';
import type { DayTable, MovedTable } from './movedTables.ts';

/**
 * Writes rows into a table.
 *
 * @returns how many there were
 */
export async function copyIn(
  client: ClientBase,
  { name, columns }: MovedTable,
  rows: Readable,
): Promise<number> {
  const counter = new RowCounter();
  const into = client.query(
    copyFrom(
      `copy ${escapeIdentifier(name)} (${columns.map(escapeIdentifier).join(', ')}) from stdin`,
    ),
  );
  await pipeline(rows, counter, into);
  return counter.rows;
}

/** The COPY that reads a table. A query, since a partitioned table has no rows of its own to copy. */
export function copyOutSql({ name, columns }: MovedTable): string {
  return `copy (select ${columns.map(escapeIdentifier).join(', ')} from ${escapeIdentifier(name)}) to stdout`;
}

/** The COPY that reads one day of a table. */
export function copyDayOutSql(table: DayTable, day: string): string {
  const columns = table.columns.map(escapeIdentifier).join(', ');
  const order = table.sortColumns.map(escapeIdentifier).join(', ');
  return `copy (select ${columns} from ${escapeIdentifier(table.name)}
                where ${isOfDay(table, day)} order by ${order}) to stdout`;
}

/** SQL that is true for rows of a UTC day such as `2024-11-27`. */
export function isOfDay({ dayColumn }: DayTable, day: string): string {
  const column = escapeIdentifier(dayColumn);
  return `${column} >= '${day}T00:00:00Z' and ${column} < '${nextDay(day)}T00:00:00Z'`;
}

/** The day after `2024-11-27`. */
export function nextDay(day: string): string {
  return new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
}
