import type { PoolClient } from 'pg';

/** Any number that no other program takes in the same database; the next after that of keyRotate.ts. */
const lockKey = '482671522676';

/**
 * Has the ids of trackers and gateways to itself until the transaction ends. They lie in two tables
 * and never share one, which no constraint can say.
 */
export async function lockPrincipalIds(client: PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
}

/** Whose id it is; undefined: nobody's. */
export async function holderOf(
  client: PoolClient,
  id: string,
): Promise<'tracker' | 'unit' | 'gateway' | undefined> {
  const { rows } = await client.query<{ kind: 'tracker' | 'unit' | 'gateway' }>(
    `select 'tracker' as kind from trackers where id = $1
     union all select 'gateway' from gateways where id = $1
     union all select 'unit' from units where id = $1`,
    [id],
  );
  return rows[0]?.kind;
}

/**
 * SQL of the least version that a new secret may have. The log never grows shorter and has every
 * change of a gateway: so an id that was removed and added again never has a version that it had
 * before, by which somebody could go on with its old secret.
 */
export const leastSecretVersion = '(select coalesce(max(sequence), 0)::int + 1 from log)';
