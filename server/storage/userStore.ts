import type { Pool, PoolClient } from 'pg';
import type { Grant } from '../domain/access.ts';
import type { Deed, User, UserSecrets } from '../domain/account.ts';
import { ObstacleError } from '../domain/obstacleError.ts';
import { inTransaction } from './inTransaction.ts';
import { appendTo } from './log/logStore.ts';
import { toUser, type UserRow, userColumns } from './userRow.ts';

/** A user to add. */
export type NewUser = {
  readonly name: string;
  readonly fullName: string;
  /** PHC string; null: no password, so no sign-in by one. */
  readonly passwordHash: string | null;
  readonly mustChangePassword: boolean;
  readonly grants: readonly Grant[];
};

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

export function setFullName(
  pool: Pool,
  userKey: number,
  fullName: string,
  deed: Deed,
): Promise<void> {
  return change(pool, deed, (client) =>
    updateUser(client, userKey, 'full_name = $2', [fullName.toWellFormed()]),
  );
}

/**
 * Replaces all grants of a user.
 *
 * @throws LastAdministratorError
 */
export function setGrants(
  pool: Pool,
  userKey: number,
  grants: readonly Grant[],
  deed: Deed,
): Promise<void> {
  return keepAdministrator(pool, deed, async (client) => {
    await client.query('delete from grants where user_key = $1', [userKey]);
    await insertGrants(client, userKey, grants);
  });
}

/**
 * Switches a user off or on again.
 *
 * @throws LastAdministratorError
 */
export function setDisabled(
  pool: Pool,
  userKey: number,
  isDisabled: boolean,
  deed: Deed,
): Promise<void> {
  return keepAdministrator(pool, deed, (client) =>
    updateUser(
      client,
      userKey,
      'disabled_at = case when $2 then coalesce(disabled_at, now()) end',
      [isDisabled],
    ),
  );
}

export function setPassword(
  pool: Pool,
  userKey: number,
  { hash, mustChange }: { readonly hash: string; readonly mustChange: boolean },
  deed: Deed,
): Promise<void> {
  return change(pool, deed, (client) =>
    updateUser(client, userKey, 'password_hash = $2, must_change_password = $3', [
      hash,
      mustChange,
    ]),
  );
}

/** Runs a change and writes its deed, both or neither. */
function change(
  pool: Pool,
  deed: Deed,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    await work(client);
    await appendTo(client, deed);
  });
}

/** The same for a change that could take away the last administrator, of which only one goes at a time. */
function keepAdministrator(
  pool: Pool,
  deed: Deed,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> {
  return change(pool, deed, async (client) => {
    await lockAdministrators(client);
    const before = await countAdministrators(client);
    await work(client);
    if (before > 0 && (await countAdministrators(client)) === 0) throw new LastAdministratorError();
  });
}

async function lockAdministrators(client: PoolClient): Promise<void> {
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

/** @throws Error when there is no such user: keys are never made up, and users never removed */
async function updateUser(
  client: PoolClient,
  userKey: number,
  assignments: string,
  values: readonly unknown[],
): Promise<void> {
  const { rowCount } = await client.query(`update users set ${assignments} where key = $1`, [
    userKey,
    ...values,
  ]);
  if (rowCount === 0) throw new Error(`There is no user with the key ${userKey}.`);
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
