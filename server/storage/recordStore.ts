import type { Pool } from 'pg';
import type { Position } from '../domain/position.ts';
import { type DeviceEventRow, deviceEventColumns } from './deviceEventRow.ts';
import { dayOf, withPartitions } from './dialect/dayPartitions.ts';
import { type PositionRow, toPositionRow } from './positionRow.ts';
import { type Quarantined, quarantineColumns } from './quarantineRow.ts';
import { type StoredClock, trackerClockColumns } from './trackerClocks.ts';

/** How far a consumer of a journal has come: the last record that it wholly consumed. */
export type Checkpoint = {
  /** A UUID. */
  readonly journalId: string;
  readonly consumer: string;
  readonly sequence: number;
};

/** What is written together or not at all. */
export type RecordedBatch = {
  /** Live and delayed ones; other verdicts have no place in the history. */
  readonly positions: readonly Position[];
  readonly quarantined: readonly Quarantined[];
  readonly events?: readonly DeviceEventRow[] | undefined;
  /** Of trackers whose clock is seen with other eyes since the batch before, the newest of each. */
  readonly clocks?: readonly StoredClock[] | undefined;
  /** Undefined: it stays where it is. */
  readonly checkpoint?: Checkpoint | undefined;
};

/** Positions that were new, and those that the database had already. */
export type Written = { readonly written: number; readonly duplicates: number };

/**
 * The newest day that is known to be written for each tracker, epoch ms, by tracker key: spares the
 * database to be told the same day with every fix. Starts empty; whoever writes keeps it.
 */
export type NewestDays = Map<number, number>;

/** Long enough for any batch; a connection whose other end vanished must not hold the writer for ever. */
const writeTimeoutMs = 60_000;

/*
 * One statement, so one round trip and a transaction of its own. Beside the positions: the newest
 * day of trackers that got a newer one, and, where Posko keeps the minutes, the hours that were
 * thought to be complete. The lock on minute_progress is what the keeper of the minutes waits for
 * (keepMinutes.ts).
 */
const writeSql = `
  with progress as materialized (
    select extract(epoch from late_before) * 1000 as late_before_ms from minute_progress for share
  ), late as (
    insert into late_hours (tracker_key, hour)
    select distinct tracker_key, date_trunc('hour', to_timestamp(fixed_at_ms / 1000), 'UTC')
    from unnest($1::int[], $2::float8[]) as given (tracker_key, fixed_at_ms)
    where fixed_at_ms < (select late_before_ms from progress)
      -- the oldest of the batch: nearly always this alone tells that none is late
      and (select $14::float8 < late_before_ms from progress)
    order by 1, 2
    on conflict (tracker_key, hour) do update set times = late_hours.times + 1
  ), newest as (
    insert into newest_days (tracker_key, day)
    select tracker_key, to_timestamp(day_ms / 1000)
    from unnest($15::int[], $16::float8[]) as given (tracker_key, day_ms)
    order by tracker_key
    on conflict (tracker_key) do update set day = excluded.day
      where newest_days.day < excluded.day
  ), kept_aside as (
    insert into quarantine (journal_id, sequence, part, tracker_id, received_at, reason, detail,
                            codec, raw, fix, topic, address)
    select journal_id, sequence, part, tracker_id, to_timestamp(received_at_ms / 1000), reason,
           detail, codec, decode(raw, 'base64'), fix::jsonb, topic, address
    from unnest($17::uuid[], $18::bigint[], $19::smallint[], $20::text[], $21::float8[],
                $22::text[], $23::text[], $24::text[], $25::text[], $26::text[], $27::text[],
                $28::text[])
      as given (journal_id, sequence, part, tracker_id, received_at_ms, reason, detail, codec, raw,
                fix, topic, address)
    on conflict do nothing
  ), said as (
    insert into device_events (id, tracker_key, kind, happened_at, received_at, lon, lat, data)
    select id, tracker_key, kind, to_timestamp(happened_at_ms / 1000),
           to_timestamp(received_at_ms / 1000), lon, lat, data::jsonb
    from unnest($29::uuid[], $30::int[], $31::text[], $32::float8[], $33::float8[], $34::int[],
                $35::int[], $36::text[])
      as given (id, tracker_key, kind, happened_at_ms, received_at_ms, lon, lat, data)
    where exists (select from trackers where key = tracker_key)
    on conflict do nothing
  ), clocks as (
    insert into tracker_clocks (tracker_key, offset_ms, state, changed_at)
    select tracker_key, offset_ms, state, to_timestamp(changed_at_ms / 1000)
    from unnest($37::int[], $38::bigint[], $39::text[], $40::float8[])
      as given (tracker_key, offset_ms, state, changed_at_ms)
    where exists (select from trackers where key = tracker_key)
    order by tracker_key
    on conflict (tracker_key) do update
      set offset_ms = excluded.offset_ms, state = excluded.state, changed_at = excluded.changed_at
  ), moved as (
    insert into consumer_checkpoints (journal_id, consumer, sequence)
    select $41::uuid, $42::text, $43::bigint where $41 is not null
    on conflict (journal_id, consumer) do update
      set sequence = excluded.sequence, moved_at = excluded.moved_at
      where consumer_checkpoints.sequence < excluded.sequence
  )
  insert into positions (tracker_key, fixed_at, lon, lat, receive_delay_ms, speed, course,
                         altitude, accuracy, battery, sats, is_delayed, attributes)
  select tracker_key, to_timestamp(fixed_at_ms / 1000), lon, lat, receive_delay_ms, speed, course,
         altitude, accuracy, battery, sats, is_delayed, attributes::jsonb
  from unnest($1::int[], $2::float8[], $3::int[], $4::int[], $5::int[], $6::smallint[],
              $7::smallint[], $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[],
              $12::boolean[], $13::text[])
    as given (tracker_key, fixed_at_ms, lon, lat, receive_delay_ms, speed, course,
              altitude, accuracy, battery, sats, is_delayed, attributes)
  on conflict do nothing`;

