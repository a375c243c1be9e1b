import type { Pool, PoolClient } from 'pg';
import type { Deed } from '../../domain/account.ts';
import { dayMs } from '../../domain/durations.ts';
import type { Result } from '../../domain/result.ts';
import { dayOf } from '../dialect/dayPartitions.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { inTransaction } from '../inTransaction.ts';
import { appendLog, appendTo } from '../log/logStore.ts';
import { checkWindow, sqlTime, type TimeWindow } from '../queries/timeWindow.ts';
import { readCarriedTrackers } from './carriedTrackers.ts';
import { deleteDeviceEvents } from './deleteDeviceEvents.ts';
import { deletePositionsOfDay, type TrackWindow } from './deletePositions.ts';
import { eraseTransitions } from './deleteTransitions.ts';
import { eraseUnitFromAlarms, eraseUnitFromIncidents, findOpenAlarms } from './eraseAlarms.ts';
import { findLegalHolds, type LegalHold } from './legalHold.ts';

export type EraseOptions = TimeWindow & {
  readonly unitId: string;
  readonly dialect: Dialect;
  /** Whose deed it is, and why; for the log. */
  readonly actor: string;
  readonly reason: string;
};

/** What was erased. */
export type Erased = {
  readonly positions: number;
  readonly quarantined: number;
  readonly deviceEvents: number;
  readonly transitions: number;
  /** Changed: they are of nobody now. */
  readonly alarms: number;
  readonly incidents: number;
};

/**
 * Erases where a unit was in a time: its positions and what was made of them, what was put aside of
 * its trackers, what these said beside their place (SOS, status), and what was found out about it at
 * fences, sites and other units; that alarms and closed incidents of that time were of it; and who
 * carries it, which counts for all times. Day by day, so interrupted it can be called again. The log
 * says that it began and that it ended.
 *
 * It is refused while open incidents hold some of it, or an alarm of it is not closed. Nothing is known
 * here of the journal and of backups.
 */
export async function eraseUnit(
  pool: Pool,
  options: EraseOptions,
): Promise<Result<Erased, 'unknown_unit' | 'held'>> {
  checkWindow(options);
  const { unitId, dialect, actor, reason, fromMs, toMs } = options;
  const unit = await findUnit(pool, unitId);
  if (unit === undefined) {
    const detail = `there is no unit "${unitId.slice(0, 80)}"`;
    return { ok: false, reason: 'unknown_unit', detail };
  }
  const held = [
    ...(await findHolds(pool, unit.key, toMs)).map(describeHold),
    ...(await findOpenAlarms(pool, unit.key, options)),
  ];
  if (held.length > 0) return { ok: false, reason: 'held', detail: held.join('; ') };
  const deed: Omit<Deed, 'action'> = {
    actor,
    subject: `unit:${unitId}`,
    region: unit.region,
    data: { reason, from: sqlTime(fromMs), to: sqlTime(toMs) },
  };
  await appendLog(pool, { ...deed, action: 'person.erasure_began' });
  const windows = await readWindows(pool, unit.key, options);
  const ifNotHeld = async (client: PoolClient): Promise<void> => {
    const [hold] = await findHolds(client, unit.key, toMs);
    if (hold !== undefined) throw new Error(`Stopped under way: ${describeHold(hold)}.`);
  };
  let positions = 0;
  for (
    let day = await nextDay(pool, windows, fromMs, toMs);
    day !== undefined;
    day = await nextDay(pool, windows, day + dayMs, toMs)
  ) {
    positions += await deletePositionsOfDay(pool, dialect, day, windows, ifNotHeld);
    if (dialect === 'timescale') await refreshMinutes(pool, day);
  }
  const rest = await inTransaction(pool, async (client) => {
    await ifNotHeld(client);
    const erased = {
      positions,
      quarantined: await deleteQuarantined(client, windows),
      deviceEvents: await deleteDeviceEvents(client, windows),
      transitions: await eraseTransitions(client, unit.key, options),
      alarms: await eraseUnitFromAlarms(client, { key: unit.key, id: unitId }, options),
      incidents: await eraseUnitFromIncidents(client, { key: unit.key, id: unitId }, options),
    };
    await client.query('update units set bearer = null where key = $1 and bearer is not null', [
      unit.key,
    ]);
    await appendTo(client, { ...deed, action: 'person.erased', data: { ...deed.data, ...erased } });
    return erased;
  });
  return { ok: true, value: rest };
}

