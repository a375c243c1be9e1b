import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AlarmDetails } from '../../server/domain/alarmDetails.ts';
import { addPerson, signIn } from './api/actors.ts';
import { type ApiCaller, apiCaller, type Headers } from './fixtures/apiCaller.ts';
import { LiveScreen } from './fixtures/liveScreen.ts';
import { addTestTracker, runPosko, stopPosko, type TestPosko } from './fixtures/runningPosko.ts';
import { sosOf, untilShown } from './fixtures/shownAlarm.ts';
import { TestTrackers } from './fixtures/testTrackers.ts';
import { silentTarget } from './outbound/target.ts';

/*
 * What people may do to alarms, what they do wrong, and what hangs beside: over the whole server.
 */

const people = {
  dispatcher: { role: 'dispatcher', region: '64.08' },
  stranger: { role: 'dispatcher', region: '35.13' },
  viewer: { role: 'viewer', region: '64.08' },
  commander: { role: 'commander', region: '64.08' },
} as const;
type Person = keyof typeof people;

let posko: TestPosko;
const headers = new Map<Person, Headers>();
let operator: ApiCaller;
beforeAll(async () => {
  posko = await runPosko(
    Array.from({ length: 8 }, (_, i) => `hp-${i}`),
    {
      prepare: async (pool) => {
        await addTestTracker(pool, 'jatim-1', '35.13');
        for (const [name, grant] of Object.entries(people)) {
          const key = await addPerson(pool, name, [grant]);
          headers.set(name as Person, await signIn(pool, key));
        }
      },
    },
  );
  operator = apiCaller(posko.http);
}, 60_000);
afterAll(() => stopPosko(posko));

const as = (person: Person): ApiCaller => apiCaller(posko.http, headers.get(person));

async function screenOf(person?: Person): Promise<LiveScreen> {
  const screen = await LiveScreen.open(posko.http, person && headers.get(person));
  onTestFinished(() => screen.close());
  return screen;
}

async function say(topic: string, content: object): Promise<void> {
  const devices = new TestTrackers(posko.mqtt);
  await devices.publish(topic, JSON.stringify(content));
  await devices.end();
}

/** An SOS, as it was raised. */
async function sos(trackerId: string, region = '64.08'): Promise<AlarmDetails> {
  const screen = await screenOf();
  await say(`posko/${region}/${trackerId}/sos`, { text: 'tolong' });
  return untilShown(screen, sosOf(trackerId));
}

/** A battery alarm of a tracker, by a rule of its own. */
async function lowBattery(trackerId: string, more: object = {}): Promise<AlarmDetails> {
  const id = `baterai-${trackerId}`;
  const added = await operator('POST', '/rules', {
    id,
    rule: {
      ...{ name: { id: 'Baterai' }, text: { id: 'Baterai {unit} {value}' }, priority: 'high' },
      ...{ condition: { kind: 'battery_low', belowPct: 30 }, isEnabled: true },
      who: { unitIds: [trackerId] },
      ...more,
    },
  });
  expect(added.status).toBe(201);
  const screen = await screenOf();
  await say(`posko/64.08/${trackerId}/status`, { batteryPct: 20 });
  return untilShown(screen, ({ ruleId }) => ruleId === id);
}

describe('regions and roles', () => {
  it('show an alarm to nobody of another region, who cannot act on it either', async () => {
    const alarm = await sos('hp-0');
    const stranger = as('stranger');
    expect((await stranger('GET', '/alarms')).body.alarms).toEqual([]);
    expect((await stranger('GET', '/alarms?state=all')).body.alarms).toEqual([]);
    expect((await stranger('GET', '/alarms/load')).body).toMatchObject({ last10Min: 0, open: 0 });
    const untouched = await operator('GET', `/alarms/${alarm.id}`);
    for (const [action, body] of [
      ['acknowledge', {}],
      ['comment', { text: 'x' }],
      ['close', { outcome: 'handled' }],
      ['assign', { to: null }],
    ] as const) {
      expect(await stranger('POST', `/alarms/${alarm.id}/${action}`, body)).toMatchObject({
        ...{ status: 404, body: { code: 'alarm_not_found' } },
      });
    }
    expect((await operator('GET', `/alarms/${alarm.id}`)).body.alarm).toEqual(untouched.body.alarm);
    // theirs is seen by them, on the screen too, and by nobody of the first region
    const screen = await screenOf('stranger');
    await say('posko/35.13/jatim-1/sos', {});
    const theirs = await untilShown(screen, () => true);
    expect(theirs).toMatchObject({ unitId: 'jatim-1', regions: ['35.13'] });
    expect(await as('dispatcher')('GET', `/alarms/${theirs.id}`)).toMatchObject({ status: 404 });
  });

  it('let a viewer look and nobody but a commander take an alarm out of service', async () => {
    const alarm = await sos('hp-1');
    const path = `/alarms/${alarm.id}`;
    expect(await as('viewer')('GET', path)).toMatchObject({ status: 200 });
    for (const action of ['acknowledge', 'unshelve', 'in-service']) {
      expect(await as('viewer')('POST', `${path}/${action}`, {})).toMatchObject({
        ...{ status: 403, body: { code: 'forbidden' } },
      });
    }
    const broken = { reason: 'tombol macet' };
    expect(await as('dispatcher')('POST', `${path}/out-of-service`, broken)).toMatchObject({
      ...{ status: 403, body: { code: 'forbidden' } },
    });
    const out = await as('commander')('POST', `${path}/out-of-service`, broken);
    expect(out).toMatchObject({
      ...{ status: 200, body: { isDone: true, alarm: { state: 'out_of_service' } } },
    });
    expect(out.body.alarm.service).toMatchObject({ reason: 'tombol macet', by: 'commander' });
    expect(await as('commander')('POST', `${path}/in-service`, {})).toMatchObject({
      ...{ status: 200, body: { isDone: true, alarm: { state: 'unacknowledged', service: null } } },
    });
  });
});

