import type { Pool } from 'pg';
import { hashSecret, newSecret, newTokenSecret } from '../../../server/accounts/credentials.ts';
import type { Grant } from '../../../server/domain/access.ts';
import type { Deed } from '../../../server/domain/account.ts';
import { createAccountRecords } from '../../../server/storage/accountStore.ts';

const deed: Deed = { actor: null, action: 'test', subject: null, region: null, data: {} };
const weekMs = 7 * 86_400_000;

/** Adds a person with these grants. */
export async function addPerson(
  pool: Pool,
  name: string,
  grants: readonly Grant[],
): Promise<number> {
  const added = await createAccountRecords(pool).addUser(
    { name, fullName: name, passwordHash: null, mustChangePassword: false, grants },
    deed,
  );
  if (added === undefined) throw new Error(`there is a user ${name} already`);
  return added.key;
}

/** Signs a person in, and returns what their requests carry. */
export async function signIn(pool: Pool, userKey: number): Promise<{ cookie: string }> {
  const { secret } = await openSession(pool, userKey);
  return { cookie: `posko=${secret}` };
}

async function openSession(
  pool: Pool,
  userKey: number,
): Promise<{ readonly key: number; readonly secret: string }> {
  const secret = newSecret();
  const nowMs = Date.now();
  const session = await createAccountRecords(pool).addSession(
    {
      idHash: hashSecret(secret),
      userKey,
      createdAtMs: nowMs,
      seenAtMs: nowMs,
      expiresAtMs: nowMs + weekMs,
      address: '127.0.0.1',
      userAgent: 'tests',
      checkedHash: null,
    },
    deed,
  );
  if (session === undefined) throw new Error(`the user ${userKey} was not signed in`);
  return { key: session.key, secret };
}

/** Makes a token, and returns what requests with it carry. */
export async function addToken(
  pool: Pool,
  token: { kind: 'display' | 'api'; ownerKey: number; grant: Grant },
): Promise<Record<string, string>> {
  const secret = newTokenSecret();
  await createAccountRecords(pool).addToken(
    {
      ...token,
      name: `${token.kind} of the tests`,
      expiresAtMs: Date.now() + weekMs,
      idHash: hashSecret(secret),
      sessionKey: (await openSession(pool, token.ownerKey)).key,
    },
    deed,
  );
  return token.kind === 'display'
    ? { cookie: `posko=${secret}` }
    : { authorization: `Bearer ${secret}` };
}
