import type { Pool, PoolClient } from 'pg';
import type { Deed, LatestStep, NewSecondFactor, SessionsToEnd } from '../domain/account.ts';
import { inTransaction } from './inTransaction.ts';
import { appendTo } from './log/logStore.ts';
import { endSessionsWith, holdSession } from './sessionStore.ts';
import { lockUser } from './userStore.ts';

/**
 * Sets or takes away the second factor of a user, which ends their sessions; recovery codes of before
 * count no more.
 *
 * @returns the keys of the sessions that ended; undefined, and nothing has changed, when the one that
 *   asks had ended before
 */
export function setTotp(
  pool: Pool,
  userKey: number,
  totp: NewSecondFactor | null,
  sessions: SessionsToEnd,
  deed: Deed,
): Promise<readonly number[] | undefined> {
  return inTransaction(pool, async (client) => {
    await lockUser(client, userKey);
    const { own } = sessions;
    if (own !== undefined && !(await holdSession(client, userKey, own.key))) return undefined;
    await client.query('update users set totp_secret = $2, totp_last_step = $3 where key = $1', [
      userKey,
      totp?.secret ?? null,
      totp?.lastStep ?? null,
    ]);
    await replaceCodes(client, userKey, totp?.recoveryHashes ?? []);
    await appendTo(client, deed);
    return endSessionsWith(client, userKey, sessions);
  });
}

/** Gives a user other recovery codes. False, and nothing has changed, when they have no second factor. */
export function setRecoveryCodes(
  pool: Pool,
  userKey: number,
  hashes: readonly Uint8Array[],
  deed: Deed,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    if (!(await lockUser(client, userKey)).hasSecondFactor) return false;
    await replaceCodes(client, userKey, hashes);
    await appendTo(client, deed);
    return true;
  });
}

async function replaceCodes(
  client: PoolClient,
  userKey: number,
  hashes: readonly Uint8Array[],
): Promise<void> {
  await client.query('delete from recovery_codes where user_key = $1', [userKey]);
  await client.query(
    'insert into recovery_codes (user_key, hash) select distinct $1::int, unnest($2::bytea[])',
    [userKey, hashes.map((hash) => Buffer.from(hash))],
  );
}

/**
 * Uses a time step up. False when it, or a later one, was used before. One that is later than there
 * can be by now was used while the clock was ahead: it is forgotten, and the log says so, since its
 * owner could not sign in until that time comes.
 */
export function takeTotpStep(
  pool: Pool,
  userKey: number,
  step: number,
  latest: LatestStep,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ last_step: number | null }>(
      `select totp_last_step::float8 as last_step from users
       where key = $1 and totp_secret is not null for update`,
      [userKey],
    );
    const last = rows[0]?.last_step;
    if (last === undefined) return false;
    const isAhead = last !== null && last > latest.step;
    if (last !== null && last >= step && !isAhead) return false;
    await client.query('update users set totp_last_step = $2 where key = $1', [userKey, step]);
    if (isAhead) await appendTo(client, latest.deed);
    return true;
  });
}

/** Uses a recovery code up. False when there is no such code that is unused. */
export function takeRecoveryCode(
  pool: Pool,
  userKey: number,
  hash: Uint8Array,
  deed: Deed,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'delete from recovery_codes where user_key = $1 and hash = $2',
      [userKey, hash],
    );
    if (rowCount === 0) return false;
    await appendTo(client, deed);
    return true;
  });
}

/**
 * Seals the secrets of all second factors anew, all or none.
 *
 * @returns how many there were
 */
export function resealTotp(
  pool: Pool,
  reseal: (secret: Uint8Array) => Uint8Array,
  deed: Deed,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ key: number; totp_secret: Buffer }>(
      'select key, totp_secret from users where totp_secret is not null order by key for update',
    );
    await client.query(
      `update users set totp_secret = given.secret
       from unnest($1::int[], $2::bytea[]) as given (user_key, secret) where key = user_key`,
      [rows.map(({ key }) => key), rows.map((row) => Buffer.from(reseal(row.totp_secret)))],
    );
    await appendTo(client, deed);
    return rows.length;
  });
}
