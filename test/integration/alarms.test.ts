import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AlarmDetails } from '../../server/domain/alarmDetails.ts';
import { asOperator } from '../fixtures/operator.ts';
import { addPerson, signIn } from './api/actors.ts';
import { LiveScreen } from './fixtures/liveScreen.ts';
import { runAgain, runPosko, stopPosko, type TestPosko } from './fixtures/runningPosko.ts';
import { TestTrackers } from './fixtures/testTrackers.ts';

/*
 * Alarms over the whole server: from a device to the screens of two operators, and through a restart.
 */

let posko: TestPosko;
/** Another operator, of Kutai Timur. */
let budi: Headers;
beforeAll(async () => {
  posko = await runPosko(['hp-1', 'hp-2'], {
    prepare: async (pool) => {
      const key = await addPerson(pool, 'budi', [{ role: 'dispatcher', region: '64.08' }]);
      budi = await signIn(pool, key);
    },
  });
}, 60_000);
afterAll(() => stopPosko(posko));

/** The newest that a screen was told of an alarm that fits. */
function alarmOn(
  screen: LiveScreen,
  fits: (alarm: AlarmDetails) => boolean,
): AlarmDetails | undefined {
  return screen.messages
    .flatMap((message) => (message.type === 'alarms' ? message.alarms : []))
    .findLast(fits);
}

type Headers = Readonly<Record<string, string>>;

async function send(path: string, body: object, method = 'POST', who: Headers = asOperator) {
  const answer = await fetch(`${posko.http}/api/v1${path}`, {
    method,
    headers: { ...who, 'x-posko-request': '1', 'content-type': 'application/json' },
    ...(method !== 'GET' && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

async function sos(trackerId: string): Promise<void> {
  const devices = new TestTrackers(posko.mqtt);
  await devices.publish(`posko/64.08/${trackerId}/sos`, JSON.stringify({ text: 'tolong' }));
  await devices.end();
}

const ofUnit = (unitId: string) => (alarm: AlarmDetails) =>
  alarm.unitId === unitId && alarm.ruleKind === 'sos';

it('shows an SOS to every operator; the second who acknowledges hears who was first', async () => {
  const one = await LiveScreen.open(posko.http);
  const other = await LiveScreen.open(posko.http, budi);
  await sos('hp-1');
  for (const screen of [one, other]) {
    await screen.until(() => alarmOn(screen, ofUnit('hp-1')) !== undefined);
  }
  const raised = alarmOn(one, ofUnit('hp-1'));
  expect(raised).toMatchObject({ state: 'unacknowledged', priority: 'sos', isLatching: true });
  const id = raised?.id ?? '';
  const first = await send(`/alarms/${id}/acknowledge`, { version: raised?.version });
  expect(first).toMatchObject({
    status: 200,
    body: { isDone: true, alarm: { state: 'acknowledged' } },
  });
  await other.until(() => alarmOn(other, ({ id: its }) => its === id)?.state === 'acknowledged');
  const second = await send(
    `/alarms/${id}/acknowledge`,
    { version: raised?.version },
    'POST',
    budi,
  );
  expect(second).toMatchObject({
    status: 200,
    body: { isDone: false, alarm: { acknowledged: { by: 'operator' } } },
  });
  // what was decided before somebody else did is not carried out unseen
  const asSeen = { outcome: 'handled', version: raised?.version };
  const late = await send(`/alarms/${id}/close`, asSeen, 'POST', budi);
  expect(late).toMatchObject({ status: 409, body: { code: 'alarm_changed', alarm: { id } } });
  await one.close();
  await other.close();
});

it('knows its alarms after a restart, and raises none again', async () => {
  await sos('hp-2');
  const before = await LiveScreen.open(posko.http);
  await before.until(() => alarmOn(before, ofUnit('hp-2')) !== undefined);
  const id = alarmOn(before, ofUnit('hp-2'))?.id ?? '';
  await send(`/alarms/${id}/comment`, { text: 'dihubungi lewat radio' });
  await before.close();
  await posko.close();
  posko = await runAgain(posko);
  const after = await LiveScreen.open(posko.http);
  await after.until(() => alarmOn(after, ofUnit('hp-2')) !== undefined);
  expect(alarmOn(after, ofUnit('hp-2'))).toMatchObject({ id, comments: 1, occurrences: 1 });
  const { body } = await send('/alarms?state=all', {}, 'GET');
  expect(body.alarms.filter(ofUnit('hp-2'))).toHaveLength(1);
  const log = await send(`/alarms/${id}`, {}, 'GET');
  const kinds = log.body.events.map(({ kind }: { kind: string }) => kind);
  expect(kinds).toEqual(['raised', 'commented']);
  await after.close();
});

it('opens an incident from an alarm, which then knows of it', async () => {
  const screen = await LiveScreen.open(posko.http);
  await screen.until(() => alarmOn(screen, ofUnit('hp-2')) !== undefined);
  const alarm = alarmOn(screen, ofUnit('hp-2'));
  const opened = await send('/incidents', {
    ...{ title: 'Kerumunan di KPU', place: [117.53, 0.5], region: '64.08', radiusM: 300 },
    ...{ isExercise: false, alarmId: alarm?.id },
  });
  expect(opened).toMatchObject({
    status: 201,
    body: { incident: { level: 'hijau', alarmIds: [alarm?.id] } },
  });
  const incidentId = opened.body.incident.id;
  await screen.until(
    () => alarmOn(screen, ({ id }) => id === alarm?.id)?.incidentId === incidentId,
  );
  const raised = await send(`/incidents/${incidentId}/level`, {
    ...{ decision: { kind: 'set_level', level: 'kuning' }, reason: 'lemparan batu' },
  });
  expect(raised).toMatchObject({ status: 200, body: { incident: { level: 'kuning' } } });
  await screen.close();
});

it('takes a new rule from now on, and refuses to lose the one for SOS', async () => {
  const { body } = await send('/rules', {}, 'GET');
  const rule = body.rules.find(({ id }: { id: string }) => id === 'sos');
  expect(await send(`/rules/sos?version=${rule.version}`, {}, 'DELETE')).toMatchObject({
    body: { code: 'sos_rule_stays' },
  });
  const added = await send('/rules', {
    id: 'baterai-habis',
    rule: {
      ...{ name: { id: 'Baterai habis' }, text: { id: 'Baterai {unit} {value}' } },
      ...{ condition: { kind: 'battery_low', belowPct: 30 }, priority: 'high', isEnabled: true },
    },
  });
  expect(added).toMatchObject({ status: 201, body: { id: 'baterai-habis', version: 1 } });
  const screen = await LiveScreen.open(posko.http);
  const devices = new TestTrackers(posko.mqtt);
  const fix = { fixedAt: Date.now(), lon: 117.5, lat: 0.5, batteryPct: 25 };
  await devices.publish('posko/64.08/hp-1/fix', JSON.stringify(fix));
  await devices.end();
  const isIt = ({ ruleId }: AlarmDetails): boolean => ruleId === 'baterai-habis';
  await screen.until(() => alarmOn(screen, isIt) !== undefined);
  expect(alarmOn(screen, isIt)).toMatchObject({ unitId: 'hp-1', priority: 'high' });
  await screen.close();
});
