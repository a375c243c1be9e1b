import type { Pool } from 'pg';
import type { Deed } from '../domain/account.ts';
import { inTransaction } from './inTransaction.ts';
import { appendTo } from './log/logStore.ts';

/** The second factor of a user: its sealed secret, and SHA-256 hashes of its recovery codes. */
export type SecondFactor = {
  readonly secret: Uint8Array;
  readonly recoveryHashes: readonly Uint8Array[];
};

/** Sets or takes away the second factor of a user; recovery codes of before count no more. */
export function setTotp(
  pool: Pool,
  userKey: number,
  totp: SecondFactor | null,
  deed: Deed,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update users set totp_secret = $2, totp_last_step = null where key = $1',
      [userKey, totp?.secret ?? null],
    );
    if (rowCount === 0) throw new Error(`There is no user with the key ${userKey}.`);
    await client.query('delete from recovery_codes where user_key = $1', [userKey]);
    await client.query(
      'insert into recovery_codes (user_key, hash) select distinct $1::int, unnest($2::bytea[])',
      [userKey, totp?.recoveryHashes.map((hash) => Buffer.from(hash)) ?? []],
    );
    await appendTo(client, deed);
  });
}

/** Uses a time step up. False when it, or a later one, was used before. */
export async function takeTotpStep(pool: Pool, userKey: number, step: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update users set totp_last_step = $2
     where key = $1 and totp_secret is not null and (totp_last_step is null or totp_last_step < $2)`,
    [userKey, step],
  );
  return rowCount === 1;
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
