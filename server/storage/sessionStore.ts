import type { Pool, PoolClient } from 'pg';
import type { Deed, NewSession, Session, SessionsToEnd, User } from '../domain/account.ts';
import { inTransaction } from './inTransaction.ts';
import { appendTo } from './log/logStore.ts';
import { toUser, type UserRow, userColumns } from './userRow.ts';

/** Longest part of a browser's own description that is kept. */
const maxUserAgentLength = 256;

/**
 * Opens a session; undefined when its user is switched off, or has another password by now than the
 * one that was checked. A change of these that is under way is waited for.
 */
export function addSession(
  pool: Pool,
  { idHash, checkedHash, ...session }: NewSession,
  deed: Deed,
): Promise<Session | undefined> {
  const userAgent = session.userAgent.slice(0, maxUserAgentLength).toWellFormed();
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `select from users
       where key = $1 and disabled_at is null and ($2::text is null or password_hash = $2)
       for share`,
      [session.userKey, checkedHash],
    );
    if (rowCount === 0) return undefined;
    const { rows } = await client.query<{ key: number }>(
      `insert into sessions (user_key, id_hash, created_at, seen_at, expires_at, address, user_agent)
       values ($1, $2, to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000),
               to_timestamp($5::float8 / 1000), $6, $7)
       returning key`,
      [
        session.userKey,
        idHash,
        session.createdAtMs,
        session.seenAtMs,
        session.expiresAtMs,
        session.address,
        userAgent,
      ],
    );
    const key = rows[0]?.key;
    if (key === undefined) throw new Error('The database did not number the session.');
    await appendTo(client, deed);
    return { ...session, userAgent, key };
  });
}

/** A session and its user, disabled or not; undefined when it was ended or there never was one. */
export async function sessionByHash(
  pool: Pool,
  idHash: Uint8Array,
): Promise<{ readonly session: Session; readonly user: User } | undefined> {
  const { rows } = await pool.query<UserRow & SessionRow>(
    `select ${userColumns}, ${sessionColumns}
     from sessions s join users u on u.key = s.user_key
     where s.id_hash = $1`,
    [idHash],
  );
  const row = rows[0];
  return row === undefined ? undefined : { session: toSession(row), user: toUser(row) };
}

/** Where a user is signed in, what was used last first. */
export async function sessionsOf(pool: Pool, userKey: number): Promise<readonly Session[]> {
  const { rows } = await pool.query<SessionRow>(
    `select ${sessionColumns} from sessions s where s.user_key = $1
     order by s.seen_at desc, s.key desc`,
    [userKey],
  );
  return rows.map(toSession);
}

/** Notes that a session was used. */
export async function touchSession(pool: Pool, key: number, seenAtMs: number): Promise<void> {
  await pool.query(
    'update sessions set seen_at = greatest(seen_at, to_timestamp($2::float8 / 1000)) where key = $1',
    [key, seenAtMs],
  );
}

/** Ends one session of a user. False, and nothing in the log, when there is none. */
export function endSession(pool: Pool, userKey: number, key: number, deed: Deed): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'delete from sessions where user_key = $1 and key = $2',
      [userKey, key],
    );
    if (rowCount === 0) return false;
    await appendTo(client, deed);
    return true;
  });
}

/**
 * Ends all sessions of a user but one. Where there are none, nothing is written to the log.
 *
 * @returns the keys of those that ended
 */
export function endSessionsOf(
  pool: Pool,
  userKey: number,
  exceptKey: number | undefined,
  deed: Deed,
): Promise<readonly number[]> {
  return inTransaction(pool, async (client) => {
    const ended = await deleteSessionsOf(client, userKey, exceptKey);
    if (ended.length > 0) await appendTo(client, deed);
    return ended;
  });
}

/** Removes sessions that expired before, or were not used since, these moments. Epoch ms. */
export async function dropSessions(
  pool: Pool,
  expiredBeforeMs: number,
  idleSinceMs: number,
): Promise<void> {
  await pool.query(
    `delete from sessions where expires_at < to_timestamp($1::float8 / 1000)
                             or seen_at < to_timestamp($2::float8 / 1000)`,
    [expiredBeforeMs, idleSinceMs],
  );
}

/**
 * True when a user has this session, which then does not end before the transaction does. The user
 * has to be locked before, as all do that take both.
 */
export async function holdSession(
  client: PoolClient,
  userKey: number,
  key: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'select from sessions where user_key = $1 and key = $2 for share',
    [userKey, key],
  );
  return rowCount === 1;
}

/**
 * Ends all sessions of a user, and writes to the log of it, in a transaction that changes how the
 * user shows who they are.
 *
 * @returns the keys of those that ended
 */
export async function endSessionsWith(
  client: PoolClient,
  userKey: number,
  { own, deed }: SessionsToEnd,
): Promise<readonly number[]> {
  const ended = await deleteSessionsOf(client, userKey, undefined);
  if (own !== undefined) await appendTo(client, own.deed);
  if (ended.some((key) => key !== own?.key)) await appendTo(client, deed);
  return ended;
}

/** Removes all sessions of a user but one, in a transaction that writes to the log of it. */
async function deleteSessionsOf(
  client: PoolClient,
  userKey: number,
  exceptKey: number | undefined,
): Promise<readonly number[]> {
  const { rows } = await client.query<{ key: number }>(
    'delete from sessions where user_key = $1 and ($2::int is null or key <> $2) returning key',
    [userKey, exceptKey ?? null],
  );
  return rows.map(({ key }) => key);
}

const sessionColumns = `
  s.key as session_key, s.user_key,
  (extract(epoch from s.created_at) * 1000)::float8 as session_created_at_ms,
  (extract(epoch from s.seen_at) * 1000)::float8 as seen_at_ms,
  (extract(epoch from s.expires_at) * 1000)::float8 as expires_at_ms, s.address, s.user_agent`;

type SessionRow = {
  readonly session_key: number;
  readonly user_key: number;
  readonly session_created_at_ms: number;
  readonly seen_at_ms: number;
  readonly expires_at_ms: number;
  readonly address: string;
  readonly user_agent: string;
};

function toSession(row: SessionRow): Session {
  return {
    key: row.session_key,
    userKey: row.user_key,
    createdAtMs: row.session_created_at_ms,
    seenAtMs: row.seen_at_ms,
    expiresAtMs: row.expires_at_ms,
    address: row.address,
    userAgent: row.user_agent,
  };
}
