import pino from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { decode } from '../../devices/protocols/decode.ts';
import type { JournalChunk } from '../../server/domain/journalRecord.ts';
import { Recorder, type RecordReader } from '../../server/recorder.ts';
import type { RecordedBatch } from '../../server/storage/recordStore.ts';
import { Tracks } from '../../server/tracking/tracks.ts';
import { chunkOf, nativeMessage } from '../fixtures/journalChunk.ts';

const startMs = Date.UTC(2024, 10, 27, 0, 15, 3);
const tracker = { key: 7, id: 'hp-07', region: '64.08', unitKey: 70, role: 'primary' } as const;
const patient = { timeout: 10_000 };
const fix = (fixedAt: number) => ({ fixedAt, lon: 117.5, lat: 0.5 });

/** A journal of these messages of one tracker after a record. */
function readerOf(contents: readonly unknown[], from = 0, perChunk = 10): RecordReader {
  const chunks: JournalChunk[] = [];
  for (let at = from; at < contents.length; at += perChunk) {
    const records = contents
      .slice(at, at + perChunk)
      .map((content) => ({ input: nativeMessage('hp-07', content), atMs: startMs }));
    chunks.push(chunkOf(records, at + 1));
  }
  return {
    after: contents.length,
    next: async () => chunks.shift(),
    close: async () => undefined,
  };
}

type Recording = {
  readonly recorder: Recorder;
  /** What the database took. */
  readonly taken: RecordedBatch[];
  readonly recorded: number[];
};

/** A recorder of these messages into a database that takes a batch when `accept` does not throw. */
function record(
  contents: readonly unknown[],
  accept: (batch: RecordedBatch) => void | Promise<void> = () => undefined,
  nowMs = () => startMs,
  reader = readerOf(contents),
): Recording {
  const taken: RecordedBatch[] = [];
  const recorded: number[] = [];
  const tracks = new Tracks();
  tracks.setTrackers([tracker]);
  const recorder = new Recorder({
    decode,
    tracks,
    trackerKeyOf: (id) => (id === 'hp-07' ? 7 : undefined),
    retentionMs: 366 * 24 * 3_600_000,
    journalId: '0d3f9c1e-5a73-4c59-9c3b-6f1f5a0e7f11',
    after: 0,
    reader,
    readCheckpoint: async () => taken.at(-1)?.checkpoint?.sequence ?? 0,
    goBack: async (after) => {
      tracks.setTrackers([]);
      tracks.setTrackers([tracker]);
      return readerOf(contents, after);
    },
    write: async (batch) => {
      await accept(batch);
      taken.push(batch);
      return { written: batch.positions.length, duplicates: 0 };
    },
    onRecorded: (sequence) => recorded.push(sequence),
    onRefusedByDatabase: () => undefined,
    log: pino({ level: 'silent' }),
    nowMs,
  });
  onTestFinished(() => recorder.close());
  recorder.start();
  recorder.advance(contents.length);
  return { recorder, taken, recorded };
}

const timesOf = (batches: readonly RecordedBatch[]): number[] =>
  batches.flatMap(({ positions }) => positions.map((position) => position.fix.fixedAtMs - startMs));
const databaseError = (code: string): Error =>
  Object.assign(new Error(`SQLSTATE ${code}`), { code });

