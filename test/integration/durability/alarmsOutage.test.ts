import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { openExternal } from '../../../server/storage/database.ts';
import { startEmbeddedPostgres } from '../../../server/storage/embedded/startEmbeddedPostgres.ts';
import { verifyLog } from '../../../server/storage/log/verifyLog.ts';
import { addOperator } from '../../fixtures/operator.ts';
import { apiCaller } from '../fixtures/apiCaller.ts';
import { LiveScreen } from '../fixtures/liveScreen.ts';
import { addTestTracker } from '../fixtures/runningPosko.ts';
import { sosOf, untilShown } from '../fixtures/shownAlarm.ts';
import { TestTrackers } from '../fixtures/testTrackers.ts';
import { scratchForTest } from '../storage/scratch.ts';
import { CuttableWay } from './cuttableWay.ts';
import { recorded, startServer } from './serverProcess.ts';

const silent = pino({ level: 'silent' });

it('handles alarms and incidents while the database is away, and brings all of it there after', async () => {
  const postgres = await startEmbeddedPostgres({ dataDir: scratchForTest(), log: silent });
  onTestFinished(() => postgres.stop());
  const { host, port, user, password, database: name } = postgres.connection;
  const way = new CuttableWay(path.join(host, `.s.PGSQL.${port}`));
  const url = `postgres://${user}:${password}@127.0.0.1:${await way.open()}/${name}`;
  onTestFinished(() => way.cut());
  const prepared = await openExternal(url, silent);
  await addOperator(prepared.pool);
  await addTestTracker(prepared.pool, 'hp-1');
  await addTestTracker(prepared.pool, 'hp-2');
  await prepared.close();

  const server = await startServer(scratchForTest(), { POSKO_DATABASE_URL: url });
  const http = `http://127.0.0.1:${server.httpPort}`;
  const call = apiCaller(http);
  const screen = await LiveScreen.open(http);
  onTestFinished(() => screen.close());
  const devices = new TestTrackers(`mqtt://127.0.0.1:${server.mqttPort}`);
  onTestFinished(() => devices.end());
  // before: known to the door
  await devices.publish('posko/64.08/hp-1/sos', '{}');
  const before = await untilShown(screen, sosOf('hp-1'));
  const { body: rules } = await call('GET', '/rules/sos');
  await recorded(server);

  await way.cut();
  await devices.publish('posko/64.08/hp-2/sos', '{"text": "tolong"}');
  const raised = await untilShown(screen, sosOf('hp-2'));
  expect(raised).toMatchObject({ state: 'unacknowledged', priority: 'sos' });
  for (const { id } of [before, raised]) {
    expect(await call('POST', `/alarms/${id}/acknowledge`, {})).toMatchObject({
      ...{ status: 200, body: { isDone: true, alarm: { state: 'acknowledged' } } },
    });
  }
  const { id } = raised;
  const done = async (action: string, body: object) =>
    expect(await call('POST', `/alarms/${id}/${action}`, body)).toMatchObject({ status: 200 });
  await done('comment', { text: 'dihubungi lewat radio' });
  await done('step', { step: 0, isDone: true });
  await done('assign', { to: { kind: 'person', name: 'operator' } });
  const opened = await call('POST', '/incidents', {
    ...{ title: 'Kerumunan', place: [117.53, 0.5], region: '64.08', radiusM: 300 },
    ...{ isExercise: false, alarmId: id },
  });
  expect(opened).toMatchObject({ status: 201, body: { incident: { level: 'hijau' } } });
  const incidentId: string = opened.body.incident.id;
  const decided = await call('POST', `/incidents/${incidentId}/level`, {
    ...{ decision: { kind: 'set_level', level: 'kuning' }, reason: 'lemparan batu' },
  });
  expect(decided).toMatchObject({ status: 200, body: { incident: { level: 'kuning' } } });
  await done('close', { outcome: 'handled', text: 'aman' });

  // lists come from memory
  expect(await call('GET', '/alarms')).toMatchObject({
    ...{ status: 200, body: { alarms: [{ id: before.id, state: 'acknowledged' }] } },
  });
  expect(await call('GET', '/incidents')).toMatchObject({
    ...{ status: 200, body: { incidents: [{ id: incidentId, alarmIds: [id] }] } },
  });
  expect(await call('GET', '/alarms/load')).toMatchObject({ status: 200, body: { last10Min: 2 } });
  expect(await call('GET', '/rules')).toMatchObject({ status: 200 });
  // what lives in the database cannot be changed meanwhile
  const { id: _id, version, isDefault: _isDefault, ...rule } = rules.rule;
  const quieter = { version, rule: { ...rule, escalation: [] } };
  expect(await call('PUT', '/rules/sos', quieter)).toMatchObject({
    ...{ status: 503, body: { code: 'database_away' } },
  });
  expect(await call('GET', '/alarms?state=all')).toMatchObject({
    ...{ status: 503, body: { code: 'database_away' } },
  });
  const during = await server.health();
  expect(during.degradations.map(({ code }) => code)).toContain('database_away');
  expect(during.alarms.events).toMatchObject({ dropped: 0, leftOut: 0 });
  expect(during.alarms.events.waiting).toBeGreaterThan(0);

  await way.open();
  let health = await recorded(server);
  while (health.alarms.events.waiting > 0) {
    await delay(50);
    health = await server.health();
  }
  expect(health.alarms.events).toMatchObject({ dropped: 0, leftOut: 0 });
  const { body: alarm } = await call('GET', `/alarms/${id}`);
  expect(alarm.events.map(({ kind }: { kind: string }) => kind)).toEqual([
    ...['raised', 'acknowledged', 'commented', 'step_answered', 'assigned'],
    ...['added_to_incident', 'closed'],
  ]);
  const { body: log } = await call('GET', `/incidents/${incidentId}/log`);
  expect(log.events.map(({ kind }: { kind: string }) => kind)).toEqual(['decide', 'open']);
  expect((await call('GET', '/rules/sos')).body.rule.version).toBe(version);
  const { body: audit } = await call('GET', '/audit?limit=500');
  const actions = audit.entries.map(({ action }: { action: string }) => action);
  for (const action of ['alarm.raised', 'alarm.closed', 'incident.opened', 'incident.decided']) {
    expect(actions).toContain(action);
  }
  const again = await openExternal(url, silent);
  expect(await verifyLog(again.pool)).toMatchObject({ broken: undefined, missing: [] });
  await again.close();
  await server.stop();
}, 120_000);
