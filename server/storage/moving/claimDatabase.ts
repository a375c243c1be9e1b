import type { PoolClient } from 'pg';
import { emptyDatabase, readContents } from './emptyDatabase.ts';
import { readMarker } from './marker.ts';
import { formatCount } from './progress.ts';
import type { RowSource } from './rowSource.ts';

/** What to do with a database that holds something else. */
export type IfNotEmpty =
  | { readonly do: 'drop' }
  /** `advice` ends the sentence of the refusal: "use an empty database". */
  | { readonly do: 'refuse'; readonly advice: string };

/** Any number that no other program takes in the same database; the next after that of migrate.ts. */
const lockKey = '482671522672';

/** Tenths of a second that ended connections are given to go. */
const lingerRounds = 20;

/**
 * Makes a database the caller's, to be filled from a source: empty and marked, or as an earlier
 * attempt with the same source left it. It is the caller's until the client's session ends.
 *
 * @returns whether there was such an earlier attempt
 * @throws Error when the database is in use, or holds something else and that is to be refused
 */
export async function claimDatabase(
  client: PoolClient,
  source: RowSource,
  ifNotEmpty: IfNotEmpty,
  print: (line: string) => void,
): Promise<boolean> {
  await holdAlone(client);
  const marker = await readMarker(client);
  // what is whole and cannot grow is no attempt any more, but a database with something in it
  const isAttempt = marker?.source === source.id && (marker.stage !== 'filled' || source.isGrowing);
  if (isAttempt && marker.stage !== 'emptying' && (await fits(client, source))) {
    print(`Going on with ${source.what}.`);
    return true;
  }
  // what an earlier attempt left is no loss
  const contents = isAttempt ? [] : await readContents(client);
  if (contents.length > 0) {
    const list = contents.map(({ name, rows }) => `${name} (${formatCount(rows)})`).join(', ');
    if (ifNotEmpty.do === 'refuse') {
      throw new Error(`The database is not empty, it has rows of ${list}: ${ifNotEmpty.advice}.`);
    }
    print(`Dropping what the database holds: rows of ${list}.`);
  }
  await emptyDatabase(client, { source: source.id, what: source.what });
  return false;
}

/** Two that fill at once would mix, and a server that runs on the database would be filled over. */
async function holdAlone(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ is_ours: boolean }>(
    'select pg_try_advisory_lock($1) as is_ours',
    [lockKey],
  );
  if (rows[0]?.is_ours !== true) {
    throw new Error('Another copy or restore is filling the database: wait until it is done.');
  }
  let others = await countOthers(client);
  // a connection that was just ended is still counted for a moment
  for (let round = 0; others > 0 && round < lingerRounds; round++) {
    await client.query('select pg_sleep(0.1)');
    others = await countOthers(client);
  }
  if (others === 0) return;
  throw new Error(
    `The database has ${others} other connection${others === 1 ? '' : 's'}: stop the Posko server that runs on it and end other programs, then try again.`,
  );
}

async function countOthers(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend'
       and pid <> pg_backend_pid()`,
  );
  return rows[0]?.count ?? 0;
}

/** False when an attempt came as far as the newest schema, which rows of an older one no longer fit. */
async function fits(client: PoolClient, source: RowSource): Promise<boolean> {
  const { rows: found } = await client.query<{ exists: boolean }>(
    "select to_regclass('posko_migrations') is not null as exists",
  );
  if (found[0]?.exists !== true) return true;
  const { rows } = await client.query<{ name: string }>('select name from posko_migrations');
  return rows.every(({ name }) => source.migrations.includes(name));
}
