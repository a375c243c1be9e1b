import type { Pool } from 'pg';
import type { Result } from '../../domain/result.ts';
import { inTransaction } from '../inTransaction.ts';
import { appendTo } from '../log/logStore.ts';
import { findHoldsOfCaller } from './legalHold.ts';

/** Whom to erase, on whose behalf and why; for the log, which does not name the caller. */
export type ErasedCaller = {
  readonly who: string;
  readonly actor: string;
  readonly reason: string;
};

/** What stands where a name was. */
const erasedName = 'erased';

/**
 * Erases who called in, or said that a group goes, from all check-ins that name exactly them. How many
 * people were at the site stays: that says nothing of whom.
 *
 * @returns in how many check-ins they were named
 */
export function eraseCaller(
  pool: Pool,
  { who, actor, reason }: ErasedCaller,
): Promise<Result<number, 'unknown_caller' | 'held'>> {
  return inTransaction(pool, async (client) => {
    if (who === erasedName) return unknownCaller(who);
    const holds = await findHoldsOfCaller(client, who);
    if (holds.length > 0) {
      const detail = holds
        .map(({ title, incidentId }) => `the open incident "${title}" (${incidentId}) holds some`)
        .join('; ');
      return { ok: false, reason: 'held', detail };
    }
    const { rowCount } = await client.query(
      `update check_ins
       set who = case when who = $1 then $2 else who end,
           ended_who = case when ended_who = $1 then $2 else ended_who end
       where who = $1 or ended_who = $1`,
      [who, erasedName],
    );
    if (rowCount === null || rowCount === 0) return unknownCaller(who);
    await appendTo(client, {
      actor,
      action: 'person.erased',
      subject: 'caller',
      region: null,
      data: { reason, checkIns: rowCount },
    });
    return { ok: true, value: rowCount };
  });
}

function unknownCaller(who: string): Result<never, 'unknown_caller'> {
  const detail = `nobody called in as "${who.slice(0, 80)}"`;
  return { ok: false, reason: 'unknown_caller', detail };
}
