import { beforeEach, describe, expect, it } from 'vitest';
import { decode } from '../../devices/protocols/decode.ts';
import type { JournalChunk } from '../../server/domain/journalRecord.ts';
import type { Position } from '../../server/domain/position.ts';
import { createPipeline } from '../../server/pipeline.ts';
import type { Track } from '../../server/tracking/track.ts';
import { Tracks } from '../../server/tracking/tracks.ts';
import { chunkOf, nativeMessage } from '../fixtures/journalChunk.ts';

const nowMs = Date.UTC(2024, 10, 27, 0, 15, 3);
const tracker = { key: 7, id: 'hp-07', region: '64.08', unitKey: 70, role: 'primary' } as const;

let taken: [Position, Track][];
let refused: [string, string, number][];
let pipeline: ReturnType<typeof createPipeline>;

beforeEach(() => {
  taken = [];
  refused = [];
  const tracks = new Tracks();
  tracks.setTrackers([tracker]);
  pipeline = createPipeline({
    decode,
    tracks,
    trackerKeyOf: (id) => (id === tracker.id ? tracker.key : undefined),
    retentionMs: 366 * 24 * 3_600_000,
    onPosition: (position, track) => taken.push([position, track]),
    onRefused: ({ reason }, { message, part }) => refused.push([reason, message.trackerId, part]),
  });
});

const verdicts = (): string[] => taken.map(([{ verdict }]) => verdict);
const newestLons = (): (number | undefined)[] => taken.map(([, { newest }]) => newest?.lon);

/** A chunk with these payloads; first sequence 0: it could not be stored. */
function chunk(payloads: readonly unknown[], firstSequence = 1, trackerId = 'hp-07'): JournalChunk {
  return chunkOf(
    payloads.map((content) => ({ input: nativeMessage(trackerId, content), atMs: nowMs })),
    firstSequence,
  );
}
const fix = (fixedAt: number, lon = 117.5279) => ({ fixedAt, lon, lat: 0.5049 });

describe('the way of a ping', () => {
  it('takes a live fix, and a late one without moving the track back', () => {
    pipeline.take(chunk([fix(nowMs), fix(nowMs - 5_000, 117.6), fix(nowMs + 1_000, 117.53)]));
    expect(verdicts()).toEqual(['live', 'delayed', 'live']);
    expect(newestLons()).toEqual([117.5279, 117.5279, 117.53]);
    expect(pipeline.counts).toMatchObject({ live: 2, delayed: 1 });
  });

  it('takes the fixes of one message in their order', () => {
    pipeline.take(
      chunk([[fix(nowMs - 2_000, 117.1), fix(nowMs - 1_000, 117.2), fix(nowMs, 117.3)]]),
    );
    expect(newestLons()).toEqual([117.1, 117.2, 117.3]);
  });

  it('counts a duplicate and does nothing else with it', () => {
    pipeline.take(chunk([fix(nowMs), fix(nowMs)]));
    expect(taken).toHaveLength(1);
    expect(pipeline.counts.duplicate).toBe(1);
  });

  it('refuses bad messages with their reason and goes on with the next', () => {
    pipeline.take(
      chunk([
        '{"fixedAt":',
        { ...fix(nowMs), lat: 91 },
        fix(0),
        { fixedAt: nowMs, lon: 0, lat: 0 },
        fix(nowMs),
      ]),
    );
    expect(refused).toEqual([
      ['not_json', 'hp-07', 0],
      ['out_of_range', 'hp-07', 0],
      ['clock_behind', 'hp-07', 0],
      ['null_island', 'hp-07', 0],
    ]);
    expect(taken).toHaveLength(1);
  });

  it('numbers the parts of a message, so that each can be told from the others', () => {
    pipeline.take(chunk([[fix(nowMs), { ...fix(nowMs), lon: 200 }, fix(0), fix(1)]]));
    expect(refused).toEqual([
      ['out_of_range', 'hp-07', 0],
      ['clock_behind', 'hp-07', 2],
      ['clock_behind', 'hp-07', 3],
    ]);
  });

  it('keeps a fix whose battery level makes no sense, and says so', () => {
    pipeline.take(chunk([{ ...fix(nowMs), batteryPct: 900 }]));
    expect(taken).toHaveLength(1);
    expect(refused).toEqual([['field_ignored', 'hp-07', 0]]);
  });

  it('refuses what comes from a tracker that was removed in the meantime', () => {
    pipeline.take(chunk([fix(nowMs)], 1, 'hp-08'));
    expect(refused).toEqual([['unknown_tracker', 'hp-08', 0]]);
    expect(taken).toEqual([]);
  });

  it('shows what could not be stored, marked, until the same fix comes again and is stored', () => {
    pipeline.take(chunk([fix(nowMs)], 0));
    pipeline.take(chunk([fix(nowMs)], 0));
    pipeline.take(chunk([fix(nowMs)], 1));
    pipeline.take(chunk([fix(nowMs)], 2));
    expect(taken.map(([{ verdict }, track]) => [verdict, track.isNewestStored])).toEqual([
      ['live', false],
      ['live', false],
      ['live', true],
    ]);
    expect(pipeline.counts.duplicate).toBe(1);
  });

  it('passes over records that are no messages', () => {
    pipeline.take(
      chunkOf([
        { input: { kind: 'clock_tick' }, atMs: nowMs },
        { input: { kind: 'operator_action', json: '{}' }, atMs: nowMs },
        { input: { kind: 'versioned_change', json: '{}' }, atMs: nowMs },
        { input: nativeMessage('hp-07', fix(nowMs)), atMs: nowMs },
      ]),
    );
    expect(taken).toHaveLength(1);
  });
});
