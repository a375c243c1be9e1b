import { describe, expect, it, onTestFinished } from 'vitest';
import type { Health } from '../../../server/domain/health.ts';
import { openDatabase } from '../../../server/storage/database.ts';
import { openDataDir } from '../../../server/storage/dataDir.ts';
import { healthOf } from '../../fixtures/operator.ts';
import { LiveScreen } from '../fixtures/liveScreen.ts';
import { runAgain, runPosko, silent, stopPosko, type TestPosko } from '../fixtures/runningPosko.ts';
import { TestTrackers } from '../fixtures/testTrackers.ts';

const dayMs = 24 * 3_600_000;

async function allRecorded({ http }: TestPosko): Promise<Health> {
  for (;;) {
    const health = await healthOf(http);
    if (health.journal !== null && health.storage.behind === 0) return health;
    await new Promise(setImmediate);
  }
}

/** Runs `work` on the database of a server that is stopped. */
async function inDatabase<Value>(
  { config }: TestPosko,
  work: (query: (sql: string) => Promise<unknown[]>) => Promise<Value>,
): Promise<Value> {
  const folder = openDataDir(config.dataDir, 'command');
  const database = await openDatabase({
    databaseUrl: undefined,
    dataDir: folder.dir,
    log: silent,
  });
  try {
    return await work(async (sql) => (await database.pool.query(sql)).rows);
  } finally {
    await database.close();
    folder.release();
  }
}

const everything = [
  'select * from positions order by tracker_key, fixed_at',
  'select * from quarantine order by sequence, part',
  'select id, alarm_id, version, kind, state, happened_at, actor, data from alarm_events order by id',
];

describe('the journal, read once more', () => {
  it('changes nothing in the database and gives the same live state', async () => {
    const first = await runPosko(['hp-1', 'hp-2']);
    onTestFinished(() => stopPosko(first));
    const devices = new TestTrackers(first.mqtt);
    const nowMs = Date.now();
    const say = (id: string, content: unknown): Promise<unknown> =>
      devices.publish(
        `posko/64.08/${id}/fix`,
        typeof content === 'string' ? content : JSON.stringify(content),
      );
    for (let i = 0; i < 200; i++) {
      await say('hp-1', { fixedAt: nowMs - 60_000 + i * 100, lon: 117.5 + i / 1e5, lat: 0.5 });
    }
    // late, twice, in a batch, from wrong clocks, from nowhere, and no fix at all
    await say('hp-1', { fixedAt: nowMs - 600_000, lon: 117.4, lat: 0.4, speedMps: 3 });
    await say('hp-1', { fixedAt: nowMs - 600_000, lon: 117.4, lat: 0.4, speedMps: 3 });
    await say('hp-2', [
      { fixedAt: nowMs - 2_000, lon: 117.6, lat: 0.6 },
      { fixedAt: nowMs + dayMs, lon: 117.6, lat: 0.6 },
      { fixedAt: nowMs - 1_000, lon: 117.6005, lat: 0.6005, batteryPct: 900 },
      { fixedAt: 0, lon: 117.6, lat: 0.6 },
    ]);
    await say('hp-2', { fixedAt: nowMs, lon: 0, lat: 0 });
    await say('hp-2', '{"fixedAt":');
    await devices.publish('posko/64.08/hp-2/sos', '{"text":"tolong"}');
    await devices.end();
    await allRecorded(first);
    await first.close();

    const read = (query: (sql: string) => Promise<unknown[]>): Promise<unknown[][]> =>
      Promise.all(everything.map(query));
    const original = await inDatabase(first, read);
    expect(original.map((rows) => rows.length)).toEqual([203, 4, 1]);
    await inDatabase(first, (query) => query('delete from consumer_checkpoints'));

    const second = await runAgain(first);
    const screen = await LiveScreen.open(second.http);
    await screen.untilAt('hp-1', 117.50199, 0.5);
    await screen.untilAt('hp-2', 117.6005, 0.6005);
    await screen.close();
    const after = await allRecorded(second);
    // all of it, and time that went on while there is an alarm
    expect(after.journal?.lastSequence).toBeGreaterThanOrEqual(206);
    expect(after.storage.written).toBe(0);
    expect(after.storage.duplicates).toBeGreaterThan(0);
    await second.close();
    expect(await inDatabase(first, read)).toEqual(original);
  }, 60_000);
});
