import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { connectAsync } from 'mqtt';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Grant } from '../../../server/domain/access.ts';
import { roleMay, roles } from '../../../server/domain/permission.ts';
import { readConnection } from '../../../server/storage/embedded/runFolder.ts';
import { healthOf } from '../../fixtures/operator.ts';
import { asTracker } from '../../fixtures/trackerSecret.ts';
import { LiveScreen } from '../fixtures/liveScreen.ts';
import { addTestTracker, runPosko, stopPosko, type TestPosko } from '../fixtures/runningPosko.ts';
import { TestTrackers } from '../fixtures/testTrackers.ts';
import { addPerson, addToken, signIn } from './actors.ts';

/*
 * Who may do what, over the whole running server: every route for every kind of asker, and what is of
 * another region on every list, export and live frame.
 */

type Headers = { readonly cookie?: string; readonly authorization?: string };
/** One unit at home in Kutai Timur, one in Kutai Kartanegara, one in Probolinggo. */
const units = { own: 'hp-own', neighbour: 'hp-neighbour', far: 'hp-far' } as const;
const regions = { own: '64.08', neighbour: '64.02', far: '35.13' } as const;

let posko: TestPosko;
let pool: pg.Pool;
const screens: LiveScreen[] = [];

beforeAll(async () => {
  posko = await runPosko([], {
    prepare: async (prepared) => {
      for (const place of ['own', 'neighbour', 'far'] as const) {
        await addTestTracker(prepared, units[place], regions[place]);
      }
    },
  });
  pool = new pg.Pool({ ...readConnection(posko.config.dataDir), max: 4 });
  const devices = new TestTrackers(posko.mqtt);
  for (const place of ['own', 'neighbour', 'far'] as const) {
    for (const agoMs of [7_200_000, 3_600_000, 60_000, 0]) {
      const fix = { fixedAt: Date.now() - agoMs, lon: 117.5, lat: 0.5 };
      const topic = `posko/${regions[place]}/${units[place]}/fix`;
      await devices.publish(topic, JSON.stringify(fix));
    }
  }
  await devices.end();
  while ((await healthOf(posko.http)).storage.written < 12) await new Promise(setImmediate);
}, 60_000);

afterAll(async () => {
  for (const screen of screens) await screen.close();
  await pool.end();
  await stopPosko(posko);
});

let people = 0;
/** Somebody new with these grants, signed in. */
async function somebody(
  ...grants: Grant[]
): Promise<{ cookie: string; name: string; key: number }> {
  people += 1;
  const name = `person-${people}`;
  const key = await addPerson(pool, name, grants);
  return Object.assign(await signIn(pool, key), { name, key });
}
const headersOf = ({ cookie, authorization }: Headers): Record<string, string> => ({
  ...(cookie !== undefined && { cookie }),
  ...(authorization !== undefined && { authorization }),
});

type Answer = { status: number; code: string | undefined; body: unknown };
let asked = 0;
/** Each request comes from another address of this machine, so that no limit of an address is reached. */
async function ask(headers: Headers, path: string, method = 'GET'): Promise<Answer> {
  asked += 1;
  const sent = request({
    host: '127.0.0.1',
    port: posko.httpPort,
    localAddress: `127.0.${1 + (asked >> 8)}.${asked & 255}`,
    path,
    method,
    headers: { ...headersOf(headers), 'x-posko-request': '1' },
    agent: false,
  });
  sent.end();
  const [answer]: IncomingMessage[] = await once(sent, 'response');
  if (answer === undefined) throw new Error('no answer');
  const text = await readText(answer);
  const isJson = answer.headers['content-type']?.includes('json') ?? false;
  const body: unknown = isJson ? JSON.parse(text) : text;
  const code =
    typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : undefined;
  return { status: answer.statusCode ?? 0, code, body };
}

const day = () => {
  const window = { from: new Date(Date.now() - 8_000_000), to: new Date(Date.now() + 60_000) };
  return `from=${window.from.toISOString()}&to=${window.to.toISOString()}`;
};
const why = 'reason=review%20of%20the%20drill';

/** Codes by which the check at the door refuses; what a handler says comes after it. */
const refusals = ['signed_out', 'forbidden', 'not_set_up', 'request_forged'];