/**
 * Writes positions, what is kept aside, what devices said, their clocks and the checkpoint, all or
 * nothing. What is there already, or
 * twice in the batch, is skipped, so writing a batch again does no harm; the checkpoint never goes
 * back.
 *
 * @returns how many positions were new, and how many the database had already
 * @throws Error of the database; with SQLSTATE class 22 or 23 a row of the batch is at fault
 */
export async function writeRecorded(
  pool: Pool,
  batch: RecordedBatch,
  newestDays: NewestDays = new Map(),
): Promise<Written> {
  const fixTimesMs = batch.positions.map(({ fix }) => fix.fixedAtMs);
  return withPartitions(pool, fixTimesMs, () => insertRecorded(pool, batch, newestDays));
}

/** The same by a given connection, whose transaction it joins; the days must have their partitions. */
export async function insertRecorded(
  client: Pick<Pool, 'query'>,
  batch: RecordedBatch,
  newestDays: NewestDays = new Map(),
): Promise<Written> {
  const rows = batch.positions.map(toPositionRow);
  const newer = newerDays(rows, newestDays);
  const values = writeValues(rows, newer, batch);
  const query = { text: writeSql, query_timeout: writeTimeoutMs, values };
  const { rowCount } = await client.query(query);
  for (const [trackerKey, day] of newer) newestDays.set(trackerKey, day);
  const written = rowCount ?? 0;
  return { written, duplicates: rows.length - written };
}

/** The last journal record that a consumer wholly consumed, or undefined when it never did any. */
export async function readCheckpoint(
  pool: Pool,
  journalId: string,
  consumer: string,
): Promise<number | undefined> {
  const { rows } = await pool.query<{ sequence: number }>(
    `select sequence::float8 from consumer_checkpoints where journal_id = $1 and consumer = $2`,
    [journalId, consumer],
  );
  return rows[0]?.sequence;
}

function writeValues(
  rows: readonly PositionRow[],
  newer: ReadonlyMap<number, number>,
  { quarantined, events = [], clocks = [], checkpoint }: RecordedBatch,
): unknown[] {
  return [
    numbers(rows, 'trackerKey'),
    numbers(rows, 'fixedAtMs'),
    numbers(rows, 'lon'),
    numbers(rows, 'lat'),
    numbers(rows, 'receiveDelayMs'),
    numbers(rows, 'speed'),
    numbers(rows, 'course'),
    numbers(rows, 'altitude'),
    numbers(rows, 'accuracy'),
    numbers(rows, 'battery'),
    numbers(rows, 'sats'),
    `{${rows.map((row) => row.isDelayed).join(',')}}`,
    rows.map((row) => row.attributes),
    rows.reduce((oldest, { fixedAtMs }) => Math.min(oldest, fixedAtMs), Number.POSITIVE_INFINITY),
    `{${[...newer.keys()].join(',')}}`,
    `{${[...newer.values()].join(',')}}`,
    ...quarantineColumns(quarantined),
    ...deviceEventColumns(events),
    ...trackerClockColumns(clocks),
    checkpoint?.journalId ?? null,
    checkpoint?.consumer ?? null,
    checkpoint?.sequence ?? null,
  ];
}

/** The newest day of each tracker of which no newer or equal one is known to be written. */
function newerDays(rows: readonly PositionRow[], known: NewestDays): ReadonlyMap<number, number> {
  const newer = new Map<number, number>();
  for (const { trackerKey, fixedAtMs } of rows) {
    const day = dayOf(fixedAtMs);
    const newest = newer.get(trackerKey) ?? known.get(trackerKey);
    if (newest === undefined || newest < day) newer.set(trackerKey, day);
  }
  return newer;
}

type NumberColumn = {
  [Name in keyof PositionRow]: PositionRow[Name] extends number | null ? Name : never;
}[keyof PositionRow];

/** A column as PostgreSQL's array text; pg's own conversion quotes and escapes every number. */
function numbers(rows: readonly PositionRow[], column: NumberColumn): string {
  return `{${rows.map((row) => row[column] ?? 'NULL').join(',')}}`;
}
