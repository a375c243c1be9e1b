import type { ClientBase } from 'pg';
import { ObstacleError } from '../../domain/obstacleError.ts';

/*
 * The table `posko_moving`, which only a database has that is being filled from elsewhere or was and
 * has not been opened since. Its one row says from what and how far that is:
 *
 *   emptying -> filling -> filled
 *
 * `emptying`: something of what was there before may be left. `filling`: all that is there is from
 * the source. Posko opens only a database that is `filled`, and then drops the table: from there on
 * the database has a life of its own.
 */
const stages = ['emptying', 'filling', 'filled'] as const;
type Stage = (typeof stages)[number];

/** What a database is being filled with. */
export type Marker = {
  /** See RowSource. */
  readonly source: string;
  readonly what: string;
  readonly stage: Stage;
};

/** The marker of a database, or undefined when nothing was moved into it. */
export async function readMarker(client: ClientBase): Promise<Marker | undefined> {
  const { rows: found } = await client.query<{ exists: boolean }>(
    "select to_regclass('posko_moving') is not null as exists",
  );
  if (found[0]?.exists !== true) return undefined;
  const { rows } = await client.query<Marker>('select source, what, stage from posko_moving');
  return rows[0];
}

/** Writes the marker, in the transaction that the client is in or in one of its own. */
export async function setMarker(
  client: ClientBase,
  { source, what, stage }: Marker,
): Promise<void> {
  await client.query(
    `create table if not exists posko_moving (
       is_only_row boolean primary key default true check (is_only_row),
       source text not null,
       what text not null,
       stage text not null check (stage in ('emptying', 'filling', 'filled'))
     )`,
  );
  await client.query(
    `insert into posko_moving (source, what, stage) values ($1, $2, $3)
     on conflict (is_only_row) do update
       set source = excluded.source, what = excluded.what, stage = excluded.stage`,
    [source, what, stage],
  );
}

/**
 * To be called before a database is used: refuses one that is half filled.
 *
 * @throws Error when a copy or restore into it was begun and not finished
 */
export async function refuseHalfFilled(client: ClientBase): Promise<void> {
  const marker = await readMarker(client);
  if (marker === undefined) return;
  if (marker.stage !== 'filled') {
    throw new ObstacleError(
      `The database is only partly filled, since ${marker.what} was begun and not finished: run that command again to go on with it, or set POSKO_DATABASE_URL to another database.`,
    );
  }
  await client.query('drop table if exists posko_moving');
}