describe('the recorder', () => {
  it('brings every record to the database once and in order, each batch with its checkpoint', async () => {
    const { recorder, taken, recorded } = record(
      Array.from({ length: 35 }, (_, i) => fix(startMs + i)),
    );
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(timesOf(taken)).toEqual(Array.from({ length: 35 }, (_, i) => i));
    expect(taken.map(({ checkpoint }) => checkpoint?.sequence)).toEqual([10, 20, 30, 35]);
    expect(recorded).toEqual([10, 20, 30, 35]);
  });

  it('tries again until the database takes a batch, and says meanwhile that it fails', async () => {
    let attempts = 0;
    const { recorder, taken } = record([fix(startMs)], () => {
      attempts += 1;
      if (attempts < 3) throw databaseError('57P01');
    });
    await vi.waitFor(() => expect(recorder.status().failing).not.toBeNull(), patient);
    expect(recorder.status()).toMatchObject({ behind: 1, failing: { error: 'SQLSTATE 57P01' } });
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(recorder.status().failing).toBeNull();
    expect(timesOf(taken)).toEqual([0]);
  });

  it('says that the database does not answer before its patience ends', async () => {
    let nowMs = startMs;
    const answer = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const { recorder } = record(
      [fix(startMs)],
      () => {
        asked.resolve();
        return answer.promise;
      },
      () => nowMs,
    );
    await asked.promise;
    expect(recorder.status().failing).toBeNull();
    nowMs += 5_000;
    expect(recorder.status().failing).toEqual({ sinceMs: startMs, error: 'it does not answer' });
    answer.resolve();
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
  });

  it('puts the one position that the database refuses in quarantine and stores all others', async () => {
    const { recorder, taken } = record(
      Array.from({ length: 35 }, (_, i) => fix(startMs + i)),
      ({ positions }) => {
        if (positions.some(({ fix: { fixedAtMs } }) => fixedAtMs === startMs + 17)) {
          throw databaseError('22003');
        }
      },
    );
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(timesOf(taken).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 35 }, (_, i) => i).filter((i) => i !== 17),
    );
    expect(taken.flatMap(({ quarantined }) => quarantined)).toMatchObject([
      { sequence: 18, reason: 'database_refused', content: { fix: { fixedAtMs: startMs + 17 } } },
    ]);
    expect(recorder.status().quarantined).toBe(1);
  });

  it('keeps what cannot be read or believed aside, and of a flood of it a bounded part', async () => {
    const contents = [fix(0), ...Array.from({ length: 2_100 }, () => 'nonsense'), fix(startMs)];
    const reader = readerOf(contents, 0, 1_000);
    const { recorder, taken } = record(contents, undefined, undefined, reader);
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    const kept = taken.flatMap(({ quarantined }) => quarantined);
    expect(kept).toHaveLength(2_000);
    expect(kept[0]).toMatchObject({ sequence: 1, part: 0, reason: 'clock_behind' });
    expect(kept[1]).toMatchObject({
      sequence: 2,
      reason: 'not_json',
      content: { kind: 'message' },
    });
    expect(recorder.status()).toMatchObject({ quarantined: 2_000, quarantineSkipped: 101 });
    expect(timesOf(taken)).toEqual([0]);
  });

  it('reads once more what a database lacks that was put back to an earlier state', async () => {
    let hasFailed = false;
    const recording = record(
      Array.from({ length: 35 }, (_, i) => fix(startMs + i)),
      ({ checkpoint }) => {
        if (checkpoint?.sequence !== 30 || hasFailed) return;
        hasFailed = true;
        // it comes back with the first ten records only
        recording.taken.splice(1);
        throw databaseError('57P01');
      },
    );
    const { recorder, taken, recorded } = recording;
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(timesOf(taken)).toEqual(Array.from({ length: 35 }, (_, i) => i));
    expect(recorded).toEqual([10, 20, 20, 30, 35]);
  });

  it('tries again when the journal cannot be read', async () => {
    const reader = readerOf([fix(startMs)]);
    let attempts = 0;
    const { recorder, taken } = record([fix(startMs)], undefined, undefined, {
      ...reader,
      next: async (upTo, maxBytes) => {
        attempts += 1;
        if (attempts === 1) throw new Error('EMFILE');
        return reader.next(upTo, maxBytes);
      },
    });
    await vi.waitFor(() => expect(recorder.status().failing?.error).toBe('EMFILE'), patient);
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(timesOf(taken)).toEqual([0]);
  });

  it('ends although the database never answers', async () => {
    const asked = Promise.withResolvers<void>();
    const { recorder, recorded } = record([fix(startMs)], () => {
      asked.resolve();
      return new Promise(() => undefined);
    });
    await asked.promise;
    await recorder.close();
    expect(recorded).toEqual([]);
  });

  it('ends although the database is away, and leaves the rest to the journal', async () => {
    const { recorder, recorded } = record([fix(startMs)], () => {
      throw databaseError('57P01');
    });
    await vi.waitFor(() => expect(recorder.status().failing).not.toBeNull(), patient);
    await recorder.close();
    expect(recorded).toEqual([]);
    expect(recorder.status().behind).toBe(1);
  });
});