describe('every route', () => {
  it('says who may call it, and there are the ones that this test knows of', () => {
    const listed = posko.routes
      .filter(({ method, url }) => !method.includes('HEAD') && !url.startsWith('/assets/'))
      .map(({ method, url, access }) => `${method} ${url} ${access}`)
      .sort();
    // a new route is a new line here, and in the matrix of docs/operations.md if it has a new permission
    expect(listed).toMatchSnapshot();
  });

  it('is open to those whom the matrix allows and to nobody else', async () => {
    const differing: string[] = [];
    const owner = await somebody(...roles.map((role) => ({ role, region: '64.08' })));
    const display = await addToken(pool, {
      kind: 'display',
      ownerKey: owner.key,
      grant: { role: 'viewer', region: '64.08' },
    });
    const script = await addToken(pool, {
      kind: 'api',
      ownerKey: owner.key,
      grant: { role: 'integrator', region: '64.08' },
    });
    const askers = [
      { who: 'nobody', grants: [], isPerson: false, headers: async () => ({}) },
      { who: 'without grants', grants: [], isPerson: true, headers: () => somebody() },
      ...roles.map((role) => ({
        who: role,
        grants: [role],
        isPerson: true,
        headers: () => somebody({ role, region: '64.08' }),
      })),
      { who: 'a display', grants: ['viewer'], isPerson: false, headers: async () => display },
      { who: 'a script', grants: ['integrator'], isPerson: false, headers: async () => script },
    ] as const;
    let checked = 0;
    for (const { method, url, access } of posko.routes) {
      if (method.includes('HEAD') || url.startsWith('/assets/') || access === undefined) continue;
      for (const { who, grants, isPerson, headers } of askers) {
        const path = url.replace(/:(\w+)/g, (_, name) => (name === 'key' ? '2147483647' : 'x'));
        const { code, status } = await ask(await headers(), path, method);
        const isRefused = code !== undefined && refusals.includes(code);
        const isAllowed = ((): boolean => {
          switch (access) {
            case 'public':
            case 'sign_in':
            // devices, who are asked otherwise
            case 'door':
              return true;
            case 'setup':
              // it is over, which is said otherwise
              return true;
            case 'signed_in':
              return who !== 'nobody';
            case 'person':
              return isPerson;
            default:
              return grants.some((role) => roleMay(role, access));
          }
        })();
        checked += 1;
        if (isRefused === isAllowed || status >= 500) {
          differing.push(`${method} ${url} (${access}) for ${who}: ${status} ${code}`);
        }
      }
    }
    expect(differing).toEqual([]);
    expect(checked).toBeGreaterThan(200);
  }, 60_000);
});

