import type { Pool } from 'pg';
import { openDatabaseSource, readIdentity } from './databaseSource.ts';
import { type Filled, fillDatabase } from './fillDatabase.ts';

export type CopyOptions = {
  /** Prepared; may be in use. Two connections of it are used. */
  readonly from: Pool;
  /** Of a server that was found fit (openUnprepared). */
  readonly target: Pool;
  readonly print: (line: string) => void;
};

/**
 * Copies a database to another of any dialect. Run again after it was interrupted, or to fetch what
 * is new, it reads only the days that differ.
 *
 * @throws Error with one sentence when the target is the same database, is in use or holds something
 *   else, or what a database said
 */
export async function copyDatabase({ from, target, print }: CopyOptions): Promise<Filled> {
  const source = await openDatabaseSource(from);
  try {
    const client = await target.connect();
    const { id } = await readIdentity(client);
    client.release();
    if (id === source.id) throw new Error('That is the database itself: name another one.');
    return await fillDatabase({
      target,
      source,
      ifNotEmpty: { do: 'refuse', advice: 'copy to an empty one' },
      print,
    });
  } finally {
    source.close();
  }
}
