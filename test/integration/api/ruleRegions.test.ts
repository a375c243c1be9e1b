import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ruleRoutes } from '../../../server/api/ruleRoutes.ts';
import type { Deed } from '../../../server/domain/account.ts';
import { Roster } from '../../../server/tracking/roster.ts';
import { unitOf } from '../../unit/alarms/rulesRig.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';
import { openTestDatabase } from './testDatabase.ts';

const kutim = asRole('administrator', '64.08');
const country = asRole('administrator', '*');
const roster = new Roster();
const deeds: Deed[] = [];
let pool: Pool;
let close: () => Promise<void>;
let app: FastifyInstance;

beforeAll(async () => {
  ({ pool, close } = await openTestDatabase());
  roster.set(
    [1, 2, 3].map((key) => ({
      ...{ key, id: `t${key}`, unitKey: key, role: 'primary', region: '64.08' },
    })),
    [unitOf(1), unitOf(2, { region: '35.78' }), unitOf(3)],
    new Map(),
  );
  const counts = { positions: 9, units: 3, matched: 1, of: 3, perDay: 1, warning: null };
  const said = { id: 'Elang 3 di KPU', en: 'Elang 3 at KPU' };
  const alarm = { atMs: 1, text: said, unitId: 'unit-3', siteId: 'kpu', fenceId: null };
  const first = [{ ...alarm, isSuppressed: false }];
  app = await testApp({
    gate: roleGate,
    routes: [
      ruleRoutes({
        ...{ pool, roster, nowMs: Date.now, appendRecord: async () => true },
        appendLog: async (deed) => deeds.push(deed),
        // the core has taken none of them yet
        rules: () => [],
        tryRule: async () => ({
          ok: true,
          value: { fromMs: 0, toMs: 1, ...counts, raised: 1, occurrences: 1, first },
        }),
      }),
    ],
  });
});
afterAll(async () => {
  await app.close();
  await close();
});

async function ask(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  payload?: object,
  headers: Record<string, string> = kutim,
) {
  const url = `/api/v1/rules${path}`;
  const response = await app.inject({
    ...{ method, url, headers },
    ...(payload !== undefined && { payload }),
  });
  return { status: response.statusCode, body: response.body === '' ? null : response.json() };
}
const add = (id: string, rule: object, who = kutim) => ask('POST', '', { id, rule }, who);
const remove = (id: string, version: number, who = kutim) =>
  ask('DELETE', `/${id}?version=${version}`, undefined, who);

const enters = {
  ...{ name: { id: 'Masuk', en: 'Enters' }, priority: 'low' },
  text: { id: '{unit} di {place}', en: '{unit} at {place}' },
  ...{ condition: { kind: 'enter' }, where: { regions: ['64.08'] } },
};
const escort = (...unitIds: string[]) => ({
  ...enters,
  condition: { kind: 'roaming', unitIds, sense: 'farther', limitM: 100 },
});

describe('/rules', () => {
  it('of two units are for whoever manages rules where both are at home', async () => {
    const unseen = { status: 404, body: { code: 'unit_not_found' } };
    expect((await add('escort', escort('unit-1', 'unit-3'))).status).toBe(201);
    for (const other of ['unit-2', 'nobody']) {
      const rule = escort('unit-1', other);
      expect(await add('spy', rule)).toMatchObject(unseen);
      expect(await ask('PUT', '/escort', { version: 1, rule })).toMatchObject(unseen);
      expect(await ask('POST', '/trial', { rule })).toMatchObject(unseen);
    }
    expect((await add('convoy', escort('unit-1', 'unit-2'), country)).status).toBe(201);
  });

  it('that the core has not taken yet are changed and removed by those whose they are', async () => {
    await add('theirs', { ...enters, where: { regions: ['35.78'] } }, country);
    const help = { ...enters, isEnabled: true, priority: 'sos', condition: { kind: 'sos' } };
    expect((await add('help', help, country)).status).toBe(201);
    expect((await ask('PUT', '/theirs', { version: 1, rule: enters })).status).toBe(403);
    expect((await remove('theirs', 1)).status).toBe(403);
    expect((await remove('help', 1, country)).body).toMatchObject({ code: 'sos_rule_stays' });
    expect((await remove('none', 1)).body).toMatchObject({ code: 'rule_not_found' });
    expect((await remove('theirs', 7, country)).body).toMatchObject({ code: 'version_conflict' });
    expect((await remove('theirs', 1, country)).status).toBe(204);
  });

  it('are tried with a line in the log, and tell of units whoever may see where they were', async () => {
    const tried = await ask('POST', '/trial', { rule: enters });
    expect(tried.body).toMatchObject({ raised: 1, first: [{ unitId: null, text: enters.name }] });
    const ofOne = { ...enters, who: { unitIds: ['unit-3'] } };
    expect((await ask('POST', '/trial', { rule: ofOne })).body).toMatchObject({ first: [] });
    const commander = asRole('commander', '64.08');
    const { body } = await ask('POST', '/trial', { rule: ofOne }, commander);
    expect(body.first).toMatchObject([{ unitId: 'unit-3', text: { id: 'Elang 3 di KPU' } }]);
    expect(deeds.map(({ actor, action, region }) => [actor, action, region])).toEqual([
      ['administrator@64.08', 'rule.tried', '64.08'],
      ['administrator@64.08', 'rule.tried', '64.08'],
      ['commander@64.08', 'rule.tried', '64.08'],
    ]);
    expect(deeds[1]?.data).toMatchObject({ kind: 'enter', unitIds: ['unit-3'] });
  });
});
