import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import { ruleKinds } from '../../../server/domain/rule.ts';
import { type ApiCaller, apiCaller, type Headers } from '../fixtures/apiCaller.ts';
import { runPosko, stopPosko, type TestPosko } from '../fixtures/runningPosko.ts';
import { TestTrackers } from '../fixtures/testTrackers.ts';
import { addPerson, signIn } from './actors.ts';

/* `/rules` over the whole server: who may make which, what is refused, and trials over stored positions. */

const people = {
  dispatcher: { role: 'dispatcher', region: '64.08' },
  commander: { role: 'commander', region: '64.08' },
} as const;
type Person = keyof typeof people;
const trackerIds = Array.from({ length: 6 }, (_, i) => `hp-${i}`);

let posko: TestPosko;
const headers = new Map<Person, Headers>();
let operator: ApiCaller;
beforeAll(async () => {
  posko = await runPosko(trackerIds, {
    prepare: async (pool) => {
      for (const [name, grant] of Object.entries(people)) {
        const key = await addPerson(pool, name, [grant]);
        headers.set(name as Person, await signIn(pool, key));
      }
    },
  });
  operator = apiCaller(posko.http);
}, 60_000);
afterAll(() => stopPosko(posko));

const as = (person: Person): ApiCaller => apiCaller(posko.http, headers.get(person));
const battery = {
  ...{ name: { id: 'Baterai' }, text: { id: 'Baterai {unit} {value}' }, priority: 'low' },
  ...{ condition: { kind: 'battery_low', belowPct: 30 }, isEnabled: true },
};
const here = { where: { regions: ['64.08'] } };
const forbidden = { status: 403, body: { code: 'forbidden' } };

it('lets a commander make rules for their own region, and no farther', async () => {
  const commander = as('commander');
  expect(await as('dispatcher')('POST', '/rules', { id: 'a', rule: battery })).toMatchObject(
    forbidden,
  );
  const everywhere = await commander('POST', '/rules', { id: 'a', rule: battery });
  expect(everywhere).toMatchObject(forbidden);
  expect(everywhere.body.detail).toContain('name your region');
  const beyond = { ...battery, where: { regions: ['64.08', '35.13'] } };
  expect(await commander('POST', '/rules', { id: 'a', rule: beyond })).toMatchObject(forbidden);
  const added = await commander('POST', '/rules', { id: 'a', rule: { ...battery, ...here } });
  expect(added).toMatchObject({ status: 201, body: { version: 1 } });
  const wider = await commander('PUT', '/rules/a', { version: 1, rule: battery });
  expect(wider).toMatchObject(forbidden);
  // nor does one take over a rule of others by naming one's region
  const { body } = await operator('POST', '/rules', { id: 'pusat', rule: battery });
  const taken = { version: body.version, rule: { ...battery, ...here } };
  expect(await commander('PUT', '/rules/pusat', taken)).toMatchObject(forbidden);
  expect(await commander('DELETE', '/rules/pusat?version=1')).toMatchObject(forbidden);
  expect(await commander('DELETE', '/rules/a?version=1')).toMatchObject({ status: 204 });
  expect(await operator('DELETE', '/rules/pusat?version=1')).toMatchObject({ status: 204 });
  const { body: log } = await operator('GET', '/audit?limit=500');
  const actions = log.entries
    .filter(({ subject }: { subject: string }) => subject === 'rule:a')
    .map(({ actor, action }: Record<string, string>) => [actor, action]);
  expect(actions).toEqual([
    ['commander', 'rule.removed'],
    ['commander', 'rule.added'],
  ]);
});

