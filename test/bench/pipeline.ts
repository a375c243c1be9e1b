/* How many messages a second one core takes from raw bytes to a shown and offered position. */
import { decode } from '../../devices/protocols/decode.ts';
import type { JournalChunk } from '../../server/domain/journalRecord.ts';
import type { UnitState } from '../../server/domain/liveFrame.ts';
import { LiveFeed } from '../../server/live/liveFeed.ts';
import { createPipeline } from '../../server/pipeline.ts';
import { Tracks } from '../../server/tracking/tracks.ts';
import { chunkOf } from '../fixtures/journalChunk.ts';
import { printResult, timeRounds } from './measure.ts';

const trackers = 10_000;
const messages = 40_000;

export function benchPipeline(): void {
  for (const codec of ['native_fix', 'owntracks'] as const) {
    let nowMs = 1_732_666_503_000;
    const chunks = (): JournalChunk => {
      const records = [];
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
        const input = {
          kind: 'raw_message',
          codec,
          trackerId: `t${i % trackers}`,
          payload,
        } as const;
        records.push({ input, atMs: nowMs });
      }
      return chunkOf(records);
    };
    const rounds = Array.from({ length: 6 }, chunks);
    const tracks = new Tracks();
    const roster = Array.from({ length: trackers }, (_, key) => ({
      key,
      id: `t${key}`,
      region: '64.08',
      unitKey: key,
      role: 'primary' as const,
    }));
    tracks.setTrackers(roster);
    const judged = new Map(
      roster.map(({ id, key }) => [id, { key, kind: 'handheld', timeZone: undefined }] as const),
    );
    const states = new Map<number, UnitState>();
    const feed = new LiveFeed(
      states,
      new Map(),
      roster.map(({ id, key, region }) => ({
        ...{ key, id, region, callsign: id, trackerId: id },
        ...{ kind: 'handheld', agency: 'polri', strength: 1 },
      })),
    );
    let stored = 0;
    const pipeline = createPipeline({
      decode,
      tracks,
      trackerOf: (id) => judged.get(id),
      retentionMs: Number.POSITIVE_INFINITY,
      onPosition: ({ fix }, { unitKey }) => {
        stored += 1;
        const { fixedAtMs, lon, lat, speedMps, courseDeg, accuracyM } = fix;
        const state = { unitKey, lon, lat, fixedAtMs, speedMps, courseDeg, accuracyM };
        states.set(unitKey, { ...state, isStored: true });
        feed.changed(unitKey);
      },
      onEvent: () => undefined,
      onHeard: () => undefined,
      onRefused: ({ reason, detail }) => {
        throw new Error(`${reason}: ${detail}`);
      },
    });
    let round = 0;
    const takeMs = timeRounds(5, () => {
      const chunk = rounds[round];
      if (chunk !== undefined) pipeline.take(chunk);
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
