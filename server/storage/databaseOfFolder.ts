import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { ObstacleError } from '../domain/obstacleError.ts';
import { errorCode } from '../domain/systemError.ts';
import { replaceFile } from './replaceFile.ts';

/** Where an outside database is: all of its URL but user and password. */
export type OutsideDatabase = {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
};

const markName = 'posko.outside-database.json';

/** The file by which a data folder says that its database is an outside one. */
export function markFile(dataDir: string): string {
  return path.join(dataDir, markName);
}

/**
 * The outside database that the server of this data folder used last, or undefined when it uses the
 * built-in one.
 *
 * @throws ObstacleError when the mark is there and cannot be read
 */
export function databaseOfFolder(dataDir: string): OutsideDatabase | undefined {
  const file = markFile(dataDir);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ObstacleError(
      `${file}, which names the database of this data folder, cannot be read (${code}): use the account that runs the server.`,
      { cause: error },
    );
  }
  const found = parseMark(text);
  if (found !== undefined) return found;
  throw new ObstacleError(
    `${file}, which names the database of this data folder, is damaged: remove it, and set POSKO_DATABASE_URL unless the built-in database is the right one.`,
  );
}

/**
 * Refuses to open the built-in database of a data folder whose server has moved to an outside one:
 * it still holds what there was before the move, and nobody would notice.
 *
 * @throws ObstacleError that names the outside database and the way back
 */
export function refuseAbandoned(dataDir: string, databaseUrl: string | undefined): void {
  if (databaseUrl !== undefined) return;
  const outside = databaseOfFolder(dataDir);
  if (outside === undefined) return;
  throw new ObstacleError(
    `The data folder ${dataDir} belongs to ${describeOutside(outside)}, and POSKO_DATABASE_URL is not set: set it as before, in .env or the environment. To go back to the built-in database, which lacks what came in since, remove ${markFile(dataDir)}.`,
  );
}

/**
 * Marks a data folder as one whose database is outside. To be called when that database was opened,
 * and not before: a mistyped URL must not bind the folder.
 */
export function markOutside(dataDir: string, databaseUrl: string): void {
  const file = markFile(dataDir);
  const text = `${JSON.stringify(placeOf(databaseUrl))}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  replaceFile(file, text);
}

/** Where a URL leads, as the driver reads it, with its defaults. */
export function placeOf(databaseUrl: string): OutsideDatabase {
  const { host, port, database } = new pg.Client(databaseUrl);
  return { host, port, database: database ?? '' };
}

/** `the database posko on 10.0.0.5, port 5432` */
export function describeOutside({ host, port, database }: OutsideDatabase): string {
  return `the database ${database} on ${host}, port ${port}`;
}

function parseMark(text: string): OutsideDatabase | undefined {
  try {
    const value: Partial<Record<keyof OutsideDatabase, unknown>> | null = JSON.parse(text);
    if (value === null || typeof value !== 'object') return undefined;
    const { host, port, database } = value;
    if (typeof host !== 'string' || typeof port !== 'number' || typeof database !== 'string') {
      return undefined;
    }
    return { host, port, database };
  } catch {
    // not written by us; whoever asks says what to do about it
    return undefined;
  }
}