async function findUnit(
  pool: Pool,
  unitId: string,
): Promise<{ readonly key: number; readonly region: string } | undefined> {
  const { rows } = await pool.query<{ key: number; region: string }>(
    'select key, region from units where id = $1',
    [unitId],
  );
  return rows[0];
}

/** Holds on what is before a moment. */
async function findHolds(
  client: Pick<Pool, 'query'>,
  unitKey: number,
  toMs: number,
): Promise<readonly LegalHold[]> {
  return (await findLegalHolds(client, [unitKey])).filter(({ fromMs }) => fromMs < toMs);
}

function describeHold({ incidentId, title, fromMs }: LegalHold): string {
  const from = Number.isFinite(fromMs) ? `from ${new Date(fromMs).toISOString()} on` : 'all';
  return `the open incident "${title}" (${incidentId}) holds ${from}`;
}

/** A tracker in the time that is erased, with its id, by which quarantine knows it. */
type ErasedWindow = TrackWindow & { readonly trackerId: string };

async function readWindows(
  pool: Pool,
  unitKey: number,
  { fromMs, toMs }: TimeWindow,
): Promise<readonly ErasedWindow[]> {
  const carried = await readCarriedTrackers(pool, [unitKey]);
  return carried
    .map((each) => ({
      trackerKey: each.trackerKey,
      trackerId: each.trackerId,
      fromMs: Math.max(each.fromMs, fromMs),
      toMs: Math.min(each.toMs, toMs),
    }))
    .filter((window) => window.fromMs < window.toMs);
}

/** The first day from a moment on that holds a position of these trackers. */
async function nextDay(
  pool: Pool,
  windows: readonly TrackWindow[],
  fromMs: number,
  toMs: number,
): Promise<number | undefined> {
  if (fromMs >= toMs) return undefined;
  const { rows } = await pool.query<{ first_ms: number | null }>(
    `select (extract(epoch from min(first.fixed_at)) * 1000)::float8 as first_ms
     from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as given (key, from_at, to_at)
     cross join lateral (
       select fixed_at from positions
       where tracker_key = given.key
         and fixed_at >= greatest(given.from_at, $4::timestamptz) and fixed_at < given.to_at
       order by fixed_at limit 1
     ) first`,
    [
      windows.map(({ trackerKey }) => trackerKey),
      windows.map((window) => sqlTime(window.fromMs)),
      windows.map((window) => sqlTime(window.toMs)),
      sqlTime(fromMs),
    ],
  );
  const firstMs = rows[0]?.first_ms ?? undefined;
  return firstMs === undefined ? undefined : dayOf(firstMs);
}

async function refreshMinutes(pool: Pool, day: number): Promise<void> {
  await pool.query(
    `call refresh_continuous_aggregate('position_minutes',
       timestamptz '${sqlTime(day)}', timestamptz '${sqlTime(day + dayMs)}')`,
  );
}

/** What came in then, or says that it was then: the clock of such a device is often wrong. */
async function deleteQuarantined(
  client: PoolClient,
  windows: readonly ErasedWindow[],
): Promise<number> {
  let deleted = 0;
  for (const { trackerId, fromMs, toMs } of windows) {
    const { rowCount } = await client.query(
      `delete from quarantine
       where tracker_id = $1
         and ((received_at >= to_timestamp($2::float8 / 1000)
               and received_at < to_timestamp($3::float8 / 1000))
              or ((fix ->> 'fixedAtMs')::float8 >= $2 and (fix ->> 'fixedAtMs')::float8 < $3))`,
      [trackerId, fromMs, toMs],
    );
    deleted += rowCount ?? 0;
  }
  return deleted;
}
