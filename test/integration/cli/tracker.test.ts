import { beforeEach, describe, expect, it } from 'vitest';
import { isTrackerSecret, readTrackerHash } from '../../../server/accounts/trackerSecrets.ts';
import { certificateEarlyMs } from '../../../server/domain/principal.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import { readRegistered } from '../../../server/storage/readRegistered.ts';
import { installationOfFile } from './installation.ts';

const installation = installationOfFile();
const posko = (args: readonly string[], answers?: readonly string[], env = {}) =>
  installation().posko(args, answers, env);
const outside = {
  POSKO_HTTP_NAMES: 'posko.example.id',
  POSKO_HTTP_HOST: '0.0.0.0',
  POSKO_ALLOW_PLAIN_HTTP: '1',
};

beforeEach(async () => {
  await installation().database.pool.query('truncate trackers, units, gateways cascade');
});

describe('tracker assign', () => {
  it('gives a tracker to a unit as its backup, and later as its primary', async () => {
    for (const id of ['awc-01', 'hp-07']) await posko(['tracker', 'add', id, '--region=64.08']);
    const backup = ['tracker', 'assign', 'hp-07', '--unit=awc-01', '--role=backup'];
    expect(await posko([...backup, '--from=2024-11-27T08:00:00+08:00'])).toEqual({
      status: 0,
      error: '',
      output: 'Unit awc-01 carries tracker hp-07 as its backup.\n',
    });
    expect(await posko(['tracker', 'assign', 'hp-07', '--unit=awc-01'])).toMatchObject({
      status: 0,
      output:
        'Unit awc-01 carries tracker hp-07 as its primary.\nNobody carries tracker awc-01 any more.\n',
    });
    const [last, first] = await lastDeeds(2);
    expect(last).toMatchObject({ action: 'tracker.assigned', data: { replaced: 'awc-01' } });
    expect(first).toMatchObject({
      actor: 'cli',
      subject: 'tracker:hp-07',
      region: '64.08',
      data: {
        unit: 'awc-01',
        role: 'backup',
        from: '2024-11-27T00:00:00.000Z',
        carriedBy: 'hp-07',
      },
    });
  });

  it.each([
    [['hp-07'], /--unit is missing/],
    [['hp-07', '--unit=awc-01', '--role=spare'], /--role is "spare"/],
    [['hp-07', '--unit=awc-01', '--from=2024-11-27T08:00:00'], /with its offset/],
    [['hp-07', '--unit=none'], /no unit "none"/],
    [['none', '--unit=hp-07'], /no tracker "none"/],
  ])('says what is wrong with %j', async (args, why) => {
    await posko(['tracker', 'add', 'hp-07', '--region=64.08']);
    const end = await posko(['tracker', 'assign', ...args]);
    expect(end.status).not.toBe(0);
    expect(end.error).toMatch(why);
  });
});

