/* How many messages a second one core takes from raw bytes to a shown and offered position. */
import { decode } from '../../devices/protocols/decode.ts';
import { Outbox } from '../../ingest/outbox.ts';
import type { RawBatch } from '../../server/domain/rawBatch.ts';
import { LiveFeed } from '../../server/live/liveFeed.ts';
import { createPipeline } from '../../server/pipeline.ts';
import { Tracks } from '../../server/tracking/tracks.ts';
import { printResult, timeRounds } from './measure.ts';

const trackers = 10_000;
const messages = 40_000;

export function benchPipeline(): void {
  for (const codec of ['native_fix', 'owntracks'] as const) {
    let nowMs = 1_732_666_503_000;
    const batches = (): RawBatch[] => {
      const made: RawBatch[] = [];
      const outbox = new Outbox((batch) => made.push(batch), {
        lingerMs: 10,
        maxBatchMessages: 4096,
        maxBatchBytes: 1 << 20,
        credits: Number.POSITIVE_INFINITY,
      });
      for (let i = 0; i < messages; i++) {
        nowMs += 1_000;
        const payload = Buffer.from(
          codec === 'native_fix'
            ? JSON.stringify({
                fixedAt: nowMs,
                lon: 117.5 + (i % 1000) / 1e4,
                lat: 0.5,
                accuracyM: 6,
                speedMps: 9.1,
                courseDeg: 93,
                batteryPct: 81,
              })
            : JSON.stringify({
                _type: 'location',
                tst: nowMs / 1000,
                lon: 117.5 + (i % 1000) / 1e4,
                lat: 0.5,
                acc: 6,
                vel: 33,
                cog: 93,
                batt: 81,
                tid: 'hp',
                t: 'u',
                conn: 'm',
              }),
        );
        outbox.add(
          { trackerKey: i % trackers, codec, receivedAtMs: nowMs, payload },
          () => undefined,
        );
      }
      outbox.close();
      return made;
    };
    const rounds = Array.from({ length: 6 }, batches);
    const tracks = new Tracks();
    tracks.setTrackers(
      Array.from({ length: trackers }, (_, key) => ({
        key,
        id: `t${key}`,
        region: '64.08',
        unitKey: key,
      })),
    );
    const feed = new LiveFeed();
    let stored = 0;
    const pipeline = createPipeline({
      decode,
      tracks,
      show: (unitKey, fix, atMs) => feed.show(unitKey, fix, atMs),
      store: () => {
        stored += 1;
      },
      setAside: (reason, detail) => {
        throw new Error(`${reason}: ${detail}`);
      },
    });
    let round = 0;
    const takeMs = timeRounds(5, () => {
      for (const batch of rounds[round] ?? []) pipeline.take(batch);
      round += 1;
      feed.takeDelta(nowMs);
    });
    if (stored !== rounds.length * messages)
      throw new Error(`stored ${stored} of ${rounds.length * messages}`);
    printResult('pipeline', {
      codec,
      messages,
      takeMs,
      messagesPerS: Math.round(messages / (takeMs.median / 1000)),
    });
  }
}
