import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import type { Fix } from '../../../server/domain/fix.ts';
import type { Position } from '../../../server/domain/position.ts';
import { addTracker, type NewTracker } from '../../../server/storage/trackerStore.ts';
import type { OpenedDatabase, Opener } from './openers.ts';

/** The clock of these tests: not long ago, so that nothing is beyond retention. */
export const nowMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
export const minuteMs = 60_000;
export const dayMs = 24 * 3_600_000;

/** A tracker with its unit, as `tracker add` makes it. */
export const patrol: NewTracker = {
  id: 'HT-01',
  region: '64.08',
  callsign: ' Elang 1 ',
  kind: 'patrol_car',
  agency: 'polri',
};

/** Describes something over one implementation: opened once, emptied before every test. */
export function describeOver(
  what: string,
  { name, open, missing }: Opener,
  tests: (database: () => OpenedDatabase) => void,
): void {
  const title = `${what} over ${name}${missing === undefined ? '' : ` (left out: ${missing})`}`;
  describe.skipIf(missing !== undefined)(title, () => {
    let database: OpenedDatabase | undefined;
    const opened = (): OpenedDatabase => {
      if (database === undefined) throw new Error('the database is not open');
      return database;
    };
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database?.close());
    beforeEach(() => empty(opened().pool));
    tests(opened);
  });
}

export async function addPatrol(pool: Pool, id = 'HT-01'): Promise<number> {
  const added = await addTracker(pool, { ...patrol, id });
  if (!added.ok) throw new Error(added.detail);
  return added.value.tracker.key;
}

export function live(trackerKey: number, fix: Fix, receivedAtMs = nowMs): Position {
  return { trackerKey, fix, receivedAtMs, verdict: 'live' };
}

export function fixAt(fixedAtMs: number, more: Partial<Fix> = {}): Fix {
  return { fixedAtMs, lon: 117.5, lat: 0.5, ...more };
}

export async function count(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`select count(*)::int as n from ${table}`);
  return rows[0]?.n ?? 0;
}

async function empty(pool: Pool): Promise<void> {
  // the log does not let itself be emptied
  await pool.query('alter table log disable trigger log_is_append_only');
  await pool.query('alter table log_anchors disable trigger log_anchors_are_append_only');
  await pool.query(
    `truncate trackers, gateways, units, tracker_assignments, operations, newest_days, late_hours, quarantine,
              consumer_checkpoints, alarms, incidents, incident_photos,
              rules, device_events, retention_rules, users, log, log_anchors cascade`,
  );
  await pool.query('alter table log enable trigger log_is_append_only');
  await pool.query('alter table log_anchors enable trigger log_anchors_are_append_only');
  // by themselves: one is a continuous aggregate on TimescaleDB
  await pool.query('truncate positions');
  await pool.query('truncate position_minutes');
  // where the server keeps the minutes: as if it had last done so 150 minutes ago, so that tests have
  // positions on both sides, and more than an hour to catch up
  await pool.query(
    `update minute_progress set kept_to = to_timestamp($1::float8 / 1000),
                                late_before = to_timestamp($1::float8 / 1000)
     where late_before <> '-infinity'`,
    [nowMs - 150 * minuteMs],
  );
}
