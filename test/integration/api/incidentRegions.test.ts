import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentIdOf } from '../../../server/alarms/incidentBook.ts';
import { incidentRoutes } from '../../../server/api/incidentRoutes.ts';
import type { IncidentOrder } from '../../../server/domain/incident.ts';
import { Roster } from '../../../server/tracking/roster.ts';
import { anAlarm } from '../../fixtures/anAlarm.ts';
import { incidentRig, opening, units } from '../../unit/alarms/incidentRig.ts';
import { unitOf } from '../../unit/alarms/rulesRig.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';
import { openTestDatabase } from './testDatabase.ts';

const kutim = asRole('dispatcher', '64.08');
const country = asRole('dispatcher', '*');
const alarmId = (n: number): string => `0192f3a1-5c00-5000-8000-00000000000${n}`;
const own = anAlarm({ id: alarmId(1) });
const foreign = anAlarm({ id: alarmId(2), regions: ['35.78'] });
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00]);

const rig = incidentRig();
const roster = new Roster();
let isLate = false;
let orders = 0;
let pool: Pool;
let close: () => Promise<void>;
let app: FastifyInstance;

beforeAll(async () => {
  ({ pool, close } = await openTestDatabase());
  roster.set(
    units.map(({ key, id }) => ({
      ...{ key, id: `t-${id}`, unitKey: key, role: 'primary', region: '64.08' },
    })),
    units.map(({ key, ...named }) =>
      unitOf(key, { ...named, region: key === 2 ? '35.78' : '64.08' }),
    ),
    new Map(),
  );
  const orderIncident = async (order: IncidentOrder) => {
    const result = rig.book.order(order, rig.moment(1_000 + ++orders));
    return isLate ? undefined : result;
  };
  app = await testApp({
    gate: roleGate,
    routes: [
      incidentRoutes({
        ...{ pool, roster, incidentIdOf, orderIncident },
        incidents: { find: (id) => rig.book.find(id), open: () => rig.book.open() },
        alarms: { find: (id) => [own, foreign].find((alarm) => alarm.id === id) },
      }),
    ],
  });
});
afterAll(async () => {
  await app.close();
  await close();
});

async function post(path: string, payload: object, headers: Record<string, string> = kutim) {
  const url = `/api/v1/incidents${path}`;
  const response = await app.inject({ method: 'POST', url, headers, payload });
  return { status: response.statusCode, body: response.json() };
}
const log = (id: string, action: object, who = kutim) => post(`/${id}/log`, { action }, who);

const { kind: _open, ...fields } = opening;
const open = async (): Promise<string> => (await post('', fields)).body.incident.id;

describe('/incidents', () => {
  it('takes up alarms that its leader may handle, and tells of no others', async () => {
    const unseen = { status: 404, body: { code: 'alarm_not_found' } };
    const opened = await post('', { ...fields, alarmId: own.id });
    expect(opened.status).toBe(201);
    const { id } = opened.body.incident;
    for (const other of [foreign.id, alarmId(3)]) {
      expect(await post('', { ...fields, alarmId: other })).toMatchObject(unseen);
      expect(await log(id, { kind: 'link_alarm', alarmId: other })).toMatchObject(unseen);
    }
    expect(rig.book.find(id)?.alarmIds).toEqual([own.id]);
    const linked = await log(id, { kind: 'link_alarm', alarmId: foreign.id }, country);
    expect(linked.status).toBe(200);
  });

  it('takes units that whoever adds them sees, and tells of no others', async () => {
    const id = await open();
    expect((await log(id, { kind: 'add_unit', unitId: 'alpha-1' })).status).toBe(200);
    for (const unitId of ['alpha-2', 'nobody']) {
      expect(await log(id, { kind: 'add_unit', unitId })).toMatchObject({
        ...{ status: 404, body: { code: 'unit_not_found' } },
      });
    }
    expect(rig.book.find(id)?.units.map(({ unitId }) => unitId)).toEqual(['alpha-1']);
  });

  it('has no line of the log that tells of a photo that is not there', async () => {
    const id = await open();
    const photo = { kind: 'photo', photoId: alarmId(9), sha256: 'ab'.repeat(32), text: '' };
    expect((await log(id, photo)).status).toBe(400);
    expect(rig.book.find(id)?.version).toBe(1);
  });

  it('keeps a photo whose order may still be carried out', async () => {
    const id = await open();
    const add = async () => {
      const response = await app.inject({
        ...{ method: 'POST', url: `/api/v1/incidents/${id}/photos`, payload: jpeg },
        headers: { ...kutim, 'content-type': 'image/jpeg' },
      });
      const { rows } = await pool.query('select id from incident_photos where incident_id = $1', [
        id,
      ]);
      return [response.statusCode, rows.length];
    };
    expect(await add()).toEqual([201, 1]);
    isLate = true;
    expect(await add()).toEqual([503, 2]);
    isLate = false;
    expect(rig.told.at(-1)?.kind).toBe('photo');
  });
});
