import pino from 'pino';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDoorKeeper, type DoorKeeper } from '../../../server/accounts/doorKeeper.ts';
import {
  hashTrackerSecret,
  isTrackerSecret,
  type MadeSecret,
  makeTrackerSecret,
  readTrackerHash,
} from '../../../server/accounts/trackerSecrets.ts';
import type { KeptSecret } from '../../../server/domain/principal.ts';

const log = pino({ level: 'silent' });
const right = { isRight: true, retryAfterMs: undefined };
const wrong = { isRight: false, retryAfterMs: undefined };

let made: MadeSecret;
let other: MadeSecret;
let chosenHash: string;
let now: number;
let keeper: DoorKeeper;

beforeAll(async () => {
  [made, other] = [await makeTrackerSecret(), await makeTrackerSecret()];
  chosenHash = await hashTrackerSecret('rahasia1');
});

beforeEach(() => {
  now = Date.UTC(2024, 10, 27);
  keeper = createDoorKeeper({ nowMs: () => now, log });
  keeper.set(
    new Map<string, KeptSecret>([
      ['hp-1', { hash: made.hash, version: 1 }],
      ['hp-2', { hash: made.hash, version: 1 }],
      ['own-1', { hash: chosenHash, version: 1 }],
      ['own-2', { hash: chosenHash, version: 1 }],
      ['bare', { hash: null, version: 0 }],
    ]),
  );
});

const check = (id: string, secret: string, address = '10.0.0.1') =>
  keeper.check({ id, secret, address, door: 'mqtt' });

describe('checking a secret', () => {
  it('tells the right one from others', async () => {
    expect(await check('hp-1', made.secret)).toEqual(right);
    expect(await check('hp-1', other.secret)).toEqual(wrong);
    expect(await check('own-1', 'rahasia1')).toEqual(right);
    expect(await check('own-1', 'rahasia2')).toEqual(wrong);
  });

  it('refuses who is registered and has none, and does not take them for unknown', async () => {
    expect(await check('bare', 'whatever')).toEqual(wrong);
    expect(keeper.waiting()).toEqual([]);
  });

  it('goes by the newest secret only', async () => {
    expect(await check('hp-1', made.secret)).toEqual(right);
    keeper.set(new Map([['hp-1', { hash: other.hash, version: 2 }]]));
    expect(await check('hp-1', made.secret)).toEqual(wrong);
    expect(await check('hp-1', other.secret)).toEqual(right);
  });

  it('takes no old secret whose check was under way when the new one came', async () => {
    const asked = check('own-1', 'rahasia1');
    keeper.set(new Map([['own-1', { hash: made.hash, version: 2 }]]));
    expect(await asked).toEqual({ isRight: false, retryAfterMs: 1_000 });
  });

  it('refuses who was removed, even while their check was under way', async () => {
    const asked = check('own-1', 'rahasia1');
    keeper.set(new Map());
    expect((await asked).isRight).toBe(false);
  });

  it('answers many that come at once with the same secret by one look', async () => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => check('own-1', 'rahasia1')),
    );
    expect(new Set(answers)).toEqual(new Set([right]));
    expect(answers.every((answer) => answer === answers[0])).toBe(true);
  });

  it('answers those that come at once by what each of them shows', async () => {
    const [one, two] = await Promise.all([check('hp-1', made.secret), check('hp-1', other.secret)]);
    expect([one, two]).toEqual([right, wrong]);
  });
});

