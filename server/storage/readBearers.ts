import type { Pool } from 'pg';

/** Who carries which unit, by its key. Names people, so it is apart from all that goes to many. */
export async function readBearers(pool: Pick<Pool, 'query'>): Promise<ReadonlyMap<number, string>> {
  const { rows } = await pool.query<{ key: number; bearer: string }>(
    'select key, bearer from units where bearer is not null',
  );
  return new Map(rows.map(({ key, bearer }) => [key, bearer]));
}