describe('what is of another region', () => {
  const idsOf = ({ body }: Answer): string[] =>
    (body as { units: { unit: { id: string } }[] }).units.map(({ unit }) => unit.id).sort();

  it.each([
    ['64.08', [units.own]],
    ['64', [units.neighbour, units.own]],
    ['64.08.04', []],
    ['62', []],
    ['*', [units.far, units.neighbour, units.own]],
  ])('is in no list of units of %s', async (region, expected) => {
    const person = await somebody({ role: 'viewer', region });
    expect(idsOf(await ask(person, '/api/v1/units'))).toEqual(expected);
  });

  it('cannot be told from what does not exist', async () => {
    const person = await somebody({ role: 'commander', region: '64.08' });
    for (const url of [
      `/api/v1/units/${units.far}`,
      `/api/v1/units/${units.far}/track?${day()}&${why}`,
      `/api/v1/units/${units.far}/track.geojson?${day()}&${why}`,
      `/api/v1/units/${units.far}/proximities`,
      `/api/v1/units/nearest?unit=${units.far}`,
      `/api/v1/transitions?unit=${units.far}&${why}`,
    ]) {
      const [hidden, missing] = [
        await ask(person, url),
        await ask(person, url.replace(units.far, 'hp-none')),
      ];
      expect([hidden.status, hidden.code]).toEqual([404, 'unit_not_found']);
      expect(JSON.stringify(hidden.body).replaceAll(units.far, 'hp-none')).toBe(
        JSON.stringify(missing.body),
      );
    }
    expect((await ask(person, `/api/v1/units/${units.own}`)).status).toBe(200);
  });

  it('is not named by the health page to whom it does not concern', async () => {
    const stranger = connectAsync(posko.mqtt, { reconnectPeriod: 0, ...asTracker('hp-stranger') });
    await expect(stranger).rejects.toThrow(/Not authorized/);
    const [everywhere, own] = [
      await somebody({ role: 'integrator', region: '*' }),
      await somebody({ role: 'integrator', region: '64.08' }),
    ];
    const health = async (headers: Headers) =>
      JSON.stringify((await ask(headers, '/api/v1/health')).body);
    // the door reports once a second
    while (!(await health(everywhere)).includes('hp-stranger')) await new Promise(setImmediate);
    const told = await health(own);
    expect(told).toContain('unknown_tracker');
    expect(told).not.toContain('hp-stranger');
  });

  it('keeps who carries a unit for those who may see people there, and for no roster', async () => {
    await pool.query('update units set bearer = $1 where id = $2', ['Bripka Sari', units.own]);
    const [dispatcher, viewer, elsewhere] = [
      await somebody({ role: 'dispatcher', region: '64.08' }),
      await somebody({ role: 'viewer', region: '64.08' }, { role: 'administrator', region: '*' }),
      await somebody({ role: 'viewer', region: '64' }, { role: 'dispatcher', region: '64.02' }),
    ];
    const url = `/api/v1/units/${units.own}`;
    // the server hears of the change a moment later
    while (!JSON.stringify((await ask(dispatcher, url)).body).includes('Bripka Sari')) {
      await new Promise(setImmediate);
    }
    for (const headers of [viewer, elsewhere]) {
      for (const address of [url, '/api/v1/units']) {
        const { status, body } = await ask(headers, address);
        expect([status, JSON.stringify(body)]).toEqual([200, expect.not.stringContaining('Sari')]);
      }
    }
    const screen = await LiveScreen.open(posko.http, headersOf(dispatcher));
    screens.push(screen);
    expect(JSON.stringify(screen.messages)).not.toContain('Sari');
  });

  it('is in no live frame and no roster, and one of several grants brings all of them', async () => {
    const [own, both] = [
      await somebody({ role: 'dispatcher', region: '64.08' }),
      await somebody({ role: 'viewer', region: '64.08' }, { role: 'dispatcher', region: '35' }),
    ];
    const names = async (headers: Headers): Promise<string[]> => {
      const screen = await LiveScreen.open(posko.http, headersOf(headers));
      screens.push(screen);
      const roster = screen.messages.findLast((message) => message.type === 'units');
      expect(new Set(screen.frames.flatMap(({ unitKey }) => [...unitKey]))).toEqual(
        new Set(roster?.units.map(({ key }) => key)),
      );
      return roster?.units.map(({ id }) => id).sort() ?? [];
    };
    expect(await names(own)).toEqual([units.own]);
    expect(await names(both)).toEqual([units.far, units.own]);
  });

  it('is in no log: who may read it sees the deeds of the own regions', async () => {
    const [everywhere, own] = [
      await somebody({ role: 'commander', region: '*' }),
      await somebody({ role: 'commander', region: '64.08' }),
    ];
    for (const unit of [units.own, units.far]) {
      const url = `/api/v1/units/${unit}/track?${day()}&${why}`;
      expect((await ask(everywhere, url)).status).toBe(200);
    }
    const subjects = async (headers: Headers): Promise<string[]> => {
      const { body } = await ask(headers, '/api/v1/audit?limit=100');
      const { entries } = body as { entries: { action: string; subject: string }[] };
      return entries
        .filter(({ action }) => action === 'track.viewed')
        .map(({ subject }) => subject);
    };
    expect(await subjects(own)).toEqual([`unit:${units.own}`]);
    expect((await subjects(everywhere)).sort()).toEqual([`unit:${units.far}`, `unit:${units.own}`]);
  });
});