describe('wrong tries', () => {
  it('make their network wait for that id, longer and longer, up to a minute', async () => {
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const { retryAfterMs } = await check('hp-1', other.secret);
      waits.push(retryAfterMs);
      now += retryAfterMs ?? 0;
    }
    expect(waits.filter((wait) => wait !== undefined)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000,
    ]);
    expect(waits.slice(0, 3)).toEqual([undefined, undefined, undefined]);
    for (let attempt = 0; attempt < 11; attempt += 1) now += await waitOf('hp-1');
    expect(await waitOf('hp-1')).toBe(60_000);
  });

  it('make nobody else wait: not the tracker elsewhere, nor others behind the same address', async () => {
    await exhaust('hp-1', '10.0.0.1');
    expect((await check('hp-1', made.secret, '10.0.0.1')).retryAfterMs).toBe(1_000);
    expect(await check('hp-1', made.secret, '10.0.0.2')).toEqual(right);
    expect(await check('hp-2', made.secret, '10.0.0.1')).toEqual(right);
  });

  it('of chosen secrets make their network wait for other chosen ones too, for 5 s at most', async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) await check('own-1', `wrong-${attempt}-one`);
    expect(await check('own-2', 'rahasia1')).toEqual({ isRight: false, retryAfterMs: 1_000 });
    expect(await check('own-2', 'rahasia1', '10.0.0.2')).toEqual(right);
    // nobody guesses a made one, so its tracker waits for none of this
    expect(await check('hp-1', made.secret)).toEqual(right);
    now += 5_000;
    expect(await check('own-2', 'rahasia1')).toEqual(right);
  });

  it('count for the network that an IPv6 address belongs to', async () => {
    await exhaust('hp-1', '2001:db8:1:2::1');
    expect((await check('hp-1', made.secret, '2001:db8:1:2::ffff')).retryAfterMs).toBe(1_000);
    expect(await check('hp-1', made.secret, '2001:db8:1:3::1')).toEqual(right);
  });

  it('are forgotten by the right one', async () => {
    await check('hp-1', other.secret);
    await check('hp-1', other.secret);
    expect(await check('hp-1', made.secret)).toEqual(right);
    expect(await check('hp-1', other.secret)).toEqual(wrong);
    expect(await check('hp-1', other.secret)).toEqual(wrong);
  });

  const exhaust = async (id: string, address: string) => {
    for (let attempt = 0; attempt < 3; attempt += 1) await check(id, other.secret, address);
  };
  const waitOf = async (id: string) => (await check(id, other.secret)).retryAfterMs ?? 0;
});

it.each([
  ['made', 300, 200],
  ['chosen', 20, 8],
])('lets a network have no more than its share of the checks of %s secrets', async (kind, all, most) => {
  const secret = kind === 'made' ? made : { secret: 'rahasia1', hash: chosenHash };
  const ids = Array.from({ length: all }, (_, at) => `many-${at}`);
  keeper.set(new Map(ids.map((id) => [id, { hash: secret.hash, version: 1 }])));
  const asked = ids.map((id) => check(id, secret.secret));
  const elsewhere = check('many-0', secret.secret, '10.0.0.2');
  const answers = await Promise.all(asked);
  expect(answers.filter(({ isRight }) => isRight)).toHaveLength(most);
  expect(answers.every(({ isRight, retryAfterMs }) => isRight || (retryAfterMs ?? 0) > 0)).toBe(
    true,
  );
  expect(await elsewhere).toEqual(right);
});

