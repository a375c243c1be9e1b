import pino from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { decode } from '../../devices/protocols/decode.ts';
import type { Codec } from '../../server/domain/decoded.ts';
import type { JournalChunk, JournalInput } from '../../server/domain/journalRecord.ts';
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

/** The same of inputs of any kind. */
function readerOfInputs(inputs: readonly JournalInput[], perChunk = 1_000): RecordReader {
  const chunks: JournalChunk[] = [];
  for (let at = 0; at < inputs.length; at += perChunk) {
    const part = inputs.slice(at, at + perChunk).map((input) => ({ input, atMs: startMs }));
    chunks.push(chunkOf(part, at + 1));
  }
  return {
    after: inputs.length,
    next: async () => chunks.shift(),
    close: async () => undefined,
  };
}

const message = (codec: Codec, text: string): JournalInput => ({
  kind: 'raw_message',
  codec,
  trackerId: 'hp-07',
  payload: Buffer.from(text),
});

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
    trackerOf: (id) =>
      id === 'hp-07' ? { key: 7, kind: 'handheld', timeZone: undefined } : undefined,
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
    expect(recorder.status().failing).toEqual({
      what: 'database_away',
      sinceMs: startMs,
      error: 'it does not answer',
    });
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

  it('records what trackers say, the same however often the journal is read', async () => {
    const inputs = [
      message('native_sos', '{"lon":117.5,"lat":0.5,"text":"tolong"}'),
      message('native_status', '{"batteryPct":50}'),
      message('native_sos', ''),
    ];
    const runs = [];
    for (let i = 0; i < 2; i++) {
      const { recorder, taken } = record(inputs, undefined, undefined, readerOfInputs(inputs));
      await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
      runs.push(taken.flatMap(({ events }) => events ?? []));
    }
    expect(runs[0]).toMatchObject([
      { trackerKey: 7, receivedAtMs: startMs, event: { kind: 'sos', text: 'tolong' } },
      { event: { kind: 'status', batteryPct: 50 } },
      { happenedAtMs: startMs, event: { kind: 'sos' } },
    ]);
    expect(new Set(runs[0]?.map(({ id }) => id)).size).toBe(3);
    expect(runs[1]).toEqual(runs[0]);
  });

  it('records every SOS, and of a flood of statuses a bounded part', async () => {
    const inputs = Array.from({ length: 200 }, (_, i) =>
      message(i % 2 === 0 ? 'native_sos' : 'native_status', '{}'),
    );
    const { recorder, taken } = record(inputs, undefined, undefined, readerOfInputs(inputs));
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    const kinds = taken.flatMap(({ events = [] }) => events.map(({ event }) => event.kind));
    expect(kinds.filter((kind) => kind === 'sos')).toHaveLength(100);
    expect(kinds.filter((kind) => kind === 'status')).toHaveLength(60);
  });

  it('keeps what the door refused, with topic and address, and of strangers a bounded part', async () => {
    const refused = (i: number): JournalInput => ({
      kind: 'refused_message',
      reason: 'topic_refused',
      detail: 'not its own topic',
      topic: `posko/64.08/other/${i}`,
      address: '10.0.0.7',
      trackerId: i === 0 ? 'hp-07' : `stranger-${i}`,
      payload: Buffer.from('x'),
    });
    const inputs = Array.from({ length: 2_101 }, (_, i) => refused(i));
    const reader = readerOfInputs(inputs, 1_000);
    const { recorder, taken } = record(inputs, undefined, undefined, reader);
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    const kept = taken.flatMap(({ quarantined }) => quarantined);
    expect(kept).toHaveLength(2_001);
    expect(kept[0]).toMatchObject({
      ...{ sequence: 1, part: 0, trackerId: 'hp-07', topic: 'posko/64.08/other/0' },
      ...{ address: '10.0.0.7', reason: 'topic_refused' },
      content: { kind: 'message', codec: undefined },
    });
    expect(recorder.status().quarantineSkipped).toBe(100);
  });

  it('writes a clock together with all that it corrected, however much that is', async () => {
    const aheadMs = 8 * 3_600_000;
    const sendAt = (i: number): number => startMs + i * 20_000;
    const inputs = Array.from({ length: 40 }, (_, i) => i).map((i) => ({
      input: nativeMessage('hp-07', [
        ...Array.from({ length: 200 }, (_x, k) => fix(sendAt(i) + aheadMs - 19_000 + k * 90)),
      ]),
      atMs: sendAt(i),
    }));
    const chunk = chunkOf(inputs, 1);
    let isRead = false;
    const reader: RecordReader = {
      after: 40,
      next: async () => (isRead ? undefined : chunk),
      close: async () => undefined,
    };
    const { recorder, taken } = record(
      inputs,
      () => {
        isRead = true;
      },
      undefined,
      reader,
    );
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(taken).toHaveLength(1);
    expect(taken[0]?.clocks).toMatchObject([{ trackerKey: 7, state: 'corrected' }]);
    expect(taken[0]?.positions.length).toBeGreaterThan(4_000);
    const offset = taken[0]?.clocks?.[0]?.offsetMs ?? 0;
    expect(Math.abs(offset - aheadMs)).toBeLessThan(20_000);
  });

  it('leaves out the one thing that the database refuses, whatever it is', async () => {
    const inputs = [
      nativeMessage('hp-07', fix(startMs)),
      message('native_sos', '{"text":"one"}'),
      message('native_sos', '{"text":"bad"}'),
      nativeMessage('hp-07', 'rubbish'),
      message('native_sos', '{"text":"two"}'),
    ];
    const { recorder, taken } = record(
      inputs,
      ({ events = [], quarantined }) => {
        const isBad = events.some(({ event }) => event.text === 'bad') || quarantined.length > 0;
        if (isBad) throw databaseError('22P02');
      },
      undefined,
      readerOfInputs(inputs),
    );
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(timesOf(taken)).toEqual([0]);
    const texts = taken.flatMap(({ events = [] }) => events.map(({ event }) => event.text));
    expect(texts).toEqual(['one', 'two']);
    expect(taken.at(-1)?.checkpoint?.sequence).toBe(5);
  });

  it('keeps a message once, however much is wrong with it, and says how much that is', async () => {
    const inputs = [
      nativeMessage('hp-07', [...Array.from({ length: 999 }, () => ({})), fix(startMs)]),
      nativeMessage('hp-07', [{}, {}]),
      nativeMessage('hp-07', [{}]),
    ];
    const { recorder, taken } = record(inputs, undefined, undefined, readerOfInputs(inputs));
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    const kept = taken.flatMap(({ quarantined }) => quarantined);
    expect(kept).toMatchObject([
      {
        sequence: 1,
        part: 0,
        detail: expect.stringMatching(/and 998 more faults in this message/),
      },
      { sequence: 2, detail: expect.stringMatching(/and 1 more fault in this message/) },
      { sequence: 3, detail: expect.not.stringMatching(/more fault/) },
    ]);
    expect(timesOf(taken)).toEqual([0]);
    expect(recorder.status()).toMatchObject({ quarantined: 3, quarantineSkipped: 0 });
  });

  it('keeps of large rubbish a mebibyte of one tracker in a minute', async () => {
    const inputs = Array.from({ length: 40 }, () => message('native_fix', 'x'.repeat(60_000)));
    const { recorder, taken } = record(inputs, undefined, undefined, readerOfInputs(inputs));
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(taken.flatMap(({ quarantined }) => quarantined)).toHaveLength(17);
    expect(recorder.status().quarantineSkipped).toBe(23);
  });

  it('writes what is too large for one batch in parts, the checkpoint with the last', async () => {
    const texts = Array.from({ length: 32 }, (_, i) => [`note-${i}`, 'n'.repeat(256)]);
    const contents = Array.from({ length: 1_500 }, (_, i) => ({
      ...fix(startMs + i),
      attributes: Object.fromEntries(texts),
    }));
    const reader = readerOf(contents, 0, 1_500);
    const { recorder, taken } = record(contents, undefined, undefined, reader);
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(timesOf(taken)).toEqual(Array.from({ length: 1_500 }, (_, i) => i));
    expect(taken).toHaveLength(2);
    expect(taken.map(({ checkpoint }) => checkpoint?.sequence)).toEqual([undefined, 1_500]);
  });

  it('leaves out what this program cannot write, and goes on', async () => {
    const inputs = [
      nativeMessage('hp-07', fix(startMs)),
      nativeMessage('hp-07', 'rubbish'),
      nativeMessage('hp-07', fix(startMs + 1)),
    ];
    const { recorder, taken } = record(
      inputs,
      ({ quarantined }) => {
        if (quarantined.length > 0) throw new RangeError('Invalid string length');
      },
      undefined,
      readerOfInputs(inputs),
    );
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(timesOf(taken)).toEqual([0, 1]);
    expect(recorder.status()).toMatchObject({ leftOut: 1, quarantined: 1, failing: null });
  });

  it.each([
    ['25006', 'database_refuses', 2],
    ['42P01', 'database_refuses', 2],
    // internal error, of one row or of all: more than it takes to give a single row up
    ['XX000', 'database_refuses', 6],
    ['08006', 'database_away', 2],
  ] as const)('leaves nothing out while the database takes nothing at all (%s)', async (code, what, refusals) => {
    let refused = 0;
    const { recorder, taken } = record([fix(startMs), 'rubbish'], () => {
      if (refused === refusals) return;
      refused += 1;
      throw databaseError(code);
    });
    await vi.waitFor(() => expect(recorder.status().failing).toMatchObject({ what }), patient);
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(timesOf(taken)).toEqual([0]);
    expect(taken.flatMap(({ quarantined }) => quarantined)).toMatchObject([{ sequence: 2 }]);
    expect(recorder.status()).toMatchObject({ leftOut: 0, quarantined: 1, failing: null });
  });

  it('keeps of what was sent once more when it came first', async () => {
    const firstReceivedAtMs = startMs - 3_600_000;
    const inputs: JournalInput[] = [
      { ...nativeMessage('hp-07', 'rubbish'), firstReceivedAtMs },
      { ...nativeMessage('hp-07', { fixedAt: startMs, lon: 0, lat: 0 }), firstReceivedAtMs },
    ];
    const { recorder, taken } = record(inputs, undefined, undefined, readerOfInputs(inputs));
    await vi.waitFor(() => expect(recorder.status().behind).toBe(0), patient);
    expect(taken.flatMap(({ quarantined }) => quarantined)).toMatchObject([
      { reason: 'not_json', receivedAtMs: firstReceivedAtMs },
      { reason: 'null_island', receivedAtMs: firstReceivedAtMs },
    ]);
  });
});
