import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiCaller, apiCaller, type Headers } from '../fixtures/apiCaller.ts';
import { runPosko, stopPosko, type TestPosko } from '../fixtures/runningPosko.ts';
import { addPerson, signIn } from './actors.ts';

/* `/incidents` over the whole server: who may do what, what is wrong with what is asked, and the log. */

const people = {
  dispatcher: { role: 'dispatcher', region: '64.08' },
  stranger: { role: 'dispatcher', region: '35.13' },
  viewer: { role: 'viewer', region: '64.08' },
  kapolsek: { role: 'commander', region: '64.08.04' },
  kapolres: { role: 'commander', region: '64.08' },
  kapolda: { role: 'commander', region: '64' },
} as const;
type Person = keyof typeof people;

let posko: TestPosko;
const headers = new Map<Person, Headers>();
let operator: ApiCaller;
beforeAll(async () => {
  posko = await runPosko(['hp-1'], {
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
const body = {
  ...{ title: 'Kerumunan di KPU', place: [117.53, 0.5], region: '64.08', radiusM: 300 },
  isExercise: false,
};

async function open(more: object = {}): Promise<string> {
  const opened = await operator('POST', '/incidents', { ...body, ...more });
  expect(opened).toMatchObject({ status: 201, body: { isDone: true } });
  return opened.body.incident.id;
}

const forbidden = { status: 403, body: { code: 'forbidden' } };
const unknown = { status: 404, body: { code: 'incident_not_found' } };
const setLevel = (level: string, more: object = {}) => ({
  ...{ decision: { kind: 'set_level', level }, reason: 'perkembangan situasi' },
  ...more,
});
const note = { action: { kind: 'note', text: 'massa mulai datang' } };

it('shows an incident to its region alone, and lets only those write who lead there', async () => {
  const id = await open();
  expect(await as('viewer')('GET', `/incidents/${id}`)).toMatchObject({ status: 200 });
  expect(await as('viewer')('POST', `/incidents/${id}/log`, note)).toMatchObject(forbidden);
  expect(await as('viewer')('POST', '/incidents', body)).toMatchObject(forbidden);
  expect(await as('stranger')('POST', '/incidents', body)).toMatchObject(forbidden);
  const stranger = as('stranger');
  expect((await stranger('GET', '/incidents')).body.incidents).toEqual([]);
  expect((await stranger('GET', '/incidents?state=all')).body.incidents).toEqual([]);
  expect(await stranger('GET', `/incidents/${id}`)).toMatchObject(unknown);
  expect(await stranger('GET', `/incidents/${id}/log`)).toMatchObject(unknown);
  expect(await stranger('POST', `/incidents/${id}/log`, note)).toMatchObject(unknown);
  expect(await stranger('POST', `/incidents/${id}/level`, setLevel('merah'))).toMatchObject({
    status: 403,
  });
  // one of a district does not lead the regency
  expect(await as('kapolsek')('POST', `/incidents/${id}/log`, note)).toMatchObject({ status: 404 });
  expect(await as('dispatcher')('POST', `/incidents/${id}/log`, note)).toMatchObject({
    ...{ status: 200, body: { isDone: true, incident: { version: 2 } } },
  });
});

it('lets each command decide what is theirs, with a reason, and the log tells', async () => {
  const id = await open();
  const path = `/incidents/${id}/level`;
  expect(await as('dispatcher')('POST', path, setLevel('kuning'))).toMatchObject(forbidden);
  expect(await as('kapolres')('POST', path, setLevel('kuning'))).toMatchObject({
    ...{ status: 200, body: { incident: { level: 'kuning' } } },
  });
  // as somebody whom one is not
  const asKapolda = setLevel('merah', { command: 'kapolda' });
  expect(await as('kapolres')('POST', path, asKapolda)).toMatchObject({
    ...{ status: 403, body: { code: 'no_authority' } },
  });
  const lapis = { decision: { kind: 'lapis_ganti' }, reason: 'lemparan batu' };
  expect(await as('kapolres')('POST', path, lapis)).toMatchObject({
    ...{ status: 200, body: { incident: { force: 'dalmas_lanjut' } } },
  });
  const lintas = { decision: { kind: 'lintas_ganti' }, reason: 'anarkis' };
  const alone = await as('kapolres')('POST', path, lintas);
  expect(alone.status).toBeGreaterThanOrEqual(400);
  expect(alone.body.detail.length).toBeGreaterThan(5);
  const kept = (await operator('GET', `/incidents/${id}`)).body;
  expect(kept).toMatchObject({ level: 'kuning', force: 'dalmas_lanjut', version: 3 });
  const seenBefore = setLevel('hijau', { version: 1 });
  expect(await as('kapolda')('POST', path, seenBefore)).toMatchObject({
    ...{ status: 409, body: { code: 'incident_changed', incident: { version: 3 } } },
  });
  for (;;) {
    const { body: log } = await operator('GET', '/audit?limit=500');
    const ofIt = log.entries.filter(
      ({ subject }: { subject: string }) => subject === `incident:${id}`,
    );
    if (ofIt.length < 3) {
      await delay(50);
      continue;
    }
    expect(ofIt.map(({ actor, action }: Record<string, string>) => [actor, action])).toEqual([
      ['kapolres', 'incident.decided'],
      ['kapolres', 'incident.decided'],
      ['operator', 'incident.opened'],
    ]);
    break;
  }
});

it('says what is wrong with what is asked, and nothing else suffers', async () => {
  const id = await open();
  const openings: readonly object[] = [
    { title: '' },
    { title: ' ' },
    { title: 'x'.repeat(201) },
    { place: [200, 0.5] },
    { place: [117.53] },
    { place: ['117.53', '0.5'] },
    { radiusM: 5 },
    { radiusM: 50_000 },
    { region: '64' },
    { region: '99.08' },
    { region: 'Sangatta' },
    { isExercise: 'no' },
    { alarmId: 'that one' },
    { level: 'merah' },
    { orderId: 'x' },
  ];
  for (const each of openings) {
    const answer = await operator('POST', '/incidents', { ...body, ...each });
    expect(answer, JSON.stringify(each).slice(0, 80)).toMatchObject({
      ...{ status: 400, body: { code: 'bad_request' } },
    });
    expect(answer.body.detail.length).toBeGreaterThan(5);
  }
  const lines: readonly unknown[] = [
    {},
    { action: { kind: 'note' } },
    { action: { kind: 'note', text: '' } },
    { action: { kind: 'note', text: '   ' } },
    { action: { kind: 'shout', text: 'x' } },
    { action: { kind: 'check', item: 'no-such-item', isDone: true } },
    { action: { kind: 'crowd', place: [117.5, 0.5], size: -1, text: '' } },
    { action: { kind: 'link_alarm', alarmId: 'x' } },
    { action: { kind: 'add_unit', unitId: 'a b' } },
    { action: { kind: 'move', place: [117.5, 0.5], radiusM: 1 } },
    { action: { kind: 'open', ...body } },
    { action: { kind: 'decide', ...setLevel('merah'), command: 'kapolres' } },
  ];
  for (const each of lines) {
    const answer = await operator('POST', `/incidents/${id}/log`, each);
    expect(answer, JSON.stringify(each).slice(0, 80)).toMatchObject({
      ...{ status: 400, body: { code: 'bad_request' } },
    });
  }
  for (const each of [
    {},
    setLevel('ungu'),
    { ...setLevel('merah'), reason: '' },
    { decision: { kind: 'alih_kendali', to: 'presiden' }, reason: 'x' },
  ]) {
    const answer = await operator('POST', `/incidents/${id}/level`, each);
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  }
  // a text is no photo, whatever it says that it is
  const photo = await fetch(`${posko.http}/api/v1/incidents/${id}/photos`, {
    method: 'POST',
    headers: { ...headers.get('kapolres'), 'x-posko-request': '1', 'content-type': 'image/png' },
    body: '<script>alert(1)</script>',
  });
  expect(photo.status).toBe(400);
  expect((await operator('GET', `/incidents/${id}`)).body).toMatchObject({ version: 1 });
});

it('does an order once, and never another incident by the id of one', async () => {
  const order = { ...body, orderId: 'open-only-once' };
  const answers = await Promise.all([1, 2, 3].map(() => operator('POST', '/incidents', order)));
  const ids = new Set(answers.map(({ body: { incident } }) => incident.id));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(ids.size).toBe(1);
  const [id] = ids;
  // of another region by the same id: it is not theirs to see
  const peeped = await as('stranger')('POST', '/incidents', { ...order, region: '35.13' });
  expect(peeped).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  expect(JSON.stringify(peeped.body)).not.toContain(id);
  const other = await open({ title: 'Kebakaran' });
  const line = { orderId: 'note-only-once', ...note };
  expect(await operator('POST', `/incidents/${id}/log`, line)).toMatchObject({ status: 200 });
  expect(await operator('POST', `/incidents/${id}/log`, line)).toMatchObject({
    ...{ status: 200, body: { incident: { version: 2 } } },
  });
  expect(await operator('POST', `/incidents/${other}/log`, line)).toMatchObject({
    ...{ status: 400, body: { code: 'bad_request' } },
  });
});

it('takes nothing but notes once it is closed, until it is opened again', async () => {
  const id = await open();
  const path = `/incidents/${id}/log`;
  const closing = { action: { kind: 'close', text: 'massa bubar' } };
  expect(await as('dispatcher')('POST', path, closing)).toMatchObject({
    ...{ status: 200, body: { isDone: true } },
  });
  expect(await operator('POST', path, closing)).toMatchObject({
    ...{ status: 200, body: { isDone: false } },
  });
  expect(await operator('POST', `/incidents/${id}/level`, setLevel('merah'))).toMatchObject({
    ...{ status: 409, body: { code: 'incident_not_now' } },
  });
  expect(await operator('POST', path, note)).toMatchObject({ status: 200 });
  const again = { action: { kind: 'reopen', reason: 'massa kembali' } };
  expect(await operator('POST', path, again)).toMatchObject({
    ...{ status: 200, body: { incident: { closedAtMs: null } } },
  });
  expect((await operator('GET', '/incidents')).body.incidents[0]).toMatchObject({ id });
});