describe('tracker add', () => {
  it('prints a made secret once, which is the one that counts', async () => {
    const end = await posko(['tracker', 'add', 'hp-07', '--region=64.08']);
    expect(end).toMatchObject({ status: 0, error: '' });
    const [, secret = ''] = /shown this once: ([0-9a-z]{20})\n$/.exec(end.output) ?? [];
    expect(await isSecret('hp-07', secret)).toBe(true);
    expect(await isSecret('hp-07', `${secret}x`)).toBe(false);
    const [entry] = await lastDeeds(1);
    expect(entry).toMatchObject({
      actor: 'cli',
      action: 'tracker.added',
      subject: 'tracker:hp-07',
      region: '64.08',
    });
    expect(JSON.stringify(entry?.data)).not.toContain(secret);
  });

  it('takes a secret that somebody chose, and does not print it', async () => {
    const end = await posko(
      ['tracker', 'add', 'hp-07', '--region=64.08', '--secret-stdin'],
      ['rahasia1', 'rahasia1'],
    );
    expect(end).toMatchObject({ status: 0, error: '' });
    expect(end.output).not.toContain('rahasia1');
    expect(await isSecret('hp-07', 'rahasia1')).toBe(true);
  });

  it('adds one with a weak identity, without a secret', async () => {
    const end = await posko([
      ...['tracker', 'add', 'gt-1', '--region=64.08', '--weak', '--network=10.20.0.0/16'],
      ...['--network=10.30.0.1', '--time-zone=Asia/Makassar', '--kind=truck', '--bearer=Andi'],
    ]);
    expect(end).toMatchObject({ status: 0, error: '' });
    expect(end.output).not.toContain('secret');
    const { principals, secrets } = await registered();
    expect(principals.trackers[0]).toMatchObject({
      isWeak: true,
      networks: expect.arrayContaining(['10.20.0.0/16', '10.30.0.1/32']),
      timeZone: 'Asia/Makassar',
    });
    expect(secrets.get('gt-1')?.hash).toBeNull();
    expect(JSON.stringify(await lastDeeds(1))).not.toContain('Andi');
  });

  it('shows QR codes and links for phones', async () => {
    const end = await posko(['tracker', 'add', 'hp-07', '--region=64.08', '--qr'], [], outside);
    expect(end).toMatchObject({ status: 0, error: '' });
    const [, secret = ''] = /shown this once: (\S+)/.exec(end.output) ?? [];
    expect(end.output).toContain(
      `Server URL: http://posko.example.id:8080/in/osmand?secret=${secret}\n`,
    );
    expect(end.output).toContain('Device identifier: hp-07\n');
    const [, inline = ''] = /^owntracks:\/\/\/config\?inline=(\S+)$/m.exec(end.output) ?? [];
    expect(JSON.parse(Buffer.from(decodeURIComponent(inline), 'base64').toString())).toMatchObject({
      // the broker stays on this machine here, so by HTTP
      mode: 3,
      url: 'http://posko.example.id:8080/in/owntracks',
      username: 'hp-07',
      password: secret,
    });
    expect(end.output.match(/^█[█▀▄ ]+█$/gm)?.length).toBeGreaterThan(40);
    const named = await posko(['tracker', 'secret', 'hp-07', '--qr', '--host', '10.0.0.5'], [], {
      ...outside,
      POSKO_MQTT_HOST: '0.0.0.0',
    });
    const [, again = ''] = /inline=(\S+)$/m.exec(named.output) ?? [];
    expect(JSON.parse(Buffer.from(decodeURIComponent(again), 'base64').toString())).toMatchObject({
      mode: 0,
      host: '10.0.0.5',
      port: 1883,
      tls: false,
    });
  });

  it.each([
    [['--qr'], {}, /^Nothing says under which name phones reach this server: name it by --host/],
    [['--qr', '--host=x'], { POSKO_HTTP_PORT: '0' }, /^With port 0 the server takes any free port/],
    [['--time-zone=+08:00'], {}, /^The tracker was not added: a time zone is an IANA name/],
    [['--weak', '--network=10.0.0.0/99'], {}, /^The tracker was not added: a network is/],
  ])('adds nothing with %j', async (options, env, sentence) => {
    const end = await posko(['tracker', 'add', 'hp-07', '--region=64.08', ...options], [], env);
    expect(end).toMatchObject({ status: 1, output: '', error: expect.stringMatching(sentence) });
    expect((await registered()).secrets.size).toBe(0);
  });

  it('refuses a chosen secret that is too short', async () => {
    const args = ['tracker', 'add', 'hp-07', '--region=64.08', '--secret-stdin'];
    const end = await posko(args, ['1234567', '1234567']);
    expect(end).toMatchObject({
      status: 1,
      error: 'The secret cannot be used: a secret has 8 to 128 printable characters; this one 7.\n',
    });
  });
});

it('gives a tracker a new secret, and takes it away', async () => {
  await posko(['tracker', 'add', 'hp-07', '--region=64.08', '--secret-stdin'], twice('rahasia1'));
  const end = await posko(['tracker', 'secret', 'hp-07']);
  const [, secret = ''] = /shown this once: (\S+)\n$/.exec(end.output) ?? [];
  expect(await isSecret('hp-07', secret)).toBe(true);
  expect(await isSecret('hp-07', 'rahasia1')).toBe(false);
  await posko(['tracker', 'secret', 'hp-07', '--secret-stdin'], twice('rahasia2'));
  expect(await isSecret('hp-07', 'rahasia2')).toBe(true);
  const removed = await posko(['tracker', 'secret', 'hp-07', '--remove']);
  expect(removed.output).toBe('Tracker hp-07 has no secret.\n');
  expect((await registered()).secrets.get('hp-07')?.hash).toBeNull();
  expect((await lastDeeds(3)).map(({ action }) => action)).toEqual([
    'tracker.secret_removed',
    'tracker.secret_set',
    'tracker.secret_set',
  ]);
});

