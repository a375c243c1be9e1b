import type { Pool } from 'pg';
import type { Deed, NewToken, Token, User } from '../domain/account.ts';
import { inTransaction } from './inTransaction.ts';
import { appendTo } from './log/logStore.ts';
import { holdSession } from './sessionStore.ts';
import { toGrant, toUser, type UserRow, userColumns } from './userRow.ts';

/**
 * Adds a token; undefined when its owner is switched off, or the session that makes it has ended. A
 * change of the owner that is under way is waited for; one that comes later finds the token, and
 * revokes it where it has to.
 */
export function addToken(
  pool: Pool,
  { idHash, kind, name, ownerKey, grant, expiresAtMs, sessionKey }: NewToken,
  deed: Deed,
): Promise<Token | undefined> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'select from users where key = $1 and disabled_at is null for share',
      [ownerKey],
    );
    if (rowCount === 0 || !(await holdSession(client, ownerKey, sessionKey))) return undefined;
    const { rows } = await client.query<TokenRow>(
      `with added as (
         insert into tokens (id_hash, kind, name, owner_key, role, region, expires_at)
         values ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000))
         returning *
       )
       select ${tokenColumns} from added t join users u on u.key = t.owner_key`,
      [idHash, kind, name.toWellFormed(), ownerKey, grant.role, grant.region, expiresAtMs],
    );
    const row = rows[0];
    if (row === undefined) throw new Error('The database did not give back the token.');
    await appendTo(client, deed);
    return toToken(row);
  });
}

/** A token and its owner, revoked or expired or not; undefined when there is none. */
export async function tokenByHash(
  pool: Pool,
  idHash: Uint8Array,
): Promise<{ readonly token: Token; readonly owner: User } | undefined> {
  const { rows } = await pool.query<UserRow & TokenRow>(
    `select ${userColumns}, ${tokenColumns}
     from tokens t join users u on u.key = t.owner_key
     where t.id_hash = $1`,
    [idHash],
  );
  const row = rows[0];
  return row === undefined ? undefined : { token: toToken(row), owner: toUser(row) };
}

/** All tokens, or one owner's, newest first. */
export async function listTokens(
  pool: Pool,
  ownerKey: number | undefined,
): Promise<readonly Token[]> {
  const { rows } = await pool.query<TokenRow>(
    `select ${tokenColumns} from tokens t join users u on u.key = t.owner_key
     where $1::int is null or t.owner_key = $1
     order by t.key desc`,
    [ownerKey ?? null],
  );
  return rows.map(toToken);
}

/** Notes that a token was used. */
export async function touchToken(pool: Pool, key: number, usedAtMs: number): Promise<void> {
  await pool.query(
    'update tokens set used_at = greatest(used_at, to_timestamp($2::float8 / 1000)) where key = $1',
    [key, usedAtMs],
  );
}

/** Revokes a token for good. False, and nothing in the log, when there is none that is not revoked. */
export function revokeToken(pool: Pool, key: number, deed: Deed): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update tokens set revoked_at = now() where key = $1 and revoked_at is null',
      [key],
    );
    if (rowCount === 0) return false;
    await appendTo(client, deed);
    return true;
  });
}

/** The columns of a Token, of tables named `t` and, for its owner, `u`. */
const tokenColumns = `
  t.key as token_key, t.kind, t.name as token_name, t.owner_key, u.name as owner_name,
  t.role || ' ' || t.region as token_grant,
  floor(extract(epoch from t.created_at) * 1000)::float8 as token_created_at_ms,
  (extract(epoch from t.expires_at) * 1000)::float8 as expires_at_ms,
  floor(extract(epoch from t.used_at) * 1000)::float8 as used_at_ms,
  floor(extract(epoch from t.revoked_at) * 1000)::float8 as revoked_at_ms`;

type TokenRow = {
  readonly token_key: number;
  readonly kind: string;
  readonly token_name: string;
  readonly owner_key: number;
  readonly owner_name: string;
  readonly token_grant: string;
  readonly token_created_at_ms: number;
  readonly expires_at_ms: number;
  readonly used_at_ms: number | null;
  readonly revoked_at_ms: number | null;
};

function toToken(row: TokenRow): Token {
  const [grant] = toGrant(row.token_grant);
  // of its own program it is refused by the schema
  if (grant === undefined) throw new Error(`The token ${row.token_key} has an unknown role.`);
  return {
    key: row.token_key,
    kind: row.kind === 'display' ? 'display' : 'api',
    name: row.token_name,
    ownerKey: row.owner_key,
    ownerName: row.owner_name,
    grant,
    createdAtMs: row.token_created_at_ms,
    expiresAtMs: row.expires_at_ms,
    usedAtMs: row.used_at_ms,
    revokedAtMs: row.revoked_at_ms,
  };
}
