import { dayMs, hourMs } from '../../server/domain/durations.ts';
import { keepMinutes } from '../../server/storage/dialect/keepMinutes.ts';
import { minuteSummaries } from '../../server/storage/queries/minuteSummaries.ts';
import { positionStream } from '../../server/storage/queries/positionStream.ts';
import { snapshotAt } from '../../server/storage/queries/snapshotAt.ts';
import { unitsInArea } from '../../server/storage/queries/unitsInArea.ts';
import { unitTrack } from '../../server/storage/queries/unitTrack.ts';
import { printResult, quantile, timeAsync } from './measure.ts';
import { type BenchDatabase, onEachDatabase, register } from './storageDatabase.ts';

/*
 * A day of which the first seven hours are full: 2,000 units with a fix every 5 s, 10 million rows,
 * written in the order of time as they would come in; beside them two units with a whole day, one
 * at 0.2 Hz and one at 1 Hz.
 */
const units = 2_000;
const hours = 7;
const slowUnit = units + 1;
const fastUnit = units + 2;
const dayStartMs = Date.UTC(2024, 10, 27);
const dayEndMs = dayStartMs + dayMs;
const rounds = 15;

/** How fast the questions of replay and review are answered. */
export function benchStorageReads(): Promise<void> {
  return onEachDatabase(async (database) => {
    await fill(database);
    await measure(database, 'rows');
    if (database.dialect !== 'timescale') return;
    await database.pool.query("select compress_chunk(c) from show_chunks('positions') c");
    await database.pool.query('vacuum analyze positions');
    await measure(database, 'columnstore');
  });
}

async function fill(database: BenchDatabase): Promise<void> {
  const { pool } = database;
  await register(database, fastUnit, [dayStartMs]);
  const steps = (hours * hourMs) / 5_000;
  for (let from = 0; from < steps; from += 360) {
    await insert(
      database,
      `generate_series(${from}, ${from + 359}) s, generate_series(1, ${units}) k`,
      'k',
      's * 5 + k * 0.002',
    );
  }
  await insert(database, 'generate_series(0, 17279) s', `${slowUnit}`, 's * 5');
  await insert(database, 'generate_series(0, 86399) s', `${fastUnit}`, 's');
  await computeMinutes(database);
  // as autovacuum would have done by now
  await pool.query('vacuum analyze positions');
  if (database.dialect !== 'timescale') await pool.query('vacuum analyze position_minutes');
  await pool.query('analyze trackers');
  await pool.query('analyze tracker_assignments');
}

/** As the server does beside the writing of positions. */
async function computeMinutes({ pool, dialect }: BenchDatabase): Promise<void> {
  if (dialect === 'timescale') {
    await pool.query(
      `call refresh_continuous_aggregate('position_minutes', to_timestamp(${dayStartMs / 1000}),
                                         to_timestamp(${dayEndMs / 1000}))`,
    );
    return;
  }
  await pool.query(
    `insert into newest_days (tracker_key, day)
     select key, to_timestamp(${dayStartMs / 1000}) from trackers`,
  );
  await pool.query(
    `update minute_progress set kept_to = to_timestamp(${dayStartMs / 1000}),
                                late_before = to_timestamp(${dayStartMs / 1000})`,
  );
  await keepMinutes(pool, dayEndMs + hourMs, new AbortController().signal);
}

/** Rows whose numbers vary about as those of patrols do. */
async function insert({ pool }: BenchDatabase, from: string, key: string, seconds: string) {
  await pool.query(`
    insert into positions (fixed_at, tracker_key, lon, lat, receive_delay_ms, speed, course,
                           altitude, accuracy, battery, sats, is_delayed)
    select to_timestamp(${dayStartMs / 1000} + ${seconds}), ${key},
           117500000 + (${key} * 37) % 100000 + (20000 * sin(s / 300.0))::int,
           500000 + (${key} * 91) % 100000 + (20000 * cos(s / 270.0))::int,
           300 + (${key} * s) % 900, (${key} + s * 3) % 1500, (${key} * 7 + s * 3) % 3600,
           20 + s % 7, 40 + s % 50, 100 - s % 90, 7 + s % 6, false
    from ${from}`);
}

async function measure({ pool, name }: BenchDatabase, storedAs: 'rows' | 'columnstore') {
  const day = { fromMs: dayStartMs, toMs: dayEndMs };
  const hour = { fromMs: dayStartMs + 3 * hourMs, toMs: dayStartMs + 4 * hourMs };
  const track = (unitKey: number, maxPoints?: number) => () =>
    unitTrack(pool, { unitKey, ...day, ...(maxPoints !== undefined && { maxPoints }) });
  const box = { west: 117.5, south: 0.5, east: 117.52, north: 0.52 };
  const snapshot = { atMs: dayStartMs + 5 * hourMs };
  printResult('storageReads', {
    database: name,
    storedAs,
    rows: (units * hours * hourMs) / 5_000 + 17_280 + 86_400,
    rounds,
    unitDay17280Ms: await timeAsync(rounds, track(slowUnit)),
    unitDay86400Ms: await timeAsync(rounds, track(fastUnit)),
    unitDay86400To2000PointsMs: await timeAsync(rounds, track(fastUnit, 2_000)),
    snapshot2002UnitsMs: await timeAsync(rounds, () => snapshotAt(pool, snapshot)),
    snapshotAsKnownMs: await timeAsync(rounds, () =>
      snapshotAt(pool, { ...snapshot, isAsKnown: true }),
    ),
    whoWasHereInAnHourMs: await timeAsync(3, () => unitsInArea(pool, { ...hour, box })),
    hourOf2000Units: await measureStream(() => positionStream(pool, hour)),
    hourOf2000UnitsInMinutes: await measureStream(() => minuteSummaries(pool, hour)),
    dayOf2000UnitsInMinutes: await measureStream(() => minuteSummaries(pool, day)),
    unitDayInMinutes: await measureStream(() =>
      minuteSummaries(pool, { ...day, trackerKeys: [fastUnit] }),
    ),
  });
}

/** Milliseconds to the first chunk and to the end, medians of three. */
async function measureStream(open: () => AsyncIterable<{ readonly count: number }>) {
  const firstMs: number[] = [];
  const allMs: number[] = [];
  let rows = 0;
  for (let round = 0; round < 3; round++) {
    const startMs = performance.now();
    let isFirst = true;
    rows = 0;
    for await (const { count } of open()) {
      if (isFirst) firstMs.push(performance.now() - startMs);
      isFirst = false;
      rows += count;
    }
    allMs.push(performance.now() - startMs);
  }
  return { rows, firstChunkMs: quantile(firstMs, 0.5), allMs: quantile(allMs, 0.5) };
}
