import type { Pool } from 'pg';
import type { Deed } from '../../domain/account.ts';
import { inTransaction } from '../inTransaction.ts';
import { appendTo } from '../log/logStore.ts';

/** How long positions of some units are kept, where that is shorter than for all. */
export type RetentionRule = {
  /** Of units whose home region is this one or below it; `*`: of all. */
  readonly region: string;
  /** `*`: of every kind. */
  readonly unitKind: string;
  /** Whole UTC days, 1 or more. */
  readonly days: number;
};

/** The rules, the widest first. Of those that fit a unit, the last of its region and kind counts. */
export async function listRetentionRules(pool: Pool): Promise<readonly RetentionRule[]> {
  const { rows } = await pool.query<{ region: string; unit_kind: string; days: number }>(
    `select region, unit_kind, days from retention_rules
     order by region <> '*', region, unit_kind <> '*', unit_kind`,
  );
  return rows.map(({ region, unit_kind: unitKind, days }) => ({ region, unitKind, days }));
}

/** Sets how long positions of a region and kind are kept. */
export function setRetentionRule(
  pool: Pool,
  { region, unitKind, days }: RetentionRule,
  deed: Deed,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    await client.query(
      `insert into retention_rules (region, unit_kind, days) values ($1, $2, $3)
       on conflict (region, unit_kind) do update set days = excluded.days`,
      [region, unitKind, days],
    );
    await appendTo(client, deed);
  });
}

/** Takes a rule away. False, and nothing in the log, when there is none. */
export function removeRetentionRule(
  pool: Pool,
  { region, unitKind }: Omit<RetentionRule, 'days'>,
  deed: Deed,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'delete from retention_rules where region = $1 and unit_kind = $2',
      [region, unitKind],
    );
    if (rowCount === 0) return false;
    await appendTo(client, deed);
    return true;
  });
}
