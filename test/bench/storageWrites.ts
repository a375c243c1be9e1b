import { randomUUID } from 'node:crypto';
import type { Position } from '../../server/domain/position.ts';
import { type RecordedBatch, writeRecorded } from '../../server/storage/recordStore.ts';
import { printResult, quantile } from './measure.ts';
import { type BenchDatabase, onEachDatabase, register } from './storageDatabase.ts';

const trackers = 2_000;
const batchRows = 4_000;
const batchesARound = 10;
const rounds = 12;
/** Now: rows of hours whose minutes are thought to be complete take a little longer. */
const startMs = Date.now();

/**
 * How fast positions are written, batch after batch by one writer, each with its checkpoint and
 * durable when it returns; and how fast those are recognised that were written before.
 */
export function benchStorageWrites(): Promise<void> {
  return onEachDatabase(async (database) => {
    await register(database, trackers, [startMs]);
    const fresh = await writeRounds(database);
    const again = await writeRounds(database);
    printResult('storageWrites', {
      database: database.name,
      batchRows,
      rounds,
      rowsPerS: fresh,
      duplicateRowsPerS: again,
    });
  });
}

/** Rows a second of rounds of ten batches. */
async function writeRounds({ pool }: BenchDatabase) {
  const newestDays = new Map<number, number>();
  const journalId = randomUUID();
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const batches = Array.from({ length: batchesARound }, (_, i) =>
      makeBatch(journalId, round * batchesARound + i),
    );
    const beganMs = performance.now();
    for (const batch of batches) await writeRecorded(pool, batch, newestDays);
    rates.push((batchRows * batchesARound) / ((performance.now() - beganMs) / 1_000));
  }
  const [min, median, max] = [0, 0.5, 1].map((q) => Math.round(quantile(rates, q)));
  return { min, median, max };
}

function makeBatch(journalId: string, batch: number): RecordedBatch {
  const positions = Array.from({ length: batchRows }, (_, i): Position => {
    const row = batch * batchRows + i;
    const trackerKey = 1 + (row % trackers);
    const fixedAtMs = startMs + Math.floor(row / trackers) * 5_000 + trackerKey;
    return {
      trackerKey,
      receivedAtMs: fixedAtMs + 300 + (row % 700),
      verdict: 'live',
      fix: {
        fixedAtMs,
        lon: 117.5 + (row % 10_000) / 1e5,
        lat: 0.5 + (row % 7_919) / 1e5,
        speedMps: (row % 2_000) / 100,
        courseDeg: row % 360,
        altitudeM: 20,
        accuracyM: 6,
        batteryPct: 80,
        sats: 9,
      },
    };
  });
  return {
    positions,
    quarantined: [],
    checkpoint: { journalId, consumer: 'bench', sequence: (batch + 1) * batchRows },
  };
}