describe('the waiting room', () => {
  it('lists who is unknown, with what is known of them', async () => {
    expect(await check('new-1', 'rahasia9')).toEqual(wrong);
    now += 1_000;
    keeper.noteUnknown({ id: 'new-1', address: '10.0.0.9', door: 'http', region: '64.08' });
    keeper.noteUnknown({ id: 'new-2', address: '10.0.0.2', door: 'mqtts', region: undefined });
    expect(keeper.waiting()).toEqual([
      expect.objectContaining({
        id: 'new-2',
        door: 'mqtts',
        attempts: 1,
        secretVersion: undefined,
      }),
      {
        id: 'new-1',
        address: '10.0.0.9',
        door: 'http',
        region: '64.08',
        firstAtMs: now - 1_000,
        lastAtMs: now,
        attempts: 2,
        secretVersion: undefined,
      },
    ]);
    keeper.noteUnknown({ id: 'new-1', address: '10.0.0.9', door: 'http', region: undefined });
    expect(keeper.waiting()[0]).toMatchObject({ id: 'new-1', region: '64.08', attempts: 3 });
  });

  it('keeps the hash of the secret that was presented last, and never the secret', async () => {
    await check('new-1', 'rahasia8');
    await isHashOf('rahasia8');
    const [before, version] = [hash(), keeper.waiting()[0]?.secretVersion ?? 0];
    await check('new-1', 'rahasia8');
    expect(keeper.hashOf('new-1', version)).toBe(before);
    await check('new-1', 'rahasia9');
    await isHashOf('rahasia9');
    // whoever was shown the first one lets nobody in by the second
    expect(keeper.hashOf('new-1', version)).toBeUndefined();
    expect(hash()).not.toBe(before);
    expect(JSON.stringify(keeper.waiting())).not.toContain('rahasia');
  });

  it('keeps no hash of a secret that could not be used', async () => {
    await check('new-1', 'rahasia8');
    await isHashOf('rahasia8');
    await check('new-1', '1234');
    expect(keeper.waiting()[0]?.secretVersion).toBeUndefined();
    expect(keeper.hashOf('new-1', 1)).toBeUndefined();
  });

  it('hashes two a second and the others at a later knock', async () => {
    const ids = ['new-1', 'new-2', 'new-3'];
    for (const id of ids) await check(id, 'rahasia8');
    await vi.waitFor(() => expect(withHash()).toEqual(['new-1', 'new-2']), { timeout: 20_000 });
    for (const id of ids) await check(id, 'rahasia8');
    expect(withHash()).toEqual(['new-1', 'new-2']);
    now += 1_000;
    for (const id of ids) await check(id, 'rahasia8');
    await vi.waitFor(() => expect(withHash()).toEqual(ids), { timeout: 20_000 });
  });

  it('holds 500, of which the longest silent go first', () => {
    for (let at = 0; at < 600; at += 1) knock(`new-${at}`, `10.0.${at}.1`);
    knock('new-100', '10.0.100.1');
    knock('one-more', '10.9.9.9');
    const ids = keeper.waiting().map(({ id }) => id);
    expect(ids).toHaveLength(500);
    expect(ids).toContain('new-100');
    expect(ids).not.toContain('new-101');
  });

  it('lets somebody who makes ids up push out nobody but themselves', () => {
    knock('honest', '10.0.0.2');
    for (let at = 0; at < 2_000; at += 1) knock(`made-up-${at}`, '10.0.0.1');
    const ids = keeper.waiting().map(({ id }) => id);
    expect(ids).toContain('honest');
    expect(ids).toHaveLength(101);
  });

  it('is left by who becomes registered or is sent away', () => {
    knock('new-1', '10.0.0.1');
    knock('new-2', '10.0.0.1');
    keeper.set(new Map([['new-1', { hash: made.hash, version: 1 }]]));
    expect(keeper.remove('new-2')).toBe(true);
    expect(keeper.remove('new-2')).toBe(false);
    knock('new-1', '10.0.0.1');
    expect(keeper.waiting()).toEqual([]);
  });

  it.each([
    'a b',
    'out',
    '',
    'x'.repeat(65),
    'user/../x',
  ])('leaves out what can be no id: %j', (id) => {
    knock(id, '10.0.0.1');
    expect(keeper.waiting()).toEqual([]);
  });

  const knock = (id: string, address: string) =>
    keeper.noteUnknown({ id, address, door: 'mqtt', region: undefined });

  const withHash = () =>
    keeper
      .waiting()
      .filter(({ secretVersion }) => secretVersion !== undefined)
      .map(({ id }) => id)
      .sort();

  /** Of the secret that new-1 presented last. */
  const hash = (): string | undefined => {
    const version = keeper.waiting().find(({ id }) => id === 'new-1')?.secretVersion;
    return version === undefined ? undefined : keeper.hashOf('new-1', version);
  };

  const isHashOf = (secret: string) =>
    vi.waitFor(
      async () => {
        const read = readTrackerHash(hash() ?? '');
        expect(read !== undefined && (await isTrackerSecret(read, secret))).toBe(true);
      },
      { timeout: 20_000 },
    );
});

it('logs once that secrets cannot be checked, however many wait', async () => {
  const lines: string[] = [];
  const logged = pino({}, { write: (line: string) => lines.push(line) });
  const busy = createDoorKeeper({ nowMs: () => now, log: logged });
  busy.set(new Map([['own-1', { hash: chosenHash, version: 1 }]]));
  const checks = Array.from({ length: 140 }, (_, i) =>
    busy.check({ id: 'own-1', secret: 'rahasia2', address: `10.0.${i}.1`, door: 'mqtt' }),
  );
  const answers = await Promise.all(checks);
  expect(answers.filter(({ retryAfterMs }) => retryAfterMs !== undefined).length).toBeGreaterThan(
    5,
  );
  expect(lines.filter((line) => line.includes('secretsNotChecked'))).toHaveLength(1);
}, 60_000);
