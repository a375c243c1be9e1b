import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../../../devices/protocols/decode.ts';
import { deadLetterRoutes } from '../../../server/api/deadLetterRoutes.ts';
import type { Fix } from '../../../server/domain/fix.ts';
import type { Submission, Submitted } from '../../../server/domain/submission.ts';
import { createAccountRecords } from '../../../server/storage/accountStore.ts';
import type { Quarantined } from '../../../server/storage/quarantineRow.ts';
import { writeRecorded } from '../../../server/storage/recordStore.ts';
import { addTracker, listTrackers } from '../../../server/storage/trackerStore.ts';
import { Roster } from '../../../server/tracking/roster.ts';
import { testTracker } from '../fixtures/runningPosko.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';
import { openTestDatabase, readDeeds } from './testDatabase.ts';

/* What was refused or not believed, as those who look after devices see it and send it again. */

let pool: Pool;
let app: FastifyInstance;
const ends: (() => Promise<unknown>)[] = [];
const roster = new Roster();
const sent: Submission[] = [];
let answer: (submission: Submission) => Submitted = () => ({ outcome: 'stored' });
const nowMs = Math.floor(Date.now() / 60_000) * 60_000;

beforeAll(async () => {
  const database = await openTestDatabase();
  pool = database.pool;
  app = await testApp({
    gate: roleGate,
    routes: [
      deadLetterRoutes({
        pool,
        roster,
        decode,
        submit: async (submission) => {
          sent.push(submission);
          return answer(submission);
        },
        claimOf: (topic) => {
          const [, trackerId] = /^posko\/[\d.]+\/([\w-]+)\/fix$/.exec(topic) ?? [];
          return trackerId === undefined
            ? { ok: false, reason: 'unknown_topic', detail: topic }
            : { ok: true, value: { trackerId, codec: 'native_fix' } };
        },
        retentionMs: 366 * 86_400_000,
        nowMs: () => nowMs,
        appendLog: createAccountRecords(pool).appendLog,
      }),
    ],
  });
  ends.push(() => app.close(), database.close);
}, 60_000);
afterAll(async () => {
  for (const end of ends) await end();
});
afterEach(async () => {
  sent.length = 0;
  answer = () => ({ outcome: 'stored' });
  await pool.query('alter table log disable trigger log_is_append_only');
  await pool.query('truncate quarantine, trackers, units, tracker_assignments, log cascade');
  await pool.query('truncate positions');
  await pool.query('alter table log enable trigger log_is_append_only');
});

const place: Fix = { fixedAtMs: nowMs, lon: 117.5, lat: 0.5 };
const integrator = asRole('integrator', '64.08');
const everywhere = asRole('integrator', '*');

/** What can be read by now. */
const nativeFix = (seq: number): Buffer =>
  Buffer.from(`{"fixedAt":${nowMs},"lon":117.5,"lat":0.5,"seq":${seq}}`);

/** Registers one tracker here and one elsewhere, and puts these aside. Returns their keys. */
async function put(given: readonly Partial<Quarantined>[]): Promise<readonly number[]> {
  for (const [id, region] of [
    ['hp-own', '64.08'],
    ['hp-far', '64.02'],
  ] as const) {
    const added = await addTracker(pool, testTracker(id, region));
    if (!added.ok) throw new Error(added.detail);
  }
  await readRoster();
  await writeRecorded(pool, {
    positions: [],
    quarantined: given.map((each, part) => ({
      journalId: '0193a3a0-0000-7000-8000-000000000001',
      sequence: 1,
      part,
      trackerId: 'hp-own',
      receivedAtMs: nowMs + part,
      reason: 'not_json',
      detail: 'not JSON',
      content: { kind: 'message', codec: 'native_fix', raw: nativeFix(part) },
      ...each,
    })),
  });
  const { rows } = await pool.query('select key::float8 from quarantine order by part');
  return rows.map(({ key }) => key);
}

async function readRoster(): Promise<void> {
  const registered = await listTrackers(pool);
  roster.set(
    registered.map(({ tracker }) => tracker),
    registered.map(({ unit }) => unit),
    new Map(),
  );
}

async function ask(headers: Record<string, string>, path: string, payload?: object) {
  const method = payload === undefined ? 'GET' : 'POST';
  const url = `/api/v1/deadletters${path}`;
  return app.inject({ method, url, headers, ...(payload && { payload }) });
}

async function keysOf(headers: Record<string, string>, query = ''): Promise<number[]> {
  const { deadLetters } = (await ask(headers, query)).json();
  return deadLetters.map(({ key }: { key: number }) => key);
}

const refusedAt = (topic: string): Partial<Quarantined> => ({
  trackerId: undefined,
  topic,
  address: '10.0.0.7',
  reason: 'unknown_tracker',
  content: { kind: 'message', codec: undefined, raw: nativeFix(0) },
});