it('changes how a tracker may say who it is, and lists it', async () => {
  await posko(['tracker', 'add', 'hp-07', '--region=64.08', '--callsign=Alfa']);
  await posko(['tracker', 'add', 'gt-1', '--region=64.08', '--weak']);
  expect(await posko(['tracker', 'set', 'gt-1', '--no-weak'])).toMatchObject({ status: 0 });
  const end = await posko([
    ...['tracker', 'set', 'hp-07', '--weak', '--network=10.0.0.0/8', '--region=64.74'],
    ...['--time-zone=Asia/Jayapura', '--bearer=Andi'],
  ]);
  expect(end).toEqual({ status: 0, output: 'Changed tracker hp-07.\n', error: '' });
  expect((await posko(['tracker', 'list'])).output).toBe(
    'gt-1\t64.08\tgt-1\thandheld\tpolri\tnone\t-\tgt-1\tprimary\n' +
      'hp-07\t64.74\tAlfa\thandheld\tpolri\tsecret, weak\tAsia/Jayapura\thp-07\tprimary\n',
  );
  const deeds = await lastDeeds(2);
  // both regions hear of a tracker that moves from one to the other
  expect(deeds.map(({ region }) => region)).toEqual(['64.74', '64.08']);
  expect(deeds[0]?.data).toEqual({
    changed: ['bearer', 'isWeak', 'networks', 'region', 'timeZone'],
    region: '64.74',
    isWeak: true,
    networks: ['10.0.0.0/8'],
    timeZone: 'Asia/Jayapura',
  });
  await posko(['tracker', 'set', 'hp-07', '--network=', '--time-zone=']);
  const [, tracker] = (await registered()).principals.trackers;
  expect(tracker).toMatchObject({ networks: [], timeZone: undefined });
});

describe('gateway', () => {
  const add = (...more: readonly string[]) =>
    posko(['gateway', 'add', 'lora-1', '--region=64.08', ...more]);

  it('is added, listed, changed, given a new secret and removed', async () => {
    for (const id of ['A', 'B']) await posko(['tracker', 'add', id, '--region=64.08']);
    const added = await add('--name=LoRa', '--topic=msh/#', '--topic=v3/+/up', '--tracker=A');
    expect(added).toMatchObject({ status: 0, error: '' });
    expect(added.output).toMatch(
      /^Added gateway lora-1 \(LoRa\)\.\nIt publishes to msh\/#, v3\/\+\/up, for 1 trackers\.\n/,
    );
    const [, first = ''] = /shown this once: (\S+)\n$/.exec(added.output) ?? [];
    expect(await isSecret('lora-1', first)).toBe(true);

    await posko(['gateway', 'set', 'lora-1', '--tracker=B', '--topic=', '--name=LoRa 2']);
    expect((await posko(['gateway', 'list'])).output).toBe('lora-1\t64.08\tLoRa 2\tsecret\t-\tB\n');
    const [changed] = await lastDeeds(1);
    expect(changed?.data).toMatchObject({
      topics: [],
      trackersAdded: { count: 1, ids: ['B'] },
      trackersRemoved: { count: 1, ids: ['A'] },
    });

    const renewed = await posko(['gateway', 'secret', 'lora-1']);
    const [, second = ''] = /shown this once: (\S+)\n$/.exec(renewed.output) ?? [];
    expect(await isSecret('lora-1', second)).toBe(true);
    expect(await isSecret('lora-1', first)).toBe(false);

    const removed = await posko(['gateway', 'remove', 'lora-1']);
    expect(removed.output).toBe('Removed gateway lora-1.\n');
    expect((await posko(['gateway', 'list'])).output).toBe('');
    expect((await lastDeeds(4)).map(({ action }) => action)).toEqual([
      'gateway.removed',
      'gateway.secret_set',
      'gateway.changed',
      'gateway.added',
    ]);
  });

  it.each([
    [['add', 'lora-1'], 2, /^--region is missing/],
    [['add'], 2, /^the id of the gateway is missing/],
    [
      ['add', 'x', '--region=64.08', '--topic=#'],
      1,
      /^The gateway was not added: the topic "#" must/,
    ],
    [['add', 'x', '--region=64.08', '--tracker=no'], 1, /not added: there is no tracker "no"/],
    [['add', 'hp-07', '--region=64.08'], 1, /not added: there is already a tracker with the id/],
    [['set', 'none', '--name=x'], 1, /^The gateway was not changed: there is no gateway "none"/],
    [['set', 'none'], 2, /^there is nothing to change/],
    [['secret', 'none'], 1, /^The secret was not changed: there is no gateway/],
    [['remove', 'none'], 1, /^The gateway was not removed: there is no gateway/],
  ])('says what is wrong with %j', async (args, status, sentence) => {
    await posko(['tracker', 'add', 'hp-07', '--region=64.08']);
    const end = await posko(['gateway', ...args]);
    expect(end).toMatchObject({ status, error: expect.stringMatching(sentence) });
  });
});

