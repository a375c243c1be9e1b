import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LiveHub } from '../../server/live/liveHub.ts';
import { createLiveCore, type LiveCore, type LiveFollower } from '../../server/liveCore.ts';
import { type Database, openDatabase } from '../../server/storage/database.ts';
import { writeRecorded } from '../../server/storage/recordStore.ts';
import { addTracker } from '../../server/storage/trackerStore.ts';
import { chunkOf, nativeMessage } from '../fixtures/journalChunk.ts';

const retentionMs = 366 * 24 * 3_600_000;
const startMs = Math.floor(Date.now() / 1_000) * 1_000;
let dataDir: string;
let database: Database;
let nowMs = startMs;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'posko-test-'));
  const log = pino({ level: 'silent' });
  database = await openDatabase({ databaseUrl: undefined, dataDir, log });
});
afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function openCore(followers: readonly LiveFollower[] = []): Promise<LiveCore> {
  const hub = new LiveHub({ version: '0', mode: 'live' }, () => nowMs);
  const core = createLiveCore({
    ...{ pool: database.pool, hub, retentionMs, nowMs: () => nowMs, journalId: 'j' },
    append: () => Promise.resolve(true),
    followers,
    onChangeTaken: () => undefined,
  });
  await core.readRoster();
  await core.restore({ rules: [], alarms: [], incidents: [] });
  return core;
}

it('goes on after a start with what was known of place, clock, contact and SOS', async () => {
  const added = await addTracker(database.pool, {
    ...{ id: 'hp-1', region: '64.08', callsign: 'Elang 1', kind: 'patrol_car', agency: 'polri' },
    ...{ isWeak: true, timeZone: 'Asia/Makassar' },
  });
  if (!added.ok) throw new Error(added.detail);
  const { key: trackerKey, unitKey } = added.value.tracker;
  const first = await openCore();
  expect(first.stateOf(unitKey)).toEqual({
    ...{ presence: 'lost', contactAtMs: null, clock: null, lastSos: null, isWeak: true },
  });

  const place = { trackerKey, receivedAtMs: startMs - 30_000, verdict: 'live' } as const;
  const said = { trackerKey, happenedAtMs: startMs - 90_000, receivedAtMs: startMs - 89_000 };
  const event = { kind: 'sos', lon: 117.5, lat: 0.5, text: 'tolong' } as const;
  const clock = { state: 'corrected', offsetMs: 28_800_000, changedAtMs: startMs } as const;
  await writeRecorded(database.pool, {
    positions: [{ ...place, fix: { fixedAtMs: startMs - 31_000, lon: 117.5, lat: 0.5 } }],
    quarantined: [],
    events: [{ id: '00000000-0000-5000-8000-000000000001', ...said, event }],
    clocks: [{ trackerKey, ...clock }],
  });

  const second = await openCore();
  expect(second.stateOf(unitKey)).toEqual({
    presence: 'live',
    contactAtMs: startMs - 30_000,
    clock: { state: 'corrected', offsetMs: 28_800_000 },
    lastSos: {
      ...{ trackerId: 'hp-1', happenedAtMs: startMs - 90_000, receivedAtMs: startMs - 89_000 },
      ...{ lon: 117.5, lat: 0.5, text: 'tolong' },
    },
    isWeak: true,
  });

  // by its own clock, which is known to be eight hours ahead, and in the words of its time zone
  nowMs = startMs + 60_000;
  const local = new Date(nowMs + 28_800_000 + 28_800_000).toISOString().slice(0, 19);
  const input = nativeMessage('hp-1', { fixedAt: local, lon: 117.501, lat: 0.5 });
  second.take(chunkOf([{ input, atMs: nowMs }]));
  expect(second.tracks.get(trackerKey)?.newest).toMatchObject({ fixedAtMs: nowMs, lon: 117.501 });

  second.takeContacts([{ trackerId: 'hp-1', atMs: nowMs + 600_000, isConnected: true }]);
  nowMs += 600_000;
  expect(second.stateOf(unitKey)).toMatchObject({ presence: 'late', contactAtMs: nowMs });
});

it('takes nothing that is sent once more for news of now', async () => {
  const added = await addTracker(database.pool, {
    ...{ id: 'hp-2', region: '64.08', callsign: 'Elang 2', kind: 'patrol_car', agency: 'polri' },
    ...{ isWeak: true, timeZone: 'Asia/Makassar' },
  });
  if (!added.ok) throw new Error(added.detail);
  const { unitKey } = added.value.tracker;
  nowMs = startMs;
  const heard: unknown[] = [];
  const core = await openCore([
    { onTrackerEvent: ({ event }, { message }) => heard.push([event.kind, message.atMs]) },
  ]);
  const message = (codec: 'native_sos' | 'native_status', text: string) =>
    ({ kind: 'raw_message', codec, trackerId: 'hp-2', payload: Buffer.from(text) }) as const;
  const again = { firstReceivedAtMs: startMs - 3_600_000 };
  core.take(
    chunkOf([
      { input: message('native_sos', '{"text":"now"}'), atMs: startMs },
      { input: { ...message('native_sos', '{"text":"before"}'), ...again }, atMs: startMs + 1 },
      { input: { ...message('native_status', '{"online":false}'), ...again }, atMs: startMs + 2 },
    ]),
  );
  expect(core.stateOf(unitKey)).toMatchObject({
    contactAtMs: startMs,
    lastSos: { receivedAtMs: startMs, text: 'now' },
  });
  expect(core.stateOf(unitKey).presence).not.toBe('lost');
  // whoever follows gets each, and tells itself which are of now
  expect(heard).toEqual([
    ['sos', startMs],
    ['sos', startMs + 1],
    ['status', startMs + 2],
  ]);
});