describe('dead letters', () => {
  it('are listed with all but their content, newest first, page by page', async () => {
    const keys = await put([{}, refusedAt('posko/64.08/hp-new/fix'), {}]);
    const first = (await ask(integrator, '?limit=2')).json();
    expect(first.deadLetters).toMatchObject([
      {
        key: keys[2],
        kind: 'message',
        trackerId: 'hp-own',
        region: '64.08',
        bytes: nativeFix(2).length,
      },
      {
        key: keys[1],
        trackerId: null,
        region: '64.08',
        topic: 'posko/64.08/hp-new/fix',
        address: '10.0.0.7',
        reason: 'unknown_tracker',
        codec: null,
        replayedAtMs: null,
      },
    ]);
    expect(JSON.stringify(first)).not.toContain('fixedAt\\"');
    expect(await keysOf(integrator, `?limit=2&cursor=${first.nextCursor}`)).toEqual([keys[0]]);
  });

  it('are found by tracker, reason and time', async () => {
    const keys = await put([{ reason: 'encrypted' }, { trackerId: 'gone' }, {}]);
    expect(await keysOf(everywhere, '?tracker=gone')).toEqual([keys[1]]);
    expect(await keysOf(everywhere, '?reason=encrypted')).toEqual([keys[0]]);
    const time = (ms: number) => encodeURIComponent(new Date(nowMs + ms).toISOString());
    expect(await keysOf(everywhere, `?from=${time(1)}&to=${time(2)}`)).toEqual([keys[1]]);
  });

  it.each([
    '?cursor=x',
    '?reason=nonsense',
    '?from=yesterday',
    '?limit=501',
    '?tracker=a%00b',
  ])('are not asked for by %s', async (query) => {
    const refused = await ask(everywhere, query);
    expect([refused.statusCode, refused.json().code]).toEqual([400, 'bad_request']);
  });

  it('of another region, and of none, cannot be told from those that do not exist', async () => {
    const keys = await put([
      {},
      { trackerId: 'hp-far' },
      refusedAt('owntracks/x/y'),
      refusedAt('posko/64.02/hp-own/fix'),
    ]);
    expect(await keysOf(integrator)).toEqual([keys[0]]);
    expect(await keysOf(everywhere)).toHaveLength(4);
    for (const key of keys.slice(1)) {
      for (const path of [`/${key}`, `/${key}/raw`]) {
        const hidden = await ask(integrator, path);
        const missing = await ask(integrator, path.replace(String(key), '999999'));
        expect([hidden.statusCode, hidden.json().code]).toEqual([404, 'deadletter_not_found']);
        expect(hidden.body.replaceAll(String(key), '999999')).toBe(missing.body);
      }
    }
    const tried = (await ask(integrator, '/replay', { keys })).json();
    expect(tried.results.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'sent',
      'left',
      'left',
      'left',
    ]);
    expect(tried.results[1]).toMatchObject({ reason: 'unknown_key' });
    expect(sent).toHaveLength(1);
  });

  it('are shown with how they begin, or with their fix', async () => {
    const raw = Buffer.alloc(3_000, 'ab');
    const [message, fix] = await put([
      { content: { kind: 'message', codec: 'owntracks', raw } },
      { reason: 'null_island', content: { kind: 'fix', fix: place } },
    ]);
    expect((await ask(integrator, `/${message}`)).json()).toMatchObject({
      deadLetter: { key: message, bytes: 3_000 },
      start: raw.subarray(0, 1_024).toString('base64'),
      fix: null,
    });
    expect((await ask(integrator, `/${fix}`)).json()).toMatchObject({
      deadLetter: { key: fix, kind: 'fix', bytes: null },
      start: null,
      fix: place,
    });
  });

  it('are taken out as they came, as a file that no browser opens, and the log says by whom', async () => {
    const raw = Buffer.from('<script>alert(1)</script>\0\xff', 'latin1');
    const [key, fix] = await put([
      { content: { kind: 'message', codec: 'native_fix', raw } },
      { content: { kind: 'fix', fix: place } },
    ]);
    const { headers, rawPayload } = await ask(integrator, `/${key}/raw`);
    expect(rawPayload).toEqual(raw);
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="deadletter-${key}.bin"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(await readDeeds(pool)).toEqual([
      ['integrator@64.08', 'quarantine.downloaded', null, '64.08'],
    ]);
    expect((await ask(integrator, `/${fix}/raw`)).json()).toMatchObject({ status: 404 });
  });
});

