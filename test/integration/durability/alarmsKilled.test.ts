import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConnection } from '../../../server/storage/embedded/runFolder.ts';
import { verifyLog } from '../../../server/storage/log/verifyLog.ts';
import { type ApiCaller, apiCaller } from '../fixtures/apiCaller.ts';
import { LiveScreen } from '../fixtures/liveScreen.ts';
import { sosOf, untilShown } from '../fixtures/shownAlarm.ts';
import { TestTrackers } from '../fixtures/testTrackers.ts';
import { dataFolder, query, type ServerProcess, startServer } from './serverProcess.ts';

const trackerIds = Array.from({ length: 8 }, (_, i) => `hp-${i}`);
const escalateAfterMs = 10_000;
/** Kills while people write, after the named moments. */
const rounds = 3;

/** A server with people and trackers that outlive it. */
class Scene {
  readonly dataDir: string;
  server: ServerProcess;
  #screen: LiveScreen | undefined;

  constructor(dataDir: string, server: ServerProcess) {
    this.dataDir = dataDir;
    this.server = server;
  }

  static async open(): Promise<Scene> {
    const dataDir = await dataFolder(trackerIds);
    const scene = new Scene(dataDir, await startServer(dataDir));
    onTestFinished(() => scene.#screen?.close());
    return scene;
  }

  get http(): string {
    return `http://127.0.0.1:${this.server.httpPort}`;
  }

  get call(): ApiCaller {
    return apiCaller(this.http);
  }

  /** What one screen shows, from the first time that it is asked for after a start. */
  async screen(): Promise<LiveScreen> {
    this.#screen ??= await LiveScreen.open(this.http);
    return this.#screen;
  }

  async sos(trackerId: string): Promise<void> {
    const devices = new TestTrackers(`mqtt://127.0.0.1:${this.server.mqttPort}`);
    await devices.publish(`posko/64.08/${trackerId}/sos`, '{}');
    await devices.end();
  }

  /** @param losing folders of the data that are gone at the start */
  async killAndStart(...losing: readonly string[]): Promise<void> {
    await this.server.kill();
    this.#screen = undefined;
    for (const each of losing) await rm(path.join(this.dataDir, each), { recursive: true });
    this.server = await startServer(this.dataDir);
  }

  /** Waits until all that happened to alarms and incidents is in the database. */
  async written(): Promise<void> {
    for (;;) {
      const { events } = (await this.server.health()).alarms;
      if (events.waiting === 0) return;
      await delay(50);
    }
  }
}

/** Checks that histories in the database have no holes and no doubles, and that the log is whole. */
async function expectWhole(scene: Scene): Promise<void> {
  await scene.written();
  for (const [table, of] of [
    ['alarm_events', 'alarm_id'],
    ['incident_events', 'incident_id'],
  ] as const) {
    const histories = await query<{ versions: number[] }>(
      scene.dataDir,
      `select array_agg(version order by version) as versions from ${table} group by ${of}`,
    );
    if (table === 'alarm_events') expect(histories).not.toEqual([]);
    for (const { versions } of histories) {
      expect(versions).toEqual(versions.map((_, at) => at + 1));
    }
  }
  const pool = new pg.Pool(readConnection(scene.dataDir));
  const log = await verifyLog(pool);
  await pool.end();
  expect(log).toMatchObject({ broken: undefined, badAnchor: undefined, missing: [] });
}

/** Makes an SOS that nobody takes escalate as soon as a rule may. */
async function escalateSoon(call: ApiCaller): Promise<void> {
  const { body } = await call('GET', '/rules/sos');
  const { id: _id, version, isDefault: _isDefault, ...rule } = body.rule;
  const changed = await call('PUT', '/rules/sos', {
    version,
    rule: { ...rule, escalation: [{ afterMs: escalateAfterMs, to: 'everyone' }] },
  });
  expect(changed).toMatchObject({ status: 200, body: { version: version + 1 } });
}

const anIncident = {
  ...{ title: 'Kerumunan di KPU', place: [117.53, 0.5], region: '64.08', radiusM: 300 },
  isExercise: false,
};

describe.skipIf(process.platform !== 'linux')('alarms and kill -9', () => {
  it('lose nothing that was answered, at any moment, and are raised once', async () => {
    const scene = await Scene.open();
    await escalateSoon(scene.call);
    await scene.killAndStart();
    expect((await scene.call('GET', '/rules/sos')).body.rule).toMatchObject({
      version: 2,
      escalation: [{ afterMs: escalateAfterMs }],
    });

    // acknowledged by the door, and perhaps seen by nobody
    await scene.sos('hp-0');
    await scene.killAndStart();
    const first = await untilShown(await scene.screen(), sosOf('hp-0'));
    expect(first).toMatchObject({ state: 'unacknowledged', occurrences: 1, version: 1 });

    const order = { orderId: 'acknowledge-once' };
    const path = `/alarms/${first.id}/acknowledge`;
    expect(await scene.call('POST', path, order)).toMatchObject({ status: 200 });
    await scene.killAndStart();
    expect(await untilShown(await scene.screen(), sosOf('hp-0'))).toMatchObject({
      ...{ id: first.id, state: 'acknowledged', version: 2, acknowledged: { by: 'operator' } },
    });
    // whoever did not hear the answer asks again
    expect(await scene.call('POST', path, order)).toMatchObject({
      body: { isDone: true, alarm: { version: 2 } },
    });

    await scene.sos('hp-1');
    const second = await untilShown(await scene.screen(), sosOf('hp-1'));
    const opened = await scene.call('POST', '/incidents', { ...anIncident, alarmId: second.id });
    expect(opened.status).toBe(201);
    await scene.killAndStart();
    const { id: incidentId } = opened.body.incident;
    expect((await scene.call('GET', `/incidents/${incidentId}`)).body).toMatchObject({
      ...{ version: 1, level: 'hijau', alarmIds: [second.id] },
    });
    expect(await untilShown(await scene.screen(), sosOf('hp-1'))).toMatchObject({
      ...{ id: second.id, incidentId, state: 'unacknowledged' },
    });

    const decision = { kind: 'set_level', level: 'kuning' };
    const raised = { orderId: 'raise-once', decision, reason: 'lemparan batu' };
    await scene.call('POST', `/incidents/${incidentId}/level`, raised);
    await scene.killAndStart();
    const again = await scene.call('POST', `/incidents/${incidentId}/level`, raised);
    expect(again).toMatchObject({ status: 200, body: { incident: { level: 'kuning' } } });
    expect(again.body.incident.version).toBe(2);

    // its time ran on while nobody was there
    const escalated = await untilShown(
      await scene.screen(),
      sosOf('hp-1'),
      ({ escalations }) => escalations > 0,
    );
    expect(escalated).toMatchObject({ id: second.id, escalations: 1 });
    expect(escalated.told).toContain('everyone');
    expect(escalated.changedAtMs - second.raisedAtMs).toBeGreaterThanOrEqual(escalateAfterMs);
    await expectWhole(scene);
    await scene.server.stop();
  }, 240_000);

  it('carry out each order once, though whoever asks must ask again and again', async () => {
    const scene = await Scene.open();
    await scene.sos('hp-2');
    const { id } = await untilShown(await scene.screen(), sosOf('hp-2'));
    let comments = 0;
    /** Comments until the server dies; what was not answered is asked once more after the start. */
    async function comment(nth: number): Promise<void> {
      const body = { orderId: `comment-${nth}`, text: `catatan ${nth}` };
      for (;;) {
        const { call } = scene;
        const answer = await call('POST', `/alarms/${id}/comment`, body).catch(() => undefined);
        if (answer?.status === 200) return;
        await delay(20);
      }
    }
    for (let round = 0; round < rounds; round++) {
      const writing = (async () => {
        for (let i = 0; i < 25; i++) await comment(comments++);
      })();
      // a moment that nothing else depends on
      await delay(Math.random() * 200);
      await scene.killAndStart();
      await writing;
    }
    expect(await untilShown(await scene.screen(), sosOf('hp-2'))).toMatchObject({ id, comments });
    await expectWhole(scene);
    const { body } = await scene.call('GET', `/alarms/${id}`);
    const texts = body.events
      .filter(({ kind }: { kind: string }) => kind === 'commented')
      .map(({ data }: { data: { text: string } }) => data.text);
    expect(texts).toEqual(Array.from({ length: comments }, (_, nth) => `catatan ${nth}`));
    await scene.server.stop();
  }, 240_000);

  it('go on from the database where what was kept is lost', async () => {
    const scene = await Scene.open();
    await escalateSoon(scene.call);
    const battery = {
      ...{ name: { id: 'Baterai' }, text: { id: 'Baterai {unit}' }, priority: 'low' },
      ...{ condition: { kind: 'battery_low', belowPct: 30 }, isEnabled: true },
    };
    await scene.call('POST', '/rules', { id: 'baterai', rule: battery });
    await scene.sos('hp-3');
    const taken = await untilShown(await scene.screen(), sosOf('hp-3'));
    await scene.call('POST', `/alarms/${taken.id}/acknowledge`, {});
    await scene.sos('hp-4');
    const done = await untilShown(await scene.screen(), sosOf('hp-4'));
    await scene.call('POST', `/alarms/${done.id}/acknowledge`, {});
    await scene.call('POST', `/alarms/${done.id}/close`, { outcome: 'test' });
    const devices = new TestTrackers(`mqtt://127.0.0.1:${scene.server.mqttPort}`);
    await devices.publish('posko/64.08/hp-5/status', '{"batteryPct": 20}');
    await devices.end();
    const low = await untilShown(await scene.screen(), ({ ruleId }) => ruleId === 'baterai');
    const shelf = { reason: 'diganti nanti', untilMs: Date.now() + 3_600_000 };
    await scene.call('POST', `/alarms/${low.id}/shelve`, shelf);
    await scene.sos('hp-6');
    const waiting = await untilShown(await scene.screen(), sosOf('hp-6'));
    const { body } = await scene.call('POST', '/incidents', { ...anIncident, alarmId: taken.id });
    await scene.written();
    const before = (await scene.call('GET', '/alarms')).body.alarms;

    await scene.killAndStart('live');
    const after = (await scene.call('GET', '/alarms')).body.alarms;
    expect(after).toEqual(before);
    expect(after.map(({ id }: { id: string }) => id).toSorted()).toEqual(
      [taken.id, low.id, waiting.id].toSorted(),
    );
    const incidents = (await scene.call('GET', '/incidents')).body.incidents;
    expect(incidents).toEqual([body.incident]);
    const escalated = await untilShown(
      await scene.screen(),
      sosOf('hp-6'),
      ({ escalations }) => escalations > 0,
    );
    expect(escalated).toMatchObject({ id: waiting.id, escalations: 1, occurrences: 1 });
    // pressed again: the same alarm
    await scene.sos('hp-3');
    const pressed = await untilShown(
      await scene.screen(),
      sosOf('hp-3'),
      ({ occurrences }) => occurrences > 1,
    );
    expect(pressed).toMatchObject({ id: taken.id, state: 'unacknowledged', occurrences: 2 });
    await expectWhole(scene);
    const all = (await scene.call('GET', '/alarms?state=all')).body.alarms;
    expect(all).toHaveLength(4);
    await scene.server.stop();
  }, 240_000);
});
