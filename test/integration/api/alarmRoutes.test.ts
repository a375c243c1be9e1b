import { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { alarmRoutes } from '../../../server/api/alarmRoutes.ts';
import { Roster } from '../../../server/tracking/roster.ts';
import { anAlarm } from '../../fixtures/anAlarm.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';

describe('/alarms/{id} while the database is away', () => {
  it('answers with the alarm, and says that what happened to it is not there now', async () => {
    // nothing listens on port 1
    const pool = new Pool({ host: '127.0.0.1', port: 1 });
    const alarm = anAlarm();
    const app = await testApp({
      gate: roleGate,
      routes: [
        alarmRoutes({
          ...{ pool, roster: new Roster(), nowMs: Date.now, hasUser: async () => true },
          alarms: { find: (id) => (id === alarm.id ? alarm : undefined), open: () => [alarm] },
          orderAlarm: async () => undefined,
        }),
      ],
    });
    onTestFinished(async () => {
      await app.close();
      await pool.end();
    });
    const ask = async (region: string) => {
      const headers = asRole('dispatcher', region);
      const response = await app.inject({ url: `/api/v1/alarms/${alarm.id}`, headers });
      return { status: response.statusCode, body: response.json() };
    };
    expect(await ask('64.08')).toMatchObject({
      ...{ status: 200, body: { alarm: { id: alarm.id }, events: [], eventsAway: true } },
    });
    expect((await ask('35.78')).status).toBe(404);
  });
});
