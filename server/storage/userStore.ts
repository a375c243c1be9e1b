import type { Pool, PoolClient } from 'pg';
import type { Grant } from '../domain/access.ts';
import type {
  Deed,
  EndedWithPassword,
  NewPassword,
  NewUser,
  User,
  UserChanges,
  UserSecrets,
} from '../domain/account.ts';
import { ObstacleError } from '../domain/obstacleError.ts';
import { inTransaction } from './inTransaction.ts';
import { isDatabaseAway } from './isDatabaseAway.ts';
import { appendTo } from './log/logStore.ts';
import { endSessionsWith, holdSession } from './sessionStore.ts';
import { toUser, type UserRow, userColumns } from './userRow.ts';

/** The change would leave nobody who may do everything. */
export class LastAdministratorError extends ObstacleError {
  constructor() {
    super('One administrator of everything must remain: give somebody else that role on * first.');
  }
}

/** Any number that no other program takes in the same database; the next after that of the log. */
const lockKey = '482671522674';

/** Users that are not disabled and administrators everywhere. */
export async function countAdministrators(client: Pick<Pool, 'query'>): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from users
     where disabled_at is null
       and exists (select from grants
                   where user_key = users.key and role = 'administrator' and region = '*')`,
  );
  return rows[0]?.count ?? 0;
}

/** True when somebody who may sign in has this name, and while the database is away: who can say? */
export async function hasUser(pool: Pick<Pool, 'query'>, name: string): Promise<boolean> {
  try {
    const { rows } = await pool.query('select from users where name = $1 and disabled_at is null', [
      name,
    ]);
    return rows.length > 0;
  } catch (error) {
    if (isDatabaseAway(error)) return true;
    throw error;
  }
}

/** Adds a user; undefined when the name is taken. */
export function addUser(pool: Pool, user: NewUser, deed: Deed): Promise<User | undefined> {
  return inTransaction(pool, async (client) => {
    const key = await insertUser(client, user);
    if (key === undefined) return undefined;
    await appendTo(client, deed);
    return readUser(client, key);
  });
}

/**
 * Adds the first administrator; undefined when there is one already, however many ask at once.
 *
 * @throws ObstacleError when the name is taken by a user who is not an administrator any more
 */
export function addFirstAdministrator(
  pool: Pool,
  user: NewUser,
  deed: Deed,
): Promise<User | undefined> {
  return inTransaction(pool, async (client) => {
    await lockAdministrators(client);
    if ((await countAdministrators(client)) > 0) return undefined;
    const key = await insertUser(client, user);
    if (key === undefined) {
      throw new ObstacleError(
        `There is a user "${user.name}" already: take another name, or give that one the role administrator on * by "npm run posko -- user set".`,
      );
    }
    await appendTo(client, deed);
    return readUser(client, key);
  });
}

/** All users, by name. */
export async function listUsers(pool: Pool): Promise<readonly User[]> {
  const { rows } = await pool.query<UserRow>(`select ${userColumns} from users u order by u.name`);
  return rows.map(toUser);
}

export function userByName(pool: Pool, name: string): Promise<UserSecrets | undefined> {
  return readSecrets(pool, 'u.name = $1', name);
}

export function userByKey(pool: Pool, key: number): Promise<UserSecrets | undefined> {
  return readSecrets(pool, 'u.key = $1', key);
}

/**
 * Changes a user: all of it or nothing.
 *
 * @param plan is told the user as they are now, whom nobody else changes meanwhile: what the log says
 *   of the change, or undefined to leave everything as it is
 * @returns the user as they are then; undefined where there was no plan
 * @throws LastAdministratorError
 */
export function changeUser(
  pool: Pool,
  userKey: number,
  { fullName, grants, isDisabled }: UserChanges,
  plan: (user: User) => readonly Deed[] | undefined,
): Promise<User | undefined> {
  return inTransaction(pool, async (client) => {
    // of what could take away the last administrator, only one goes at a time
    if (grants !== undefined || isDisabled !== undefined) await lockAdministrators(client);
    const deeds = plan(await lockUser(client, userKey));
    if (deeds === undefined) return undefined;
    const before = await countAdministrators(client);
    if (grants !== undefined) {
      await client.query('delete from grants where user_key = $1', [userKey]);
      await insertGrants(client, userKey, grants);
    }
    await client.query(
      `update users
       set full_name = coalesce($2, full_name),
           disabled_at = case when coalesce($3, disabled_at is not null)
                              then coalesce(disabled_at, now()) end
       where key = $1`,
      [userKey, fullName?.toWellFormed() ?? null, isDisabled ?? null],
    );
    if (before > 0 && (await countAdministrators(client)) === 0) throw new LastAdministratorError();
    for (const deed of deeds) await appendTo(client, deed);
    return readUser(client, userKey);
  });
}

/**
 * Gives a user a password, which ends what was made with the one before: their sessions and their
 * tokens for scripts. Wall screens go on. The deed tells the tokens' keys.
 *
 * @returns undefined, and nothing has changed, when the password was not the one that was checked any
 *   more, the session that asks has ended, or the change is not allowed
 */
export function setPassword(
  pool: Pool,
  userKey: number,
  { hash, mustChange, checkedHash, isAllowed, sessions }: NewPassword,
  deed: Deed,
): Promise<EndedWithPassword | undefined> {
  return inTransaction(pool, async (client) => {
    const user = await lockUser(client, userKey);
    if (isAllowed !== undefined && !isAllowed(user)) return undefined;
    const { own } = sessions;
    if (own !== undefined && !(await holdSession(client, userKey, own.key))) return undefined;
    const { rowCount } = await client.query(
      `update users set password_hash = $2, must_change_password = $3
       where key = $1 and ($4::text is null or password_hash = $4)`,
      [userKey, hash, mustChange, checkedHash ?? null],
    );
    if (rowCount === 0) return undefined;
    const { rows: tokens } = await client.query<{ key: number }>(
      `update tokens set revoked_at = now()
       where owner_key = $1 and kind = 'api' and revoked_at is null and expires_at > now()
       returning key`,
      [userKey],
    );
    const tokenKeys = tokens.map(({ key }) => key);
    const data = tokenKeys.length === 0 ? deed.data : { ...deed.data, tokensRevoked: tokenKeys };
    await appendTo(client, { ...deed, data });
    return { sessionKeys: await endSessionsWith(client, userKey, sessions), tokenKeys };
  });
}

/** Keeps the same password in another way. False when it was changed meanwhile. */
export function rehashPassword(
  pool: Pool,
  userKey: number,
  { before, after }: { readonly before: string; readonly after: string },
  deed: Deed,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update users set password_hash = $3 where key = $1 and password_hash = $2',
      [userKey, before, after],
    );
    if (rowCount === 0) return false;
    await appendTo(client, deed);
    return true;
  });
}

/** Of what could take away the last administrator, only one goes at a time, until the transaction ends. */
export async function lockAdministrators(client: PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
}

async function insertUser(client: PoolClient, user: NewUser): Promise<number | undefined> {
  const { rows } = await client.query<{ key: number }>(
    `insert into users (name, full_name, password_hash, must_change_password)
     values ($1, $2, $3, $4)
     on conflict (name) do nothing
     returning key`,
    [user.name, user.fullName.toWellFormed(), user.passwordHash, user.mustChangePassword],
  );
  const key = rows[0]?.key;
  if (key !== undefined) await insertGrants(client, key, user.grants);
  return key;
}

async function insertGrants(
  client: PoolClient,
  userKey: number,
  grants: readonly Grant[],
): Promise<void> {
  await client.query(
    `insert into grants (user_key, role, region)
     select distinct $1::int, role, region from unnest($2::text[], $3::text[]) as given (role, region)`,
    [userKey, grants.map(({ role }) => role), grants.map(({ region }) => region)],
  );
}

/**
 * The user as they are now, whom nobody else changes until the transaction ends.
 *
 * @throws Error when there is no such user: keys are never made up, and users never removed
 */
export async function lockUser(client: PoolClient, userKey: number): Promise<User> {
  await client.query('select from users where key = $1 for update', [userKey]);
  // a statement of its own, so that it sees what was written while the lock was waited for
  const user = await readUser(client, userKey);
  if (user === undefined) throw new Error(`There is no user with the key ${userKey}.`);
  return user;
}

async function readUser(client: PoolClient, key: number): Promise<User | undefined> {
  const { rows } = await client.query<UserRow>(
    `select ${userColumns} from users u where u.key = $1`,
    [key],
  );
  return rows.map(toUser)[0];
}

async function readSecrets(
  pool: Pool,
  condition: string,
  value: string | number,
): Promise<UserSecrets | undefined> {
  const { rows } = await pool.query<
    UserRow & { readonly password_hash: string | null; readonly totp_secret: Buffer | null }
  >(`select ${userColumns}, u.password_hash, u.totp_secret from users u where ${condition}`, [
    value,
  ]);
  const row = rows[0];
  if (row === undefined) return undefined;
  return { ...toUser(row), passwordHash: row.password_hash, totpSecret: row.totp_secret };
}
