import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { scopeOf } from '../domain/access.ts';
import type { Deed } from '../domain/account.ts';
import type { RosterEntry } from '../domain/unit.ts';
import type { TimeWindow } from '../storage/queries/timeWindow.ts';
import { windowsInScope } from '../storage/queries/windowsInScope.ts';
import type { Roster } from '../tracking/roster.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';

export type PastParts = {
  readonly pool: Pool;
  readonly roster: Roster;
  readonly appendLog: (deed: Deed) => Promise<unknown>;
};

/** What is asked of a unit's past, and how the log calls it. */
export type PastQuestion = {
  readonly unitId: string;
  readonly window: TimeWindow;
  readonly reason: string | undefined;
  readonly permission: 'tracks.view' | 'tracks.export';
  readonly action: string;
  /** What else the log says. */
  readonly data: Readonly<Record<string, unknown>>;
};

/** Of a reason, characters: enough for "SOS" and the number of a case. */
const minReasonLength = 3;

/** No unit has this key, and no region this code. */
const nobody = { key: 0, region: '' } as const;

/**
 * Who is asked about and when, as far as the scope allows. What one unit did is about people, so a
 * reason is needed, and the log has it before the answer goes out.
 *
 * @throws ProblemError for a unit that the caller does not see in that window, and without a reason
 */
export async function admitToPast(
  { pool, roster, appendLog }: PastParts,
  request: FastifyRequest,
  { unitId, window, reason: given, permission, action, data }: PastQuestion,
): Promise<{ readonly unit: RosterEntry; readonly windows: readonly TimeWindow[] }> {
  const access = accessOf(request);
  const unit = roster.unitById(unitId);
  // asked of one that does not exist too, so that it takes as long
  const windows = await windowsInScope(
    pool,
    unit ?? nobody,
    scopeOf(access.grants, permission),
    window,
  );
  // of a unit of others not even its existence is told
  if (unit === undefined || windows.length === 0) throw new ProblemError('unit_not_found', unitId);
  const reason = given?.trim() ?? '';
  if (reason.length < minReasonLength) {
    const detail = `"reason" has ${reason.length} of at least ${minReasonLength} characters`;
    throw new ProblemError('reason_missing', detail);
  }
  await appendLog({
    actor: access.actor,
    action,
    subject: `unit:${unitId}`,
    region: unit.region,
    data: { ...data, reason },
  });
  return { unit, windows };
}
