import type { Pool } from 'pg';
import { inTransaction } from '../inTransaction.ts';

/** Days as they were written are quicker to change; by then nearly all that is late has come. */
const columnstoreAfterDays = 3;
/** Minutes of the last days are refreshed every few minutes by a policy, older ones once a day by us. */
const refreshDays = 7;

/**
 * Sets TimescaleDB's policies, replacing those of an earlier start: columnstore, retention, and the
 * refresh of the minutes.
 *
 * @param retentionDays whole days, 1 or more
 * @returns sentences on what could not be set, with what to run
 */
export async function setTimescalePolicies(
  pool: Pool,
  retentionDays: number,
): Promise<readonly string[]> {
  const refreshed = Math.max(1, Math.min(refreshDays, retentionDays - 1));
  await inTransaction(pool, async (client) => {
    for (const table of ['position_minutes', 'positions']) {
      await client.query(`select remove_retention_policy('${table}', if_exists => true)`);
      await client.query(
        `select add_retention_policy('${table}', drop_after => interval '${retentionDays} days')`,
      );
      await client.query(`call remove_columnstore_policy('${table}', if_exists => true)`);
    }
    await client.query(
      "select remove_continuous_aggregate_policy('position_minutes', if_exists => true)",
    );
    await client.query(
      `select add_continuous_aggregate_policy('position_minutes',
         start_offset => interval '${refreshed} days', end_offset => interval '2 minutes',
         schedule_interval => interval '5 minutes')`,
    );
    await client.query(
      `call add_columnstore_policy('positions', after => interval '${columnstoreAfterDays} days')`,
    );
    // never what the policy may still refresh
    await client.query(
      `call add_columnstore_policy('position_minutes', after => interval '${refreshed + 1} days')`,
    );
  });
  return setDatabaseSettings(pool);
}

/**
 * Refreshes minutes that are too old for the policy and got late positions: TimescaleDB knows which,
 * so that this is quick when there are none.
 */
export async function refreshOldMinutes(pool: Pool, retentionDays: number): Promise<void> {
  const newest = Math.max(1, Math.min(refreshDays, retentionDays - 1)) - 1;
  const oldest = retentionDays - 1;
  if (oldest <= newest) return;
  // days whose positions are gone by retention stay out of it: their minutes would go too
  await pool.query(
    `call refresh_continuous_aggregate('position_minutes',
       now() - interval '${oldest} days', now() - interval '${newest} days')`,
  );
}

/** Settings of the database itself, which hold for TimescaleDB's own jobs too. */
const databaseSettings = [
  {
    name: 'timescaledb.telemetry_level',
    value: 'off',
    // a command post tells nobody outside that it exists
    otherwise: 'TimescaleDB sends usage figures to its maker',
  },
  {
    name: 'timescaledb.compression_batch_size_limit',
    // 6.6 bytes a position instead of 7.2 with the default of 1000; late rows and reads take as long
    value: '2000',
    otherwise: 'compressed positions take a tenth more room than they have to',
  },
] as const;

/** @returns what could not be set, a sentence each */
async function setDatabaseSettings(pool: Pool): Promise<readonly string[]> {
  const advice: string[] = [];
  for (const { name, value, otherwise } of databaseSettings) {
    const { rows } = await pool.query<{
      setting: string;
      max_value: number | null;
      database: string;
    }>(
      `select setting, max_val::float8 as max_value, current_database() as database
       from pg_settings where name = $1`,
      [name],
    );
    const row = rows[0];
    if (row === undefined || row.setting === value) continue;
    // an older TimescaleDB allows no more than its default
    if (row.max_value !== null && row.max_value < Number(value)) continue;
    const statement = `alter database "${row.database.replaceAll('"', '""')}" set ${name} = '${value}'`;
    try {
      await pool.query(statement);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      advice.push(
        `${otherwise}, and this user may not change that (${detail}): run ${statement} as the owner of the database, or set it in postgresql.conf.`,
      );
    }
  }
  return advice;
}
