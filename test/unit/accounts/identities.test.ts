import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashSecret } from '../../../server/accounts/credentials.ts';
import {
  createIdentities,
  type Identities,
  type IdentitiesParts,
} from '../../../server/accounts/identities.ts';
import type { Session, Token, User } from '../../../server/domain/account.ts';

const hourMs = 3_600_000;

const user: User = {
  key: 7,
  name: 'andi',
  fullName: 'Andi',
  grants: [{ role: 'dispatcher', region: '64.08' }],
  hasSecondFactor: false,
  recoveryCodesLeft: 0,
  mustChangePassword: false,
  isDisabled: false,
  createdAtMs: 0,
};
const session: Session = {
  key: 1,
  userKey: 7,
  createdAtMs: 0,
  seenAtMs: 0,
  expiresAtMs: 7 * 24 * hourMs,
  address: '',
  userAgent: '',
};
const token: Token = {
  key: 2,
  kind: 'display',
  name: 'layar',
  ownerKey: 7,
  ownerName: 'andi',
  grant: { role: 'viewer', region: '64.08' },
  createdAtMs: 0,
  expiresAtMs: 400 * 24 * hourMs,
  usedAtMs: null,
  revokedAtMs: null,
};

/** A database with one session, `secret`, and one wall screen, `posko_layar`. */
let base: {
  user: User;
  sessions: Session[];
  token: Token;
  state: 'there' | 'away' | 'silent';
  asked: number;
  touched: [number, number][];
};
let nowMs: number;
let ended: string[];
let lines: string[];
let identities: Identities;

const answer = async <Value>(value: Value): Promise<Value> => {
  base.asked += 1;
  if (base.state === 'away') throw new Error('connection refused');
  if (base.state === 'silent') return new Promise<Value>(() => undefined);
  return value;
};

beforeEach(() => {
  base = { user, sessions: [session], token, state: 'there', asked: 0, touched: [] };
  nowMs = 0;
  ended = [];
  lines = [];
  const isOf = (hash: Uint8Array, secret: string) => Buffer.compare(hash, hashSecret(secret)) === 0;
  const records: IdentitiesParts['records'] = {
    sessionByHash: (hash) => {
      const found = base.sessions[0];
      return answer(
        found !== undefined && isOf(hash, 'secret')
          ? { session: found, user: base.user }
          : undefined,
      );
    },
    tokenByHash: (hash) =>
      answer(isOf(hash, 'posko_layar') ? { token: base.token, owner: base.user } : undefined),
    touchSession: async (key, atMs) => {
      base.touched.push([key, atMs]);
      if (base.state === 'away') throw new Error('connection refused');
    },
    touchToken: async (key, atMs) => void base.touched.push([key, atMs]),
  };
  identities = createIdentities({
    records,
    nowMs: () => nowMs,
    log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
    onEnded: (credentials) => void ended.push(...credentials),
    answerWithinMs: 20,
  });
});

const who = async (cookie: string | undefined, bearer?: string) => {
  const found = await identities.identify({ cookie, bearer });
  return found.ok ? found.value.actor : found.reason;
};