describe('where a unit was', () => {
  it('is told for a reason only, which the log has with who asked', async () => {
    const person = await somebody({ role: 'dispatcher', region: '64.08' });
    const url = `/api/v1/units/${units.own}/track?${day()}`;
    expect((await ask(person, url)).code).toBe('reason_missing');
    expect((await ask(person, `${url}&reason=%20%20a%20`)).code).toBe('reason_missing');
    const told = await ask(person, `${url}&${why}`);
    expect(told.body).toMatchObject({
      unitId: units.own,
      fixCount: 4,
      lon: [117.5, 117.5, 117.5, 117.5],
    });
    const { rows } = await pool.query('select * from log where action = $1 and actor = $2', [
      'track.viewed',
      person.name,
    ]);
    expect(rows).toMatchObject([
      { subject: `unit:${units.own}`, region: '64.08', data: { reason: 'review of the drill' } },
    ]);
  });

  it('is exported by a commander, and not by a dispatcher', async () => {
    const url = `/api/v1/units/${units.own}/track.geojson?${day()}&${why}`;
    expect((await ask(await somebody({ role: 'dispatcher', region: '64.08' }), url)).code).toBe(
      'forbidden',
    );
    const { body } = await ask(await somebody({ role: 'commander', region: '64.08' }), url);
    expect(body).toMatchObject({ type: 'FeatureCollection' });
    expect((body as { features: unknown[] }).features).toHaveLength(4);
  });

  it.each([
    ['from=yesterday&to=2026-01-01T00:00:00Z', /"from" must be a time with its zone/],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', /"to" must be after/],
    ['from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', /at most 31 days/],
  ])('asks for a window that makes sense: %s', async (window, detail) => {
    const person = await somebody({ role: 'commander', region: '64.08' });
    const { status, body } = await ask(person, `/api/v1/units/${units.own}/track?${window}&${why}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ detail: expect.stringMatching(detail) });
  });
});

describe('a unit that is lent to an operation elsewhere (BKO)', () => {
  it('is seen there from the first to the last moment of it, live and in the past, and no longer', async () => {
    const person = await somebody({ role: 'commander', region: '64.08' });
    const screen = await LiveScreen.open(posko.http, headersOf(person));
    screens.push(screen);
    const shown = (): string[] =>
      screen.messages.findLast((message) => message.type === 'units')?.units.map(({ id }) => id) ??
      [];
    await pool.query(
      `insert into operations (id, name, region, starts_at)
       values ('mantap-praja', 'Mantap Praja', '64.08', now() - interval '1 day')`,
    );
    // it begins an hour and a half ago, and ends in two seconds: nobody says so then but the clock
    await pool.query(
      `insert into operation_assignments (operation_key, unit_key, valid_from, valid_to)
       select o.key, u.key, now() - interval '90 minutes', now() + interval '2 seconds'
       from operations o, units u where o.id = 'mantap-praja' and u.id = $1`,
      [units.far],
    );
    await screen.until(() => shown().includes(units.far));
    expect((await ask(person, `/api/v1/units/${units.far}`)).status).toBe(200);
    await screen.until(() => !shown().includes(units.far));
    expect((await ask(person, `/api/v1/units/${units.far}`)).status).toBe(404);
    const past = await ask(person, `/api/v1/units/${units.far}/track?${day()}&${why}`);
    // what it did before it was lent is nobody's business here
    expect(past.body).toMatchObject({ unitId: units.far, fixCount: 3 });
  }, 20_000);
});

describe('a session that ends', () => {
  it('takes its live socket with it, at once, and no other', async () => {
    const [person, other] = [
      await somebody({ role: 'dispatcher', region: '64.08' }),
      await somebody({ role: 'dispatcher', region: '64.08' }),
    ];
    const [one, two] = [
      await LiveScreen.open(posko.http, headersOf(person)),
      await LiveScreen.open(posko.http, headersOf(other)),
    ];
    screens.push(two);
    const closed = once(one.socket, 'close');
    expect((await ask(person, '/api/v1/session', 'DELETE')).status).toBe(204);
    expect((await closed)[0]).toBe(4403);
    expect(two.socket.readyState).toBe(two.socket.OPEN);
    expect((await ask(person, '/api/v1/units')).code).toBe('signed_out');
  });

  it('ends too when another program takes the grants or the person away', async () => {
    const person = await somebody({ role: 'dispatcher', region: '64.08' });
    const screen = await LiveScreen.open(posko.http, headersOf(person));
    const closed = once(screen.socket, 'close');
    await pool.query('delete from grants where user_key = $1', [person.key]);
    expect((await closed)[0]).toBe(4403);
    expect((await ask(person, '/api/v1/units')).code).toBe('forbidden');
    await pool.query('update users set disabled_at = now() where key = $1', [person.key]);
    while ((await ask(person, '/api/v1/session')).code !== 'signed_out') {
      await new Promise(setImmediate);
    }
  });
});
