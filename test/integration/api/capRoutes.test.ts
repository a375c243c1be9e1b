import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capRoutes } from '../../../server/api/capRoutes.ts';
import { writeAlarmEvents } from '../../../server/storage/writeAlarmEvents.ts';
import { anAlarm, anAlarmEvent, raisedAtMs } from '../../fixtures/anAlarm.ts';
import { capFaults, xmlFaults, xmllintMissing } from '../../unit/outbound/xmllint.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';
import { openTestDatabase } from './testDatabase.ts';

let pool: Pool;
let close: () => Promise<void>;
let app: FastifyInstance;

const idOf = (number: number): string =>
  `0192f3a1-5c00-5000-8000-${String(number).padStart(12, '0')}`;
const eventIdOf = (number: number): string =>
  `0192f3a1-5c00-5000-9000-${String(number).padStart(12, '0')}`;

beforeAll(async () => {
  ({ pool, close } = await openTestDatabase());
  app = await testApp({
    gate: roleGate,
    routes: [capRoutes({ pool, capSender: 'posko.example', isDemo: false, nowMs: Date.now })],
  });
  const kutim = anAlarm({ id: idOf(1), causeKey: 'a' });
  const taken = anAlarm({
    ...kutim,
    version: 2,
    state: 'acknowledged',
    changedAtMs: raisedAtMs + 5_000,
  });
  const other = anAlarm({ id: idOf(2), causeKey: 'b', regions: ['35.13'] });
  const drill = anAlarm({ id: idOf(3), causeKey: 'c', isExercise: true });
  const silent = anAlarm({ id: idOf(4), causeKey: 'd', state: 'suppressed' });
  await writeAlarmEvents(
    pool,
    [kutim, taken, other, drill, silent].map((alarm, at) =>
      anAlarmEvent(alarm, { id: eventIdOf(at) }),
    ),
  );
});
afterAll(async () => {
  await app.close();
  await close();
});

const get = (path: string, role: 'viewer' | 'integrator' = 'viewer', region = '64.08') =>
  app.inject({ url: `/api/v1/cap${path}`, headers: asRole(role, region) });

describe('/cap', () => {
  it('lists the alarms that one sees, but for what is shown to nobody', async () => {
    const { body, headers } = await get('');
    expect(headers['content-type']).toBe('application/atom+xml; charset=utf-8');
    expect(body).toContain(`/api/v1/cap/${idOf(1)}/2.xml`);
    expect(body).toContain(`/api/v1/cap/${idOf(3)}/1.xml`);
    expect(body).not.toContain(idOf(2));
    expect(body).not.toContain(idOf(4));
    expect((await get('', 'integrator', '*')).body).toContain(idOf(2));
  });

  it('says each version of an alarm, the newer ones in place of the older', async () => {
    const first = await get(`/${idOf(1)}/1.xml`);
    expect(first.headers['content-type']).toBe('application/cap+xml; charset=utf-8');
    expect(first.body).toContain('<msgType>Alert</msgType>');
    expect(first.body).toContain('<status>Actual</status>');
    const second = (await get(`/${idOf(1)}/2.xml`)).body;
    expect(second).toContain('<msgType>Update</msgType>');
    expect(second).toContain(`<references>posko.example,${idOf(1)}.1,2024-11-27T00:15:03-00:00<`);
    expect((await get(`/${idOf(3)}/1.xml`)).body).toContain('<status>Exercise</status>');
  });

  it.skipIf(xmllintMissing !== undefined)('is valid', async () => {
    const documents = ['1/1', '1/2', '3/1'].map(async (each) => {
      const [number, version] = each.split('/');
      return (await get(`/${idOf(Number(number))}/${version}.xml`)).body;
    });
    expect(capFaults(await Promise.all(documents))).toBe('');
    expect(xmlFaults([(await get('')).body])).toBe('');
  });

  it.each([
    ['of another region', `/${idOf(2)}/1.xml`],
    ['that is shown to nobody', `/${idOf(4)}/1.xml`],
    ['that there is not', `/${idOf(9)}/1.xml`],
    ['in a version that there is not', `/${idOf(1)}/3.xml`],
  ])('does not tell of an alarm %s', async (_which, path) => {
    const answer = await get(path);
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'alarm_not_found']);
  });
});