describe('who asks', () => {
  it('is looked up once for all that ask at the same time, and then not for half a minute', async () => {
    expect(await Promise.all([who('secret'), who('secret'), who('secret')])).toEqual([
      'andi',
      'andi',
      'andi',
    ]);
    expect(base.asked).toBe(1);
    nowMs = 29_999;
    await who('secret');
    expect(base.asked).toBe(1);
    nowMs = 30_000;
    await who('secret');
    expect(base.asked).toBe(2);
  });

  it('is nobody without a credential, with a wrong one, and with one that came the wrong way', async () => {
    expect(await who(undefined)).toBe('none');
    expect(await who('other')).toBe('ended');
    expect(await who('secret', 'x')).toBe('none');
    expect(await who(undefined, 'secret')).toBe('none');
    expect(await who('posko_layar')).toBe('andi/layar');
    expect(await who(undefined, 'posko_layar')).toBe('ended');
  });

  it('stays signed in while the database is away, until the session ends by itself', async () => {
    await who('secret');
    await who('posko_layar');
    for (const state of ['away', 'silent'] as const) {
      base.state = state;
      for (let hours = 0; hours < 24; hours += 1) {
        nowMs += hourMs;
        expect(await who('secret')).toBe('andi');
        expect(await who('posko_layar')).toBe('andi/layar');
      }
    }
    // once the database is back it says so again, with what was used meanwhile
    base.state = 'there';
    nowMs += 10 * 60_000;
    expect(await who('secret')).toBe('andi');
    expect(ended).toEqual([]);
    base.state = 'away';
    nowMs = session.expiresAtMs;
    expect(await who('secret')).toBe('ended');
    expect(await who('secret')).toBe('database_away');
    expect(ended).toEqual(['session:1']);
    expect(await who('other')).toBe('database_away');
    expect(lines.join('')).toContain('connection refused');
    expect(lines.join('')).not.toContain('secret"');
  });

  it('hears of its end once a database answers again that had not answered at all', async () => {
    await who('secret');
    base.state = 'silent';
    nowMs = 30_000;
    expect(await who('secret')).toBe('andi');
    base.state = 'there';
    base.sessions = [];
    nowMs = 35_000;
    expect(await who('secret')).toBe('ended');
    expect(ended).toEqual(['session:1']);
  });

  it('asks a database that is away seldom, so that nobody waits for it with every request', async () => {
    await who('secret');
    base.state = 'away';
    nowMs = 30_000;
    for (let time = 0; time < 100; time++) await who('secret');
    expect(base.asked).toBe(2);
    nowMs += 5_000;
    await who('secret');
    expect(base.asked).toBe(3);
  });

  it('notes the use of a session once a minute, and waits for that never', async () => {
    for (nowMs = 0; nowMs <= 180_000; nowMs += 10_000) await who('secret');
    expect(base.touched).toEqual([
      [1, 60_000],
      [1, 120_000],
      [1, 180_000],
    ]);
    base.state = 'away';
    nowMs = 300_000;
    expect(await who('secret')).toBe('andi');
  });

  it('is not kept from ending by what nobody did, unless it is a token', async () => {
    const open = (cookie: string) => identities.identify({ cookie, bearer: undefined }, false);
    await who('secret');
    nowMs = 11 * hourMs;
    // what is opened by it ends with the session
    expect(await open('secret')).toMatchObject({ value: { expiresAtMs: 12 * hourMs } });
    expect(await open('posko_layar')).toMatchObject({ ok: true });
    expect(base.touched).toEqual([[2, 11 * hourMs]]);
    nowMs = 12 * hourMs - 1;
    expect(await open('secret')).toMatchObject({ ok: true });
    nowMs = 12 * hourMs;
    expect(await open('secret')).toMatchObject({ ok: false, reason: 'ended' });
    expect(ended).toEqual(['session:1']);
  });

  it('is asked about again as soon as something changed, and told who has ended', async () => {
    await who('secret');
    await who('posko_layar');
    await identities.checkAll();
    expect(ended).toEqual([]);
    base.user = { ...user, grants: [{ role: 'viewer', region: '64.08' }] };
    await identities.checkAll();
    expect(ended).toEqual(['session:1']);
    const access = await identities.identify({ cookie: 'secret', bearer: undefined });
    expect(access).toMatchObject({ value: { grants: base.user.grants } });
    base.token = { ...token, revokedAtMs: 1 };
    base.sessions = [];
    ended = [];
    await identities.checkAll();
    expect(ended.sort()).toEqual(['session:1', 'token:2']);
    expect(await who('secret')).toBe('ended');
  });

  it('is told as ended by a later change also when the user was signed out elsewhere first', async () => {
    const access = await identities.identify({ cookie: 'secret', bearer: undefined });
    if (!access.ok) throw new Error(access.detail);
    // what the server does about another session of the same user
    identities.forgetUser(user.key);
    expect(identities.identityOf(access.value)).toBeUndefined();
    base.user = { ...user, grants: [] };
    await identities.checkAll();
    expect(ended).toEqual(['session:1']);
    // and it does not count from memory meanwhile
    identities.forgetUser(user.key);
    base.state = 'away';
    expect(await who('secret')).toBe('database_away');
    base.state = 'there';
    expect(await who('secret')).toBe('andi');
    expect(ended).toEqual(['session:1']);
  });

  it('is asked about again when the clock was ahead as it was noted', async () => {
    nowMs = 10 * hourMs;
    await who('secret');
    nowMs = 0;
    base.sessions = [];
    expect(await who('secret')).toBe('ended');
  });

  it('takes nothing for fresh when a change could not be looked up', async () => {
    await who('secret');
    base.state = 'away';
    await expect(identities.checkAll()).rejects.toThrow('connection refused');
    base.state = 'there';
    base.user = { ...user, isDisabled: true };
    expect(await who('secret')).toBe('ended');
  });

  it('does not remember an answer that is older than a change', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const records: IdentitiesParts['records'] = {
      sessionByHash: async () => {
        base.asked += 1;
        const before = base.user;
        if (base.asked === 1) await promise;
        return { session, user: before };
      },
      tokenByHash: async () => undefined,
      touchSession: async () => undefined,
      touchToken: async () => undefined,
    };
    const log = pino({ level: 'silent' });
    const slow = createIdentities({ records, nowMs: () => nowMs, log, onEnded: () => undefined });
    const first = slow.identify({ cookie: 'secret', bearer: undefined });
    base.user = { ...user, isDisabled: true };
    slow.forgetUser(user.key);
    resolve();
    await first;
    expect(await slow.identify({ cookie: 'secret', bearer: undefined })).toMatchObject({
      ok: false,
      reason: 'ended',
    });
  });
});