describe('sending again', () => {
  it('leaves what still cannot be read, so that it can go when its cause is mended', async () => {
    const raw = Buffer.from('{"fixedAt":"2024-11-27T08:00:00","lon":117.5,"lat":0.5}');
    const [key = 0] = await put([{ content: { kind: 'message', codec: 'native_fix', raw } }]);
    const again = async () => (await ask(integrator, '/replay', { keys: [key] })).json().results[0];
    const refused = { key, outcome: 'left', reason: 'unreadable' };
    expect(await again()).toMatchObject({ ...refused, detail: expect.stringMatching(/fixedAt/) });
    expect(sent).toEqual([]);
    await pool.query(`update trackers set time_zone = 'Asia/Makassar' where id = 'hp-own'`);
    await readRoster();
    expect(await again()).toEqual({ key, outcome: 'sent' });
  });

  it('sends nothing that a tracker said in the name of another', async () => {
    const keys = await put([{ ...refusedAt('posko/64.08/hp-own/fix'), trackerId: 'hp-other' }]);
    const { results } = (await ask(integrator, '/replay', { keys })).json();
    expect(results).toMatchObject([{ outcome: 'left', reason: 'refused' }]);
    expect(sent).toEqual([]);
  });

  it('takes messages through the door and fixes into the history, and says what became of each', async () => {
    const keys = await put([
      {},
      refusedAt('posko/64.08/hp-own/fix'),
      refusedAt('posko/64.08/hp-new/fix'),
      refusedAt('posko/64.08/nonsense'),
      { reason: 'clock_distrusted', content: { kind: 'fix', fix: place } },
      { reason: 'clock_ahead', content: { kind: 'fix', fix: { ...place, fixedAtMs: nowMs * 2 } } },
    ]);
    const { results } = (await ask(integrator, '/replay', { keys: [...keys, 999_999] })).json();
    expect(results).toMatchObject(
      [
        { key: keys[0], outcome: 'sent' },
        { key: keys[1], outcome: 'sent' },
        { key: keys[2], outcome: 'left', reason: 'unknown_tracker', detail: /not registered/ },
        { key: keys[3], outcome: 'left', reason: 'unknown_topic' },
        { key: keys[4], outcome: 'recovered' },
        { key: keys[5], outcome: 'left', reason: 'time_out_of_range' },
        { key: 999_999, outcome: 'left', reason: 'unknown_key' },
      ].map((each) => ({
        ...each,
        ...('detail' in each && { detail: expect.stringMatching(/not registered/) }),
      })),
    );
    expect(sent).toMatchObject([
      {
        ...{ trackerId: 'hp-own', codec: 'native_fix', isSentAgain: true },
        ...{ credentials: undefined, firstReceivedAtMs: nowMs },
      },
      {
        ...{ trackerId: 'hp-own', codec: 'native_fix', isSentAgain: true },
        ...{ address: '10.0.0.7', firstReceivedAtMs: nowMs + 1 },
      },
    ]);
    expect(Buffer.from(sent[0]?.payload ?? []).toString()).toBe(nativeFix(0).toString());
    expect(await readDeeds(pool)).toEqual([
      ['integrator@64.08', 'quarantine.recovered', null, '64.08'],
      ['integrator@64.08', 'quarantine.replayed', null, '64.08'],
    ]);
    const received = { keys: [keys[5]], time: 'received' };
    expect((await ask(integrator, '/replay', received)).json().results).toMatchObject([
      { outcome: 'recovered' },
    ]);
    const again = (await ask(integrator, '/replay', { keys })).json().results;
    expect(again.map(({ reason }: { reason?: string }) => reason)).toEqual([
      'sent_before',
      'sent_before',
      'unknown_tracker',
      'unknown_topic',
      'recovered_before',
      'recovered_before',
    ]);
    expect(sent).toHaveLength(2);
  });

  it('sends nothing in the name of a tracker of others, whatever a topic here says', async () => {
    const keys = await put([{ ...refusedAt('posko/64.08/hp-far/fix'), trackerId: 'hp-own' }]);
    const { results } = (await ask(integrator, '/replay', { keys })).json();
    expect(results).toMatchObject([{ outcome: 'left', reason: 'unknown_tracker' }]);
    expect(sent).toEqual([]);
    expect((await ask(everywhere, '/replay', { keys })).json().results).toMatchObject([
      { outcome: 'left', reason: 'refused' },
    ]);
  });

  it('leaves what the door does not take, to be tried again', async () => {
    const keys = await put([{}, {}]);
    answer = ({ payload }) =>
      Buffer.from(payload).equals(nativeFix(0))
        ? { outcome: 'not_stored' }
        : { outcome: 'refused', reason: 'sending_too_fast', detail: 'wait', retryAfterMs: 1_000 };
    expect((await ask(integrator, '/replay', { keys })).json().results).toMatchObject([
      { outcome: 'left', reason: 'not_stored' },
      { outcome: 'left', reason: 'refused', detail: 'sending_too_fast: wait' },
    ]);
    expect(await readDeeds(pool)).toEqual([]);
    answer = () => ({ outcome: 'stored' });
    expect((await ask(integrator, '/replay', { keys })).json().results).toMatchObject([
      { outcome: 'sent' },
      { outcome: 'sent' },
    ]);
  });

  it.each([
    [{ keys: [] }],
    [{ keys: Array.from({ length: 1_001 }, (_, i) => i + 1) }],
    [{ keys: [0] }],
    [{ keys: [1], time: 'later' }],
    [{}],
  ])('is not asked for by %o', async (payload) => {
    expect((await ask(integrator, '/replay', payload)).statusCode).toBe(400);
  });
});
