import type { Pool } from 'pg';
import { dayMs } from '../../domain/durations.ts';
import { dayOf } from '../dialect/dayPartitions.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { retentionEnd } from '../retentionEnd.ts';
import { readCarriedTrackers } from './carriedTrackers.ts';
import { deleteDeviceEvents } from './deleteDeviceEvents.ts';
import { deletePositionsOfDay, type TrackWindow } from './deletePositions.ts';
import { deleteTransitionsBefore } from './deleteTransitions.ts';
import { findLegalHolds, heldSince } from './legalHold.ts';

/** What a run of the rules did. */
export type RetentionRun = {
  /** Units that have a rule, and those of them of which an open incident holds something. */
  readonly units: number;
  readonly heldUnits: number;
  /** Positions that went, what trackers said (SOS, status), and what units did at fences and among themselves. */
  readonly deleted: number;
  readonly deletedEvents: number;
  readonly deletedTransitions: number;
};

export type RetentionRunOptions = {
  readonly dialect: Dialect;
  /** UTC epoch milliseconds. */
  readonly nowMs: number;
  /** Whole days that positions of all units are kept: older ones are gone anyway. */
  readonly retentionDays: number;
  /** Ends it between two days; the next run goes on from there. */
  readonly signal: AbortSignal;
};

/** Of trackers and units whose events are deleted by one statement. */
const windowsAtOnce = 1_000;

/**
 * Deletes positions, what trackers said and transitions that are older than the rule of their unit
 * allows, day by day, but nothing that an open incident holds. Of the rules that fit a unit the one of
 * the smallest region counts, and of two of the same region that of its kind.
 */
export async function applyRetentionRules(
  pool: Pool,
  { dialect, nowMs, retentionDays, signal }: RetentionRunOptions,
): Promise<RetentionRun> {
  const nothing = { units: 0, heldUnits: 0, deleted: 0, deletedEvents: 0, deletedTransitions: 0 };
  const oldestMs = await retentionEnd(pool, nowMs, retentionDays);
  if (oldestMs === undefined) return nothing;
  const daysOf = await readDaysOfUnits(pool);
  if (daysOf.size === 0) return nothing;
  const unitKeys = [...daysOf.keys()];
  const heldFromMs = new Map<number, number>();
  for (const { unitKey, fromMs } of await findLegalHolds(pool, unitKeys)) {
    heldFromMs.set(unitKey, Math.min(fromMs, heldFromMs.get(unitKey) ?? fromMs));
  }
  // by the same clock as the retention of all, which does not trust one that jumps ahead
  const latestMs = oldestMs + retentionDays * dayMs;
  const endMsOf = new Map(
    [...daysOf].map(([unitKey, days]) => {
      const heldMs = heldFromMs.get(unitKey) ?? Number.POSITIVE_INFINITY;
      return [unitKey, Math.min(dayOf(latestMs) - days * dayMs, heldMs)];
    }),
  );
  const windows = (await readCarriedTrackers(pool, unitKeys)).flatMap((carried): TrackWindow[] => {
    const { unitKey, trackerKey, fromMs } = carried;
    const toMs = Math.min(carried.toMs, endMsOf.get(unitKey) ?? fromMs);
    return fromMs < toMs ? [{ trackerKey, fromMs, toMs }] : [];
  });
  const untilMs = windows.reduce((ms, { toMs }) => Math.max(ms, toMs), 0);
  let deleted = 0;
  // what an incident held beyond the retention of all may still be there
  const firstMs = Math.min(oldestMs, await heldSince(pool));
  for (let day = dayOf(firstMs); day < untilMs && !signal.aborted; day += dayMs) {
    deleted += await deletePositionsOfDay(pool, dialect, day, windows);
  }
  let deletedEvents = 0;
  for (let at = 0; at < windows.length && !signal.aborted; at += windowsAtOnce) {
    deletedEvents += await deleteDeviceEvents(pool, windows.slice(at, at + windowsAtOnce));
  }
  const ends = [...endMsOf].map(([unitKey, toMs]) => ({ unitKey, toMs }));
  let deletedTransitions = 0;
  for (let at = 0; at < ends.length && !signal.aborted; at += windowsAtOnce) {
    const some = ends.slice(at, at + windowsAtOnce);
    deletedTransitions += await deleteTransitionsBefore(pool, some, signal);
  }
  const counts = { units: daysOf.size, heldUnits: heldFromMs.size };
  return { ...counts, deleted, deletedEvents, deletedTransitions };
}

/** How many days each unit that a rule fits keeps its positions. */
async function readDaysOfUnits(pool: Pool): Promise<ReadonlyMap<number, number>> {
  const { rows } = await pool.query<{ unit_key: number; days: number }>(
    `select u.key as unit_key, rule.days
     from units u
     cross join lateral (
       select days from retention_rules
       where (region = '*' or region = u.region or starts_with(u.region, region || '.'))
         and unit_kind in ('*', u.kind)
       order by region = '*', char_length(region) desc, unit_kind = '*'
       limit 1
     ) rule`,
  );
  return new Map(rows.map((row) => [row.unit_key, row.days]));
}
