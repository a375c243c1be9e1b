import { beforeEach, describe, expect, it } from 'vitest';
import { decode } from '../../devices/protocols/decode.ts';
import { Outbox } from '../../ingest/outbox.ts';
import type { Fix } from '../../server/domain/fix.ts';
import type { Position } from '../../server/domain/position.ts';
import type { RawBatch } from '../../server/domain/rawBatch.ts';
import { createPipeline } from '../../server/pipeline.ts';
import { Tracks } from '../../server/tracking/tracks.ts';

const nowMs = Date.UTC(2024, 10, 27, 0, 15, 3);

let shown: [number, Fix][];
let stored: Position[];
let setAside: [string, number][];
let pipeline: ReturnType<typeof createPipeline>;

beforeEach(() => {
  shown = [];
  stored = [];
  setAside = [];
  const tracks = new Tracks();
  tracks.setTrackers([{ key: 7, id: 'hp-07', region: '64.08', unitKey: 70 }]);
  pipeline = createPipeline({
    decode,
    tracks,
    show: (unitKey, fix) => shown.push([unitKey, fix]),
    store: (position) => stored.push(position),
    setAside: (reason, _detail, trackerKey) => setAside.push([reason, trackerKey]),
  });
});

/** One batch with these payloads, as the door packs it. */
function batchOf(payloads: readonly unknown[], trackerKey = 7): RawBatch {
  const batches: RawBatch[] = [];
  const outbox = new Outbox((batch) => batches.push(batch));
  for (const payload of payloads) {
    const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    outbox.add(
      { trackerKey, codec: 'native_fix', receivedAtMs: nowMs, payload: bytes },
      () => undefined,
    );
  }
  outbox.close();
  const [batch] = batches;
  if (batch === undefined) throw new Error('no batch');
  return batch;
}
const fix = (fixedAt: number, lon = 117.5279) => ({ fixedAt, lon, lat: 0.5049 });

describe('the way of a ping', () => {
  it('shows and stores a live fix, and stores a late one without moving the unit back', () => {
    pipeline.take(batchOf([fix(nowMs), fix(nowMs - 5_000, 117.6), fix(nowMs + 1_000, 117.53)]));
    expect(shown.map(([unitKey, { lon }]) => [unitKey, lon])).toEqual([
      [70, 117.5279],
      [70, 117.53],
    ]);
    expect(stored.map(({ verdict }) => verdict)).toEqual(['live', 'delayed', 'live']);
    expect(pipeline.counts).toMatchObject({ live: 2, delayed: 1 });
  });

  it('takes the fixes of one message in their order', () => {
    pipeline.take(
      batchOf([[fix(nowMs - 2_000, 117.1), fix(nowMs - 1_000, 117.2), fix(nowMs, 117.3)]]),
    );
    expect(shown.map(([, { lon }]) => lon)).toEqual([117.1, 117.2, 117.3]);
  });

  it('counts a duplicate and does nothing else with it', () => {
    pipeline.take(batchOf([fix(nowMs), fix(nowMs)]));
    expect(stored).toHaveLength(1);
    expect(pipeline.counts.duplicate).toBe(1);
  });

  it('sets bad messages aside with their reason and goes on with the next', () => {
    pipeline.take(
      batchOf([
        '{"fixedAt":',
        { ...fix(nowMs), lat: 91 },
        fix(0),
        { fixedAt: nowMs, lon: 0, lat: 0 },
        fix(nowMs),
      ]),
    );
    expect(setAside).toEqual([
      ['not_json', 7],
      ['out_of_range', 7],
      ['clock_behind', 7],
      ['null_island', 7],
    ]);
    expect(stored).toHaveLength(1);
  });

  it('keeps a fix whose battery level makes no sense, and says so', () => {
    pipeline.take(batchOf([{ ...fix(nowMs), batteryPct: 900 }]));
    expect(stored).toHaveLength(1);
    expect(setAside).toEqual([['field_ignored', 7]]);
  });

  it('sets aside what comes from a tracker that was removed in the meantime', () => {
    pipeline.take(batchOf([fix(nowMs)], 8));
    expect(setAside).toEqual([['unknown_tracker', 8]]);
    expect(shown).toEqual([]);
  });
});
