import { randomBytes } from 'node:crypto';
import { chownSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ObstacleError } from '../../domain/obstacleError.ts';
import { errorCode } from '../../domain/systemError.ts';
import type { Account } from './account.ts';

/** How to reach the embedded database: a Unix socket in `host`, scram-sha-256. */
export type EmbeddedConnection = {
  /** The folder that holds the socket. */
  readonly host: string;
  /** Part of the socket's name; nothing listens on TCP. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
};

const connectionFileName = 'posko.connection.json';
const prefix = 'posko-';

/** A socket's path has at most 103 bytes on macOS, 107 on Linux; ours ends in `/.s.PGSQL.5432`. */
const maxFolderBytes = 80;

/**
 * Makes the private folder (mode 0700) for the database's socket and tells other programs of ours
 * the way to it by a 0600 file in the data folder. The file comes first: after a kill -9 in between
 * the next start still knows what to remove.
 *
 * @param account whose folder it becomes, when database processes do not run as we do
 */
export function makeRunFolder(
  dataDir: string,
  connection: Omit<EmbeddedConnection, 'host'>,
  account: Account | undefined,
): EmbeddedConnection {
  const made = { ...connection, host: path.join(chooseParent(account), newName()) };
  const file = path.join(dataDir, connectionFileName);
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(made)}\n`, { mode: 0o600, flag: 'wx' });
  mkdirSync(made.host, { mode: 0o700 });
  if (account !== undefined) chownSync(made.host, account.uid, account.gid);
  return made;
}

/** Removes the run folder that the data folder tells of, its own or one that a kill -9 left. */
export function removeRunFolder(dataDir: string): void {
  const connection = readConnection(dataDir);
  if (connection !== undefined) {
    // the name is checked so that a damaged file can never make us remove anything else
    const isOurs = path.basename(connection.host).startsWith(prefix);
    const isFolder = lstatSync(connection.host, { throwIfNoEntry: false })?.isDirectory() === true;
    if (isOurs && isFolder) rmSync(connection.host, { recursive: true, force: true });
  }
  rmSync(path.join(dataDir, connectionFileName), { force: true });
}

/**
 * The connection that the running database of this data folder left, or undefined when there is
 * none. It may be stale: only connecting tells.
 *
 * @throws Error when it is there and may not be read
 */
export function readConnection(dataDir: string): EmbeddedConnection | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(dataDir, connectionFileName), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new ObstacleError(
      `The way to the running database could not be read from ${dataDir}: use the account that runs the server.`,
      { cause: error },
    );
  }
  return parseConnection(text);
}

function parseConnection(text: string): EmbeddedConnection | undefined {
  try {
    const value: Partial<Record<keyof EmbeddedConnection, unknown>> | null = JSON.parse(text);
    if (value === null || typeof value !== 'object') return undefined;
    const { host, port, user, password, database } = value;
    if (
      typeof host !== 'string' ||
      typeof port !== 'number' ||
      typeof user !== 'string' ||
      typeof password !== 'string' ||
      typeof database !== 'string'
    ) {
      return undefined;
    }
    return { host, port, user, password, database };
  } catch {
    // half written when the machine lost power: nothing can be running behind it
    return undefined;
  }
}

function newName(): string {
  return prefix + randomBytes(6).toString('hex');
}

function chooseParent(account: Account | undefined): string {
  const preferred = os.tmpdir();
  // PostgreSQL splits the setting at commas and reads quotes in it
  const isPlain = /^\/[\w./+-]*$/.test(preferred);
  const isShort = Buffer.byteLength(path.join(preferred, newName())) <= maxFolderBytes;
  // root's own temporary folder may be closed to the account; /tmp is open to all
  return isPlain && isShort && account === undefined ? preferred : '/tmp';
}
