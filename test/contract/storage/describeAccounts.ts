import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { AccountRecords } from '../../../server/accounts/accountRecords.ts';
import type {
  Deed,
  NewPassword,
  NewUser,
  Session,
  User,
  UserChanges,
} from '../../../server/domain/account.ts';
import { createAccountRecords } from '../../../server/storage/accountStore.ts';
import { LastAdministratorError } from '../../../server/storage/userStore.ts';
import { watchChanges } from '../../../server/storage/watchChanges.ts';
import { describeOver, minuteMs, nowMs } from './openedStores.ts';
import type { Opener } from './openers.ts';
import { silent } from './silent.ts';

const patient = { timeout: 20_000 };

const andi: NewUser = {
  name: 'andi',
  fullName: 'Andi Saputra',
  passwordHash: '$argon2id$x',
  mustChangePassword: false,
  grants: [{ role: 'administrator', region: '*' }],
};

/** What the stores promise of users, sessions and tokens. */
export function describeAccounts(opener: Opener): void {
  describeOver('accounts', opener, (database) => {
    // as the rest of the server sees them: a store that no longer fits the interface does not compile
    const records = (): AccountRecords => createAccountRecords(database().pool);

    it('keep users with what they may', async () => {
      const added = await records().addUser(
        {
          ...andi,
          grants: [viewer('64.08'), { role: 'commander', region: '64' }, viewer('64.08')],
        },
        deed('user.created'),
      );
      expect(added).toEqual({
        key: added?.key,
        name: 'andi',
        fullName: 'Andi Saputra',
        grants: [{ role: 'commander', region: '64' }, viewer('64.08')],
        hasSecondFactor: false,
        recoveryCodesLeft: 0,
        mustChangePassword: false,
        isDisabled: false,
        createdAtMs: added?.createdAtMs,
      });
      expect(Math.abs((added?.createdAtMs ?? 0) - Date.now())).toBeLessThan(minuteMs);
      expect(await records().listUsers()).toEqual([added]);
      const secrets = { ...added, passwordHash: '$argon2id$x', totpSecret: null };
      expect(await records().userByName('andi')).toEqual(secrets);
      expect(await records().userByKey(added?.key ?? 0)).toEqual(secrets);
      expect(await records().userByName('nobody')).toBeUndefined();
      expect(await records().userByKey(4711)).toBeUndefined();
    });

    it('keep a name to one user, and log nothing for the other', async () => {
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => records().addUser(andi, deed('user.created'))),
      );
      expect(answers.filter((user) => user !== undefined)).toHaveLength(1);
      expect(await actions()).toEqual(['user.created']);
    });

    it('have one first administrator, however many ask at once', async () => {
      const answers = await Promise.all(
        ['a1', 'a2', 'a3', 'a4'].map((name) =>
          records().addFirstAdministrator({ ...andi, name }, deed('user.created', name)),
        ),
      );
      expect(answers.filter((user) => user !== undefined)).toHaveLength(1);
      expect(await records().countAdministrators()).toBe(1);
      expect(await records().listUsers()).toHaveLength(1);
      expect(await actions()).toEqual(['user.created']);
    });

    it('count as administrators only who is one everywhere and not switched off', async () => {
      await add(andi);
      const second = await add({ ...andi, name: 'budi' });
      await add({ ...andi, name: 'citra', grants: [{ role: 'administrator', region: '64' }] });
      await add({ ...andi, name: 'dewi', grants: [{ role: 'commander', region: '*' }] });
      expect(await records().countAdministrators()).toBe(2);
      await change(second.key, { isDisabled: true }, deed('user.disabled'));
      expect(await records().countAdministrators()).toBe(1);
      await change(second.key, { isDisabled: false }, deed('user.enabled'));
      expect(await records().countAdministrators()).toBe(2);
    });

    it('keep one administrator, however many are taken away at once', async () => {
      const users = [];
      for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) {
        users.push(await add({ ...andi, name }));
      }
      const ended = await Promise.allSettled(
        users.map(({ key }, at) =>
          at % 2 === 0
            ? change(key, { isDisabled: true }, deed('user.disabled'))
            : change(key, { grants: [viewer('64.08')] }, deed('user.grants')),
        ),
      );
      expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
      expect(ended).toContainEqual({
        status: 'rejected',
        reason: expect.any(LastAdministratorError),
      });
      expect(await records().countAdministrators()).toBe(1);
    });

    it('change together with what the log says of it', async () => {
      const { key } = await add(andi);
      await add({ ...andi, name: 'budi' });
      await change(key, { fullName: 'Andi S.' }, deed('user.renamed'));
      await change(key, { grants: [viewer('64'), viewer('64.08')] }, deed('user.grants'));
      await change(key, { isDisabled: true }, deed('user.disabled'));
      const sessions = { deed: deed('session.ended') };
      await records().setPassword(
        key,
        { hash: 'other', mustChange: true, sessions },
        deed('user.password'),
      );
      expect(await records().userByKey(key)).toMatchObject({
        fullName: 'Andi S.',
        grants: [viewer('64'), viewer('64.08')],
        isDisabled: true,
        passwordHash: 'other',
        mustChangePassword: true,
      });
      expect((await actions()).slice(2)).toEqual([
        'user.renamed',
        'user.grants',
        'user.disabled',
        'user.password',
      ]);
      const bad = { ...deed('user.renamed'), data: { text: 'x'.repeat(20_000) } };
      await expect(change(key, { fullName: 'Nobody' }, bad)).rejects.toThrow(RangeError);
      expect(await records().userByKey(key)).toMatchObject({ fullName: 'Andi S.' });
      await expect(change(4711, { fullName: 'X' }, deed('x'))).rejects.toThrow(/no user.* 4711/);
    });

    it('take one code of a time step, and none of an earlier one', async () => {
      const { key } = await add(andi);
      const take = (step: number) =>
        records().takeTotpStep(key, step, { step: 1_000, deed: deed('totp.forgotten') });
      expect(await take(100)).toBe(false);
      await setTotp(key, [], Buffer.from('sealed'), 98);
      // the code that set it
      expect([await take(98), await take(99)]).toEqual([false, true]);
      const answers = await Promise.all(Array.from({ length: 4 }, () => take(100)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await take(99)).toBe(false);
      expect(await take(101)).toBe(true);
      expect(await actions()).not.toContain('totp.forgotten');
    });

    it('forget a time step that was taken by a clock that was ahead, once', async () => {
      const { key } = await add(andi);
      await setTotp(key, [], Buffer.from('sealed'), 500);
      const take = (step: number, latest: number) =>
        records().takeTotpStep(key, step, { step: latest, deed: deed('totp.forgotten') });
      expect(await take(499, 500)).toBe(false);
      const answers = await Promise.all(Array.from({ length: 4 }, () => take(100, 101)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await take(101, 101)).toBe(true);
      expect(await take(101, 101)).toBe(false);
      expect((await actions()).filter((action) => action === 'totp.forgotten')).toHaveLength(1);
    });

    it('have a second factor set together with the end of their sessions, or not at all', async () => {
      const user = await add(andi);
      const [own, other] = [await open(user), await open(user)];
      const stranger = await open(await add({ ...andi, name: 'budi' }));
      const totp = { secret: Buffer.from('sealed'), recoveryHashes: [], lastStep: 1 };
      const set = (ownKey: number) => {
        const of = { key: ownKey, deed: deed('session.rotated') };
        const sessions = { own: of, deed: deed('session.ended') };
        return records().setTotp(user.key, totp, sessions, deed('totp.set'));
      };
      for (const key of [stranger.key, 4711]) expect(await set(key)).toBeUndefined();
      expect(await records().userByKey(user.key)).toMatchObject({ hasSecondFactor: false });
      expect(await records().sessionsOf(user.key)).toHaveLength(2);
      expect(new Set(await set(own.key))).toEqual(new Set([own.key, other.key]));
      expect(await records().sessionsOf(user.key)).toEqual([]);
      expect(await records().sessionsOf(stranger.userKey)).toHaveLength(1);
      expect((await actions()).slice(-3)).toEqual(['totp.set', 'session.rotated', 'session.ended']);
    });

    it('take a recovery code once, and none of an earlier second factor', async () => {
      const { key } = await add(andi);
      const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
      await setTotp(key, [first, second]);
      expect(await records().userByKey(key)).toMatchObject({ hasSecondFactor: true });
      const take = (hash: Uint8Array) => records().takeRecoveryCode(key, hash, deed('code.used'));
      const answers = await Promise.all([take(first), take(first), take(first)]);
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await take(third)).toBe(false);
      await setTotp(key, [third]);
      expect(await take(second)).toBe(false);
      expect(await take(third)).toBe(true);
      const sessions = { deed: deed('session.ended') };
      expect(await records().setTotp(key, null, sessions, deed('totp.removed'))).toEqual([]);
      expect(await records().userByKey(key)).toMatchObject({ hasSecondFactor: false });
      expect((await actions()).filter((action) => action === 'code.used')).toHaveLength(2);
    });

    it('have all their second factors sealed anew, or none', async () => {
      const first = await add(andi);
      const second = await add({ ...andi, name: 'budi' });
      await add({ ...andi, name: 'citra' });
      await setTotp(first.key, [], Buffer.from('one'));
      await setTotp(second.key, [], Buffer.from('two'));
      const fails = (secret: Uint8Array): Uint8Array => {
        if (text(secret) === 'two') throw new Error('cannot be opened');
        return secret;
      };
      await expect(records().resealTotp(fails, deed('key.rotated'))).rejects.toThrow(/opened/);
      const again = (secret: Uint8Array) => Buffer.from(`${text(secret)} again`);
      expect(await records().resealTotp(again, deed('key.rotated'))).toBe(2);
      expect(await secretOf('andi')).toBe('one again');
      expect(await secretOf('budi')).toBe('two again');
      expect(await secretOf('citra')).toBe('');
    });

    it('keep sessions by the hash of their id, each with its user as that is now', async () => {
      const user = await add(andi);
      const idHash = randomBytes(32);
      const fields = {
        userKey: user.key,
        createdAtMs: nowMs,
        seenAtMs: nowMs,
        expiresAtMs: nowMs + 7 * 24 * 60 * minuteMs + 1,
        address: '10.0.0.7',
        userAgent: 'Mozilla/5.0',
      };
      const added = { ...fields, idHash, checkedHash: andi.passwordHash };
      const session = await records().addSession(added, deed('session.opened'));
      if (session === undefined) throw new Error('there is no session');
      expect(session).toEqual({ ...fields, key: session.key });
      expect(await records().sessionByHash(idHash)).toEqual({ session, user });
      expect(await records().sessionByHash(randomBytes(32))).toBeUndefined();
      await records().touchSession(session.key, nowMs + minuteMs);
      await records().touchSession(session.key, nowMs);
      await add({ ...andi, name: 'budi' });
      await change(user.key, { isDisabled: true }, deed('user.disabled'));
      expect(await records().sessionByHash(idHash)).toMatchObject({
        session: { seenAtMs: nowMs + minuteMs },
        user: { isDisabled: true },
      });
    });

    it('open no session for a password that is changed, or a user who is switched off, meanwhile', async () => {
      const user = await add(andi);
      const times = { createdAtMs: nowMs, seenAtMs: nowMs, expiresAtMs: nowMs + 60 * minuteMs };
      const opens = (checkedHash: string | null) => {
        const session = { userKey: user.key, idHash: randomBytes(32), checkedHash, ...times };
        const where = { address: '127.0.0.1', userAgent: '' };
        return records().addSession({ ...session, ...where }, deed('session.opened'));
      };
      const changing = await database().pool.connect();
      try {
        await changing.query('begin');
        await changing.query(`update users set password_hash = 'new' where key = $1`, [user.key]);
        const asked = [opens(andi.passwordHash), opens(null)];
        await changing.query('commit');
        const opened = await Promise.all(asked);
        expect(opened.map((session) => session !== undefined)).toEqual([false, true]);
      } finally {
        changing.release();
      }
      expect(await opens('new')).toBeDefined();
      await add({ ...andi, name: 'budi' });
      await change(user.key, { isDisabled: true }, deed('user.disabled'));
      expect([await opens('new'), await opens(null)]).toEqual([undefined, undefined]);
      expect(await records().sessionsOf(user.key)).toHaveLength(2);
    });

    it('have a password changed together with what ends by it, or not at all', async () => {
      const user = await add(andi);
      const [own, other] = [await open(user), await open(user)];
      const tokens = [];
      for (const kind of ['api', 'display'] as const) {
        const token = { kind, name: kind, ownerKey: user.key, grant: viewer('64') };
        const made = { expiresAtMs: Date.now() + minuteMs, idHash: randomBytes(32) };
        const from = { sessionKey: other.key };
        tokens.push(await records().addToken({ ...token, ...made, ...from }, deed('token.made')));
      }
      const sessions = {
        own: { key: own.key, deed: deed('session.rotated') },
        deed: deed('session.ended'),
      };
      const set = (hash: string, of: Partial<NewPassword>, data: object = {}) =>
        records().setPassword(
          user.key,
          { hash, mustChange: false, sessions, ...of },
          { ...deed('user.password'), data: { ...data } },
        );
      expect(await set('b', { checkedHash: 'other' })).toBeUndefined();
      expect(await set('b', { isAllowed: ({ name }) => name !== 'andi' })).toBeUndefined();
      const foreign = { key: 4711, deed: deed('session.rotated') };
      expect(await set('b', { sessions: { ...sessions, own: foreign } })).toBeUndefined();
      await expect(set('b', {}, { text: 'x'.repeat(20_000) })).rejects.toThrow(RangeError);
      expect(await records().sessionsOf(user.key)).toHaveLength(2);
      expect(await records().userByKey(user.key)).toMatchObject({ passwordHash: '$argon2id$x' });
      const ended = await set('b', { checkedHash: '$argon2id$x' });
      expect(new Set(ended?.sessionKeys)).toEqual(new Set([own.key, other.key]));
      expect(ended?.tokenKeys).toEqual([tokens[0]?.key]);
      expect(await records().sessionsOf(user.key)).toEqual([]);
      expect(await records().listTokens(user.key)).toMatchObject([
        { kind: 'display', revokedAtMs: null },
        { kind: 'api', revokedAtMs: expect.any(Number) },
      ]);
      const said = ['user.password', 'session.rotated', 'session.ended'];
      expect((await actions()).slice(-3)).toEqual(said);
      const rehash = (before: string, after: string) =>
        records().rehashPassword(user.key, { before, after }, deed('user.rehashed'));
      expect([await rehash('a', 'c'), await rehash('b', 'c')]).toEqual([false, true]);
      expect(await records().userByKey(user.key)).toMatchObject({ passwordHash: 'c' });
    });

    it('end sessions: one, those of a user but one, those that are over', async () => {
      const one = await add(andi);
      const other = await add({ ...andi, name: 'budi' });
      const [a, b, c] = [await open(one), await open(one), await open(one)];
      const foreign = await open(other);
      expect(await records().sessionsOf(one.key)).toEqual([c, b, a]);
      expect(await records().endSession(one.key, foreign.key, deed('session.ended'))).toBe(false);
      expect(await records().endSession(one.key, a.key, deed('session.ended'))).toBe(true);
      expect(await records().endSession(one.key, a.key, deed('session.ended'))).toBe(false);
      expect(await records().endSessionsOf(one.key, c.key, deed('session.ended'))).toEqual([b.key]);
      expect(await records().endSessionsOf(one.key, c.key, deed('session.ended'))).toEqual([]);
      expect((await actions()).filter((action) => action === 'session.ended')).toHaveLength(2);
      await records().touchSession(c.key, nowMs + 5 * minuteMs);
      await records().dropSessions(nowMs, nowMs + minuteMs);
      expect(await records().sessionsOf(one.key)).toHaveLength(1);
      expect(await records().sessionsOf(other.key)).toEqual([]);
      await records().dropSessions(nowMs + 61 * minuteMs, 0);
      expect(await records().sessionsOf(one.key)).toEqual([]);
    });

    it('keep tokens by their hash, and revoke them once and for good', async () => {
      const one = await add(andi);
      const other = await add({ ...andi, name: 'budi' });
      const idHash = randomBytes(32);
      const fields = { kind: 'display', name: 'Layar 1', ownerKey: one.key } as const;
      const { key: sessionKey } = await open(one);
      const token = await records().addToken(
        { ...fields, grant: viewer('64.08'), expiresAtMs: nowMs + minuteMs, idHash, sessionKey },
        deed('token.made'),
      );
      if (token === undefined) throw new Error('there is no token');
      expect(token).toEqual({
        ...fields,
        key: token.key,
        ownerName: 'andi',
        grant: viewer('64.08'),
        createdAtMs: token.createdAtMs,
        expiresAtMs: nowMs + minuteMs,
        usedAtMs: null,
        revokedAtMs: null,
      });
      expect(await records().tokenByHash(idHash)).toEqual({ token, owner: one });
      await records().touchToken(token.key, nowMs);
      expect(await records().listTokens(one.key)).toEqual([{ ...token, usedAtMs: nowMs }]);
      expect(await records().listTokens(other.key)).toEqual([]);
      expect(await records().listTokens(undefined)).toHaveLength(1);
      const revoke = () => records().revokeToken(token.key, deed('token.revoked'));
      expect((await Promise.all([revoke(), revoke()])).filter(Boolean)).toHaveLength(1);
      const revoked = (await records().tokenByHash(idHash))?.token.revokedAtMs ?? 0;
      expect(Math.abs(revoked - Date.now())).toBeLessThan(minuteMs);
      const said = [...adds(2), 'session.opened', 'token.made', 'token.revoked'];
      expect(await actions()).toEqual(said);
    });

    it('make no token for a session that ends, or a user who is switched off, meanwhile', async () => {
      const user = await add(andi);
      await add({ ...andi, name: 'budi' });
      const [first, second] = [await open(user), await open(user)];
      const makes = (sessionKey: number) => {
        const token = { kind: 'api', name: 'x', ownerKey: user.key, grant: viewer('64') } as const;
        const made = { expiresAtMs: nowMs, idHash: randomBytes(32), sessionKey };
        return records().addToken({ ...token, ...made }, deed('token.made'));
      };
      const changing = await database().pool.connect();
      try {
        await changing.query('begin');
        // as a change of password does, in that order
        await changing.query('select from users where key = $1 for update', [user.key]);
        const asked = [makes(first.key), makes(second.key)];
        await changing.query('delete from sessions where key = $1', [first.key]);
        await changing.query('commit');
        const made = await Promise.all(asked);
        expect(made.map((token) => token !== undefined)).toEqual([false, true]);
      } finally {
        changing.release();
      }
      await change(user.key, { isDisabled: true }, deed('user.disabled'));
      expect(await makes(second.key)).toBeUndefined();
      expect(await records().listTokens(user.key)).toHaveLength(1);
      expect((await actions()).filter((action) => action === 'token.made')).toHaveLength(1);
    });

    it('tell who listens of what changes who may what, and not of every request', async () => {
      const user = await add(andi);
      const session = await open(user);
      let heard = 0;
      const watch = await watchChanges({
        connection: database().connection,
        channel: 'posko_accounts',
        log: silent,
        onChange: () => {
          heard += 1;
        },
      });
      onTestFinished(() => watch.close());
      const hears = async (change: () => Promise<unknown>): Promise<void> => {
        const before = heard;
        await change();
        await vi.waitFor(() => expect(heard).toBeGreaterThan(before), patient);
      };
      await records().touchSession(session.key, nowMs + 1);
      await records().takeTotpStep(user.key, 1, { step: 1, deed: deed('totp.forgotten') });
      const { key: sessionKey } = await open(user);
      // what came before would have been heard before this
      await hears(() => add({ ...andi, name: 'budi' }));
      const fromAdd = heard;
      expect(fromAdd).toBeLessThanOrEqual(2);
      await hears(() => change(user.key, { grants: [viewer('64')] }, deed('user.grants')));
      await hears(() => change(user.key, { isDisabled: true }, deed('user.disabled')));
      await hears(() => records().endSession(user.key, session.key, deed('session.ended')));
      const grant = viewer('64');
      const token = { kind: 'api', name: 'x', ownerKey: user.key, grant } as const;
      const added = await records().addToken(
        { ...token, expiresAtMs: nowMs, idHash: randomBytes(32), sessionKey },
        deed('token.made'),
      );
      await hears(() => records().revokeToken(added?.key ?? 0, deed('token.revoked')));
    });

    async function add(user: NewUser): Promise<User> {
      const added = await records().addUser(user, deed('user.created'));
      if (added === undefined) throw new Error(`${user.name} was not added`);
      return added;
    }

    function change(key: number, changes: UserChanges, ...deeds: readonly Deed[]) {
      return records().changeUser(key, changes, () => deeds);
    }

    async function open(user: User): Promise<Session> {
      const times = { createdAtMs: nowMs, seenAtMs: nowMs, expiresAtMs: nowMs + 60 * minuteMs };
      const where = { address: '127.0.0.1', userAgent: 'x'.repeat(256) };
      const session = await records().addSession(
        { userKey: user.key, idHash: randomBytes(32), checkedHash: null, ...times, ...where },
        deed('session.opened'),
      );
      if (session === undefined) throw new Error(`${user.name} was not signed in`);
      return session;
    }

    function setTotp(
      userKey: number,
      recoveryHashes: readonly Uint8Array[],
      secret: Uint8Array = Buffer.from('sealed'),
      lastStep = 0,
    ): Promise<readonly number[] | undefined> {
      const totp = { secret, recoveryHashes, lastStep };
      const sessions = { deed: deed('session.ended') };
      return records().setTotp(userKey, totp, sessions, deed('totp.set'));
    }

    async function secretOf(name: string): Promise<string> {
      return text((await records().userByName(name))?.totpSecret ?? new Uint8Array());
    }

    /** What the log holds, oldest first. */
    async function actions(): Promise<readonly string[]> {
      const all = { before: undefined, limit: 1_000, regions: undefined };
      return (await records().readLog(all)).map(({ action }) => action).reverse();
    }
  });
}

function viewer(region: string) {
  return { role: 'viewer', region } as const;
}

function adds(count: number): readonly string[] {
  return Array.from({ length: count }, () => 'user.created');
}

function deed(action: string, subject: string | null = 'user:andi'): Deed {
  return { actor: 'cli', action, subject, region: null, data: {} };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
