import type { Pool } from 'pg';
import { inTransaction } from '../inTransaction.ts';
import { appendTo } from '../log/logStore.ts';
import { countAdministrators, LastAdministratorError, lockAdministrators } from '../userStore.ts';
import { eraseUserFromAlarms } from './eraseAlarms.ts';

/** Whom to erase, on whose behalf and why; for the log. */
export type ErasedUser = { readonly name: string; readonly actor: string; readonly reason: string };

/**
 * Erases what is kept of a user: name, full name, password, second factor, roles and sessions; their
 * tokens count no more, and check-ins that they typed, and what they did about alarms, incidents and
 * rules, do not name them. The account stays, switched off, under a name that says nothing, since
 * tokens refer to it. The log keeps the name that they signed in with: it cannot be changed.
 *
 * @returns the name that stands in the place of theirs; undefined when there is no such user
 * @throws LastAdministratorError
 */
export function eraseUser(
  pool: Pool,
  { name, actor, reason }: ErasedUser,
): Promise<string | undefined> {
  return inTransaction(pool, async (client) => {
    await lockAdministrators(client);
    const { rows } = await client.query<{ key: number }>(
      'select key from users where name = $1 for update',
      [name],
    );
    const key = rows[0]?.key;
    if (key === undefined) return undefined;
    const before = await countAdministrators(client);
    const pseudonym = `erased-${key}`;
    for (const table of ['sessions', 'grants', 'recovery_codes']) {
      await client.query(`delete from ${table} where user_key = $1`, [key]);
    }
    await client.query(
      'update tokens set name = $2, revoked_at = coalesce(revoked_at, now()) where owner_key = $1',
      [key, pseudonym],
    );
    await client.query(
      `update check_ins set made_by = $2 where made_by = $1 or starts_with(made_by, $1 || '/')`,
      [name, pseudonym],
    );
    await eraseUserFromAlarms(client, name, pseudonym);
    await client.query(
      `update users
       set name = $2, full_name = $2, password_hash = null, must_change_password = false,
           totp_secret = null, totp_last_step = null, disabled_at = coalesce(disabled_at, now())
       where key = $1`,
      [key, pseudonym],
    );
    if (before > 0 && (await countAdministrators(client)) === 0) throw new LastAdministratorError();
    await appendTo(client, {
      actor,
      action: 'person.erased',
      subject: `user:${name}`,
      region: null,
      data: { reason, now: pseudonym },
    });
    return pseudonym;
  });
}