it('lets two operators go through all that can be done, and logs it', async () => {
  const alarm = await lowBattery('hp-2', {
    procedure: [{ text: { id: 'Ganti baterai' }, answers: { id: 'Padal' } }],
  });
  const dispatcher = as('dispatcher');
  const path = `/alarms/${alarm.id}`;
  const untilMs = Date.now() + 3_600_000;
  const steps = [
    ['acknowledge', {}, { state: 'acknowledged', acknowledged: { by: 'dispatcher' } }],
    ['assign', { to: { kind: 'unit', unitId: 'hp-3' } }, { assignee: { unitId: 'hp-3' } }],
    ['assign', { to: { kind: 'person', name: 'commander' } }, { assignee: { name: 'commander' } }],
    ['step', { step: 0, isDone: true }, { procedure: [{ done: { by: 'dispatcher' } }] }],
    ['comment', { text: 'baterai cadangan dibawa' }, { comments: 1 }],
    ['shelve', { reason: 'menunggu', untilMs }, { state: 'shelved', shelf: { untilMs } }],
    ['unshelve', {}, { state: 'acknowledged', shelf: null }],
    ['close', { outcome: 'handled' }, { state: 'closed', closed: { by: 'dispatcher' } }],
  ] as const;
  for (const [action, body, after] of steps) {
    expect(await dispatcher('POST', `${path}/${action}`, body)).toMatchObject({
      ...{ status: 200, body: { isDone: true, alarm: after } },
    });
  }
  // to acknowledge what is closed is no fault; to comment it is
  expect(await operator('POST', `${path}/acknowledge`, {})).toMatchObject({
    ...{ status: 200, body: { isDone: false, alarm: { acknowledged: { by: 'dispatcher' } } } },
  });
  expect(await operator('POST', `${path}/comment`, { text: 'x' })).toMatchObject({
    ...{ status: 409, body: { code: 'alarm_not_now', alarm: { state: 'closed' } } },
  });
  const wanted = ['raised', 'acknowledged', 'assigned', 'step_answered', 'commented'];
  const actions = [...wanted, 'shelved', 'unshelved', 'closed'].map((kind) => `alarm.${kind}`);
  for (;;) {
    const { body } = await operator('GET', '/audit?limit=500');
    const ofIt = body.entries.filter(
      ({ subject }: { subject: string }) => subject === `alarm:${alarm.id}`,
    );
    const told = new Set(ofIt.map(({ action }: { action: string }) => action));
    if (!told.has('alarm.closed')) {
      await delay(50);
      continue;
    }
    expect([...told].toSorted()).toEqual(actions.toSorted());
    const closing = ofIt.find(({ action }: { action: string }) => action === 'alarm.closed');
    expect(closing).toMatchObject({ actor: 'dispatcher', region: '64.08' });
    break;
  }
});

it('does an order once, however often it is sent, and never another alarm by the id of one', async () => {
  const alarm = await sos('hp-3');
  const other = await sos('hp-4');
  const theirs = await sos('jatim-1', '35.13');
  const order = { orderId: 'only-once-please', text: 'sekali saja' };
  const path = `/alarms/${alarm.id}/comment`;
  const answers = await Promise.all([1, 2, 3].map(() => operator('POST', path, order)));
  for (const each of answers) {
    expect(each).toMatchObject({ status: 200, body: { isDone: true, alarm: { id: alarm.id } } });
  }
  expect((await operator('GET', `/alarms/${alarm.id}`)).body.alarm.comments).toBe(1);
  // the same id for another alarm: neither is it done, nor is the first one told to a stranger
  const misused = await operator('POST', `/alarms/${other.id}/comment`, order);
  expect(misused).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  const peeped = await as('stranger')('POST', `/alarms/${theirs.id}/comment`, order);
  expect(peeped).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  expect(JSON.stringify(peeped.body)).not.toContain(alarm.id);
  // also of two that are asked at the same time
  const both = await Promise.all(
    [alarm, other].map(({ id }) =>
      operator('POST', `/alarms/${id}/comment`, { orderId: 'two-at-once', text: 'dua' }),
    ),
  );
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 400]);
});

