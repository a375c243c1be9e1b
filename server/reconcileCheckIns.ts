import type { Pool } from 'pg';
import type { JournalInput } from './domain/journalRecord.ts';
import { checkedInRecord, checkedOutRecord } from './domain/placeChange.ts';
import { readEndedCheckIns, readOpenCheckIns } from './storage/checkInStore.ts';
import type { PlaceWatch } from './tracking/placeWatch.ts';

export type ReconcileParts = {
  readonly pool: Pool;
  readonly watch: Pick<PlaceWatch, 'checkIns'>;
  readonly append: (input: JournalInput) => Promise<boolean>;
  readonly nowMs: number;
};

/**
 * Brings check-ins of the database into the journal that the watch does not know, and check-outs that
 * it missed: a crash can lie between their commit and their record, and without a state of its own the
 * watch knows none. To be called at the start, when all of the journal was taken.
 *
 * @returns how many records were appended
 */
export async function reconcileCheckIns(parts: ReconcileParts): Promise<number> {
  const { pool, watch, append, nowMs } = parts;
  const known = new Set(watch.checkIns(nowMs).map(({ id }) => id));
  const open = await readOpenCheckIns(pool, nowMs);
  const missed = open.filter(({ id }) => !known.has(id)).map(checkedInRecord);
  const ended = (await readEndedCheckIns(pool, [...known])).map(checkedOutRecord);
  const records = [...missed, ...ended];
  await Promise.all(records.map(append));
  return records.length;
}
