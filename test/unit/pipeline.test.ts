import { beforeEach, describe, expect, it } from 'vitest';
import { decode } from '../../devices/protocols/decode.ts';
import type { Codec } from '../../server/domain/decoded.ts';
import type { JournalChunk } from '../../server/domain/journalRecord.ts';
import type { Position } from '../../server/domain/position.ts';
import { createPipeline, type RefusedMessage, type TrackerEvent } from '../../server/pipeline.ts';
import type { Track } from '../../server/tracking/track.ts';
import { Tracks } from '../../server/tracking/tracks.ts';
import { chunkOf, nativeMessage } from '../fixtures/journalChunk.ts';

const nowMs = Date.UTC(2024, 10, 27, 0, 15, 3);
const tracker = { key: 7, id: 'hp-07', region: '64.08', unitKey: 70, role: 'primary' } as const;
const kind = 'handheld';

let taken: [Position, Track][];
let refused: [string, string, number][];
let said: [TrackerEvent, number][];
let heard: [number, number][];
let atDoor: RefusedMessage[];
let pipeline: ReturnType<typeof createPipeline>;

beforeEach(() => {
  taken = [];
  refused = [];
  said = [];
  heard = [];
  atDoor = [];
  const tracks = new Tracks();
  tracks.setTrackers([tracker]);
  pipeline = createPipeline({
    decode,
    tracks,
    trackerOf: (id) =>
      id === tracker.id ? { key: 7, kind, timeZone: 'Asia/Makassar' } : undefined,
    retentionMs: 366 * 24 * 3_600_000,
    onPosition: (position, track) => taken.push([position, track]),
    onRefused: ({ reason }, { message, part }) => refused.push([reason, message.trackerId, part]),
    onEvent: (event, { part }) => said.push([event, part]),
    onHeard: (key, { atMs }) => heard.push([key, atMs]),
    onRefusedMessage: (message) => atDoor.push(message),
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

describe('a time from the future', () => {
  const dayMs = 86_400_000;

  it('beside others that are right is put aside, and takes none of them along', () => {
    const fixes = [fix(nowMs - 2_000), fix(nowMs + dayMs, 117.529), fix(nowMs - 1_000, 117.53)];
    pipeline.take(chunk([fixes]));
    expect(refused.map(([reason]) => reason)).toEqual(['clock_ahead']);
    expect(taken.map(([position]) => position.fix.fixedAtMs)).toEqual([
      nowMs - 2_000,
      nowMs - 1_000,
    ]);
    expect(taken.at(-1)?.[1].clock.state).toBe('right');
  });

  it('of a whole message is what its clock says', () => {
    pipeline.take(chunk([[fix(nowMs + dayMs - 1_000), fix(nowMs + dayMs, 117.528)]]));
    expect(refused).toEqual([]);
    expect(taken.at(-1)?.[1].clock.state).toBe('ahead');
    const [first, second] = taken.map(([position]) => position.fix.fixedAtMs);
    expect([Number(second) - Number(first), Number(second) <= nowMs]).toEqual([1_000, true]);
  });
});

describe('the way of a ping', () => {
  it('takes a live fix, and a late one without moving the track back', () => {
    pipeline.take(chunk([fix(nowMs), fix(nowMs - 5_000, 117.528), fix(nowMs + 1_000, 117.53)]));
    expect(verdicts()).toEqual(['live', 'delayed', 'live']);
    expect(newestLons()).toEqual([117.5279, 117.5279, 117.53]);
    expect(pipeline.counts).toMatchObject({ live: 2, delayed: 1 });
  });

  it('takes the fixes of one message in their order', () => {
    pipeline.take(
      chunk([[fix(nowMs - 2_000, 117.501), fix(nowMs - 1_000, 117.502), fix(nowMs, 117.503)]]),
    );
    expect(newestLons()).toEqual([117.501, 117.502, 117.503]);
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
    expect(refused).toEqual([['field_ignored', 'hp-07', 1]]);
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

  it('reads local times in the time zone of the tracker', () => {
    pipeline.take(chunk([{ fixedAt: '2024-11-27T08:15:03', lon: 117.5, lat: 0.5 }]));
    expect(taken.map(([{ fix }]) => fix.fixedAtMs)).toEqual([nowMs]);
  });

  it('hands what the door refused on, and makes nothing of it', () => {
    const because = { reason: 'topic_refused', detail: 'x', topic: 'a/b', address: '127.0.0.1' };
    const payload = Buffer.from(JSON.stringify(fix(nowMs)));
    const input = {
      kind: 'refused_message',
      ...because,
      reason: 'topic_refused',
      trackerId: 'hp-07',
      payload,
    } as const;
    pipeline.take(chunkOf([{ input, atMs: nowMs }]));
    expect(atDoor).toMatchObject([{ topic: 'a/b', trackerId: 'hp-07', sequence: 1 }]);
    expect([taken, said, heard]).toEqual([[], [], []]);
  });
});

describe('what a tracker says beside its place', () => {
  const message = (codec: Codec, text: string, sequence = 1, trackerId = 'hp-07') => {
    const input = { kind: 'raw_message', codec, trackerId, payload: Buffer.from(text) } as const;
    pipeline.take(chunkOf([{ input, atMs: nowMs }], sequence));
  };

  it('hands on every SOS, whatever its form, however often, stored or not', () => {
    message('native_sos', '');
    message('native_sos', '');
    message('native_sos', '{{{', 0);
    message('native_sos', JSON.stringify({ lon: 117.5, lat: 0.5, at: nowMs }));
    message('native_sos', JSON.stringify({ lon: 117.5, lat: 0.5, at: nowMs }));
    message('osmand', 'alarm=sos&lat=nonsense');
    expect(said.map(([{ event }]) => event.kind)).toEqual(Array(6).fill('sos'));
  });

  it('takes an SOS as of when it came in where its own time cannot be right', () => {
    for (const at of [nowMs - 60_000, nowMs + 3_600_000, 0, 'tomorrow']) {
      message('native_sos', JSON.stringify({ at }));
    }
    expect(said.map(([{ happenedAtMs }]) => happenedAtMs - nowMs)).toEqual([-60_000, 0, 0, 0]);
  });

  it('lets an SOS go before the places of its message', () => {
    const order: string[] = [];
    const tracks = new Tracks();
    tracks.setTrackers([tracker]);
    const { take } = createPipeline({
      decode,
      tracks,
      trackerOf: () => ({ key: 7, kind, timeZone: undefined }),
      retentionMs: 366 * 24 * 3_600_000,
      onPosition: () => order.push('position'),
      onEvent: () => order.push('event'),
      onRefused: () => order.push('refused'),
    });
    const payload = Buffer.from('alarm=sos&lat=0.5&lon=117.5');
    const input = { kind: 'raw_message', codec: 'osmand', trackerId: 'hp-07', payload } as const;
    take(chunkOf([{ input, atMs: nowMs }]));
    expect(order).toEqual(['event', 'position']);
  });

  it('hears a tracker by any message but word that it has gone', () => {
    message('native_status', '{"batteryPct":50}');
    message('native_status', '{"online":false}');
    message('owntracks', '{"_type":"lwt","tst":1}');
    message('native_fix', 'rubbish');
    expect(heard).toEqual([
      [7, nowMs],
      [7, nowMs],
    ]);
    expect(said.map(([{ event }]) => event.online)).toEqual([undefined, false, false]);
  });

  it('keeps an SOS of a tracker that was removed aside as it came', () => {
    message('native_sos', '{}', 1, 'hp-08');
    expect(said).toEqual([]);
    expect(refused).toEqual([['unknown_tracker', 'hp-08', 0]]);
  });

  it('takes what is sent once more as of when it came first, and hears nobody by it', () => {
    const firstReceivedAtMs = nowMs - 3_600_000;
    const again = (codec: Codec, text: string) => ({
      input: {
        ...({ kind: 'raw_message', codec, trackerId: 'hp-07', firstReceivedAtMs } as const),
        payload: Buffer.from(text),
      },
      atMs: nowMs,
    });
    pipeline.take(
      chunkOf([
        again('native_sos', '{}'),
        again('osmand', 'lat=0.5&lon=117.5'),
        again('native_fix', JSON.stringify(fix(firstReceivedAtMs - 60_000, 117.5))),
      ]),
    );
    expect(said.map(([event]) => event)).toMatchObject([
      { happenedAtMs: firstReceivedAtMs, receivedAtMs: firstReceivedAtMs },
    ]);
    expect(taken.map(([position]) => position)).toMatchObject([
      { receivedAtMs: firstReceivedAtMs, fix: { fixedAtMs: firstReceivedAtMs } },
      { receivedAtMs: firstReceivedAtMs, fix: { fixedAtMs: firstReceivedAtMs - 60_000 } },
    ]);
    expect(heard).toEqual([]);
  });

  it('learns nothing of a clock by what is sent once more', () => {
    const records = Array.from({ length: 15 }, (_, i) => {
      const firstReceivedAtMs = nowMs - 3_600_000 + i * 60_000;
      const ahead = fix(firstReceivedAtMs + 1_800_000);
      return { input: { ...nativeMessage('hp-07', ahead), firstReceivedAtMs }, atMs: nowMs + i };
    });
    pipeline.take(chunkOf(records));
    taken.length = 0;
    pipeline.take(chunk([fix(nowMs + 100)], 16));
    expect(
      taken.map(
        ([
          {
            fix: { fixedAtMs },
          },
        ]) => fixedAtMs,
      ),
    ).toEqual([nowMs + 100]);
    expect(taken[0]?.[1].clock).toMatchObject({ state: 'right', offsetMs: 0 });
  });
});