it('says what is wrong with what is asked, and nothing else suffers', async () => {
  const alarm = await lowBattery('hp-5');
  const path = `/alarms/${alarm.id}`;
  const inAnHour = Date.now() + 3_600_000;
  const bad: readonly (readonly [string, unknown])[] = [
    ['acknowledge', { version: 0 }],
    ['acknowledge', { orderId: 'short' }],
    ['acknowledge', { orderId: 'with a space' }],
    ['acknowledge', { who: 'me' }],
    ['acknowledge', []],
    ['shelve', {}],
    ['shelve', { reason: '', untilMs: inAnHour }],
    ['shelve', { reason: 'x'.repeat(1_001), untilMs: inAnHour }],
    ['shelve', { reason: 'lewat', untilMs: Date.now() - 1_000 }],
    ['shelve', { reason: 'lama', untilMs: Date.now() + 13 * 3_600_000 }],
    ['shelve', { reason: 'kapan', untilMs: 'besok' }],
    ['assign', {}],
    ['assign', { to: { kind: 'person', name: 'nobody-here' } }],
    ['assign', { to: { kind: 'person', name: '' } }],
    ['assign', { to: { kind: 'robot', name: 'r2' } }],
    ['comment', { text: '' }],
    ['comment', { text: 42 }],
    ['step', { step: 7, isDone: true }],
    ['step', { step: -1, isDone: true }],
    ['step', { step: 0.5, isDone: true }],
    ['close', {}],
    ['close', { outcome: 'returned' }],
    ['close', { outcome: 'won' }],
    ['out-of-service', { reason: '' }],
  ];
  for (const [action, body] of bad) {
    const answer = await operator('POST', `${path}/${action}`, body);
    expect(answer, `${action} ${JSON.stringify(body)}`.slice(0, 120)).toMatchObject({
      ...{ status: 400, body: { code: 'bad_request' } },
    });
    expect(answer.body.detail.length).toBeGreaterThan(5);
  }
  expect(
    await operator('POST', `${path}/assign`, { to: { kind: 'unit', unitId: 'no-such' } }),
  ).toMatchObject({ status: 404, body: { code: 'unit_not_found' } });
  for (const missing of ['0192f3a1-5c00-5000-8000-000000000099', 'x']) {
    const { status } = await operator('POST', `/alarms/${missing}/acknowledge`, {});
    expect([400, 404]).toContain(status);
  }
  expect((await operator('GET', path)).body.alarm).toEqual(alarm);
});

it('escalates by its clock, and takes from the shelf what is due', async () => {
  const alarm = await lowBattery('hp-6', { escalation: [{ afterMs: 10_000, to: 'everyone' }] });
  const screen = await screenOf();
  const is = ({ id }: AlarmDetails): boolean => id === alarm.id;
  const untilMs = Date.now() + 1_500;
  const shelved = await operator('POST', `/alarms/${alarm.id}/shelve`, {
    ...{ reason: 'sebentar', untilMs },
  });
  expect(shelved).toMatchObject({ status: 200, body: { alarm: { state: 'shelved' } } });
  // nobody took it back in time: somebody must look again
  const { version } = shelved.body.alarm;
  const back = await untilShown(screen, is, (alarm) => alarm.version > version);
  expect(back.changedAtMs).toBeGreaterThanOrEqual(untilMs);
  expect(back).toMatchObject({ state: 'unacknowledged', shelf: null, escalations: 0 });
  const told = await untilShown(screen, is, ({ escalations }) => escalations === 1);
  expect(told.told).toEqual(['dispatchers', 'everyone']);
  expect(told.changedAtMs - back.changedAtMs).toBeGreaterThanOrEqual(10_000);
}, 60_000);

it('waits for no webhook target that hangs', async () => {
  const hanging = await silentTarget();
  const added = await operator('POST', '/webhooks', {
    ...{ name: 'menggantung', url: hanging.url, regions: ['64.08'] },
  });
  expect(added.status).toBe(201);
  const path = `/webhooks/${added.body.webhook.id}`;
  const screen = await screenOf('dispatcher');
  await say('posko/64.08/hp-7/sos', {});
  const alarm = await untilShown(screen, sosOf('hp-7'));
  while (hanging.connections() === 0) await delay(20);
  for (let times = 2; times <= 4; times++) {
    await say('posko/64.08/hp-7/sos', {});
    await untilShown(screen, sosOf('hp-7'), ({ occurrences }) => occurrences === times);
    const taken = await as('dispatcher')('POST', `/alarms/${alarm.id}/acknowledge`, {});
    expect(taken).toMatchObject({ status: 200, body: { isDone: true } });
    await untilShown(screen, sosOf('hp-7'), ({ state }) => state === 'acknowledged');
  }
  // it hangs all the while
  expect((await operator('GET', path)).body).toMatchObject({ isOn: true, lastSentAtMs: null });
  await operator('DELETE', path);
});