it.each([
  [['add', 'hp-07', '--region=64.08', '--weak', '--qr'], /^with --weak it has no secret/],
  [['add', 'hp-07', '--region=64.08', '--weak', '--no-weak'], /^name --weak or --no-weak/],
  [['secret', 'hp-07', '--remove', '--qr'], /^with --remove there is no secret/],
  [['secret'], /^the id of the tracker is missing/],
])('is called wrongly with tracker %j', async (args, sentence) => {
  const end = await posko(['tracker', ...args]);
  expect(end).toMatchObject({ status: 2, error: expect.stringMatching(sentence) });
});

it('says where the waiting room is', async () => {
  const end = await posko(['waiting']);
  expect(end).toMatchObject({ status: 1, output: '' });
  expect(end.error).toMatch(/^Only the running server knows who waits/);
});

function twice(secret: string): readonly string[] {
  return [secret, secret];
}

function registered() {
  return readRegistered(installation().database.pool);
}

async function isSecret(id: string, secret: string): Promise<boolean> {
  const read = readTrackerHash((await registered()).secrets.get(id)?.hash ?? '');
  return read !== undefined && isTrackerSecret(read, secret);
}

/** Newest first. */
function lastDeeds(limit: number) {
  const { pool } = installation().database;
  return readLog(pool, { before: undefined, limit, regions: undefined });
}

describe('cert revoke', () => {
  it('tells the door from when on the certificates of a tracker or gateway count', async () => {
    await posko(['tracker', 'add', 'hp-07', '--region=64.08']);
    await posko(['gateway', 'add', 'lora-1', '--region=64.08', '--topic=posko/64.08/+/fix']);
    expect((await registered()).principals.certificatesFromMs.size).toBe(0);
    const beforeMs = Date.now();
    for (const [id, kind] of [
      ['hp-07', 'tracker'],
      ['lora-1', 'gateway'],
    ] as const) {
      expect(await posko(['cert', 'revoke', id])).toMatchObject({ status: 0, error: '' });
      const fromMs = (await registered()).principals.certificatesFromMs.get(id) ?? 0;
      // whole seconds, as long before now as certificates are made valid
      expect(fromMs + certificateEarlyMs).toBeGreaterThan(beforeMs - 1_000);
      expect(fromMs + certificateEarlyMs).toBeLessThanOrEqual(Date.now());
      const [entry] = await lastDeeds(1);
      expect(entry).toMatchObject({
        actor: 'cli',
        action: `${kind}.certificates_revoked`,
        subject: `${kind}:${id}`,
        region: '64.08',
      });
    }
    expect(await posko(['cert', 'revoke', 'ghost'])).toMatchObject({
      status: 1,
      error: 'Nothing was revoked: there is no tracker and no gateway "ghost".\n',
    });
  });
});