it('puts two who change a rule in order', async () => {
  await operator('POST', '/rules', { id: 'dua', rule: battery });
  expect(await operator('POST', '/rules', { id: 'dua', rule: battery })).toMatchObject({
    ...{ status: 409, body: { code: 'id_taken' } },
  });
  const louder = (priority: string) => ({ version: 1, rule: { ...battery, priority } });
  const both = await Promise.all([
    operator('PUT', '/rules/dua', louder('medium')),
    operator('PUT', '/rules/dua', louder('high')),
  ]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  const { body } = await operator('GET', '/rules/dua');
  expect(body.rule).toEqual(both.find(({ status }) => status === 200)?.body);
  expect(body.versions).toHaveLength(2);
  await operator('DELETE', '/rules/dua?version=2');
});

it('says which kinds there are and what is wrong with a rule', async () => {
  const unknown = { ...battery, condition: { kind: 'batery_low', belowPct: 30 } };
  const answer = await operator('POST', '/rules', { id: 'b', rule: unknown });
  expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  for (const kind of ruleKinds) expect(answer.body.detail).toContain(kind);
  const bad: readonly object[] = [
    { condition: { kind: 'battery_low' } },
    { condition: { kind: 'battery_low', belowPct: 200 } },
    { condition: { kind: 'battery_low', belowPct: 30, units: 3 } },
    { condition: { kind: 'sos' } },
    { priority: 'sos' },
    { priority: 'urgent' },
    { name: {} },
    { text: { id: '{who} lemah' } },
    { where: { regions: [] } },
    { where: { fenceIds: ['a'] } },
    { who: { unitKinds: ['tank'] } },
    { during: { phases: [] } },
    { tell: [] },
    { escalation: [{ afterMs: 1_000, to: 'everyone' }] },
    {
      escalation: [
        { afterMs: 60_000, to: 'everyone' },
        { afterMs: 30_000, to: 'province' },
      ],
    },
    { delayMs: -1 },
    { colour: 'red' },
  ];
  for (const each of bad) {
    const refused = await operator('POST', '/rules', { id: 'b', rule: { ...battery, ...each } });
    expect(refused, JSON.stringify(each)).toMatchObject({
      ...{ status: 400, body: { code: 'bad_request' } },
    });
    expect(refused.body.detail.length).toBeGreaterThan(5);
  }
  for (const region of ['Sangatta', '99']) {
    const nowhere = { ...battery, where: { regions: [region] } };
    const refused = await operator('POST', '/rules', { id: 'b', rule: nowhere });
    expect(refused, region).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  }
  const ofNothing = { ...battery, operationId: 'no-such' };
  expect(await operator('POST', '/rules', { id: 'b', rule: ofNothing })).toMatchObject({
    ...{ status: 404, body: { code: 'operation_not_found' } },
  });
  expect(await operator('POST', '/rules', { id: 'B b', rule: battery })).toMatchObject({
    status: 400,
  });
  expect(await operator('GET', '/rules/b')).toMatchObject({ status: 404 });
});

it('tries a rule over stored positions: as many alarms as it raised, one trial at a time', async () => {
  await operator('POST', '/rules', { id: 'dicoba', rule: battery });
  const startMs = Date.now() - 600_000;
  const devices = new TestTrackers(posko.mqtt);
  // four of six run low; the first of them twice, with a charge in between
  const readings: readonly (readonly [trackerId: string, percents: readonly number[]])[] = [
    ['hp-0', [80, 25, 60, 20]],
    ['hp-1', [29, 28, 27, 26]],
    ['hp-2', [31, 30, 29, 28]],
    ['hp-3', [10, 10, 10, 10]],
    ['hp-4', [90, 89, 88, 87]],
    ['hp-5', [30, 31, 30, 31]],
  ];
  for (const [trackerId, percents] of readings) {
    for (const [nth, batteryPct] of percents.entries()) {
      const fix = { fixedAt: startMs + nth * 60_000, lon: 117.5, lat: 0.5, batteryPct };
      await devices.publish(`posko/64.08/${trackerId}/fix`, JSON.stringify(fix));
    }
  }
  await devices.end();
  const live = async (): Promise<readonly AlarmDetails[]> =>
    (await operator('GET', '/alarms?rule=dicoba')).body.alarms;
  for (;;) {
    const { body: health } = await operator('GET', '/health');
    const isStored = health.storage.behind === 0 && health.storage.written >= 24;
    if (isStored && (await live()).length >= 4) break;
    await delay(50);
  }
  const alarms = await live();
  const occurrences = alarms.reduce((sum, each) => sum + each.occurrences, 0);
  expect(alarms.map(({ unitId }) => unitId).toSorted()).toEqual(['hp-0', 'hp-1', 'hp-2', 'hp-3']);
  expect(occurrences).toBe(5);

  const twoDays = { from: new Date(Date.now() - 47 * 3_600_000).toISOString() };
  const trials = await Promise.all(
    [1, 2].map(() => operator('POST', '/rules/trial', { rule: battery, ...twoDays })),
  );
  expect(trials.map(({ status }) => status).toSorted()).toEqual([200, 429]);
  const refused = trials.find(({ status }) => status === 429);
  expect(refused?.body).toMatchObject({ code: 'too_many_requests' });
  const tried = trials.find(({ status }) => status === 200)?.body;
  expect(tried).toMatchObject({ raised: alarms.length, occurrences, positions: 24, units: 6 });
  expect(tried.first.map(({ unitId }: AlarmDetails) => unitId).toSorted()).toEqual(
    alarms.map(({ unitId }) => unitId).toSorted(),
  );
  // four of six units: whoever wants that should know
  expect(tried).toMatchObject({ matched: 4, of: 6, warning: 'fits_most' });
  const rarer = { ...battery, condition: { kind: 'battery_low', belowPct: 15 } };
  expect(await operator('POST', '/rules/trial', { rule: rarer })).toMatchObject({
    ...{ status: 200, body: { raised: 1, warning: null } },
  });
  // a trial raises nothing
  expect(await live()).toEqual(alarms);
});

it('refuses trials that cannot be, and says why', async () => {
  const sos = { ...battery, condition: { kind: 'sos' }, priority: 'sos' };
  const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  for (const [what, each] of [
    ['sos', { rule: sos }],
    ['three days', { rule: battery, from: at(72) }],
    ['backwards', { rule: battery, from: at(1), to: at(2) }],
    ['no time', { rule: battery, from: 'yesterday' }],
    ['no zone', { rule: battery, from: '2024-11-27T00:00:00' }],
    ['no rule', {}],
  ] as const) {
    const refused = await operator('POST', '/rules/trial', each);
    expect(refused, what).toMatchObject({ status: 400, body: { code: 'bad_request' } });
    expect(refused.body.detail.length).toBeGreaterThan(5);
  }
  expect(await as('commander')('POST', '/rules/trial', { rule: battery })).toMatchObject(forbidden);
});
