import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ObstacleError } from '../../domain/obstacleError.ts';
import { errorCode } from '../../domain/systemError.ts';
import { replaceFile, syncFolder } from '../replaceFile.ts';
import { type DatabaseEnvironment, type RunAs, spawnAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import { commandEnd } from './runCommand.ts';

/** Superuser and database of the embedded PostgreSQL. */
export const embeddedName = 'posko';

const majorVersion = '18';
const unfinishedPrefix = 'postgres.new-';
const passwordName = 'postgres.password';

/**
 * Checks a database folder that is there.
 *
 * @returns false when there is none yet
 * @throws Error when it is something else, or of another major version
 */
export function isInitialised(databaseDir: string): boolean {
  if (!existsSync(databaseDir)) return false;
  const versionFile = path.join(databaseDir, 'PG_VERSION');
  if (!existsSync(versionFile)) {
    throw new ObstacleError(
      `${databaseDir} is not a PostgreSQL folder (it has no PG_VERSION): move it away, or set POSKO_DATA_DIR to another folder.`,
    );
  }
  const version = readFileSync(versionFile, 'utf8').trim();
  if (version !== majorVersion) {
    throw new ObstacleError(
      `${databaseDir} was made by PostgreSQL ${version}, and this Posko brings ${majorVersion}: use the Posko that made it, or dump and restore it.`,
    );
  }
  return true;
}

/**
 * Creates the database cluster beside its place and renames it there when it is whole, so that a
 * kill -9 at any moment leaves either nothing or a database.
 *
 * @param scratchDir a folder that the database account can read, for the password's way to initdb
 * @throws Error with the last lines of a program that failed
 */
export async function initialise(
  databaseDir: string,
  scratchDir: string,
  password: string,
  binaries: Binaries,
  runAs: RunAs,
  env: DatabaseEnvironment,
  signal: AbortSignal | undefined,
): Promise<void> {
  const parent = path.dirname(databaseDir);
  removeUnfinished(parent);
  const fresh = path.join(parent, unfinishedPrefix + randomBytes(4).toString('hex'));
  const passwordFile = path.join(scratchDir, 'initdb.password');
  try {
    mkdirSync(fresh, { mode: 0o700 });
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (runAs.kind !== 'self') {
      for (const file of [fresh, passwordFile]) {
        chownSync(file, runAs.account.uid, runAs.account.gid);
      }
    }
    const initdb = [
      `--pgdata=${fresh}`,
      `--username=${embeddedName}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // sorts by code point, the same on every machine and after every update of its C library
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
    ];
    const made = await commandEnd(spawnAs(runAs, binaries.initdb, initdb, env), signal);
    if (!made.ok) throw initFailed(made.output);

    // a database made here, in single-user mode, is there whenever the folder is
    const single = ['--single', '-D', fresh, '-c', 'exit_on_error=true', 'template1'];
    const child = spawnAs(runAs, binaries.postgres, single, env);
    child.stdin?.on('error', () => undefined).end(`CREATE DATABASE ${embeddedName}\n`);
    const created = await commandEnd(child, signal);
    if (!created.ok) throw initFailed(created.output);

    renameSync(fresh, databaseDir);
    syncFolder(parent);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * The password of the embedded database: random, made once, kept in a 0600 file of the data folder.
 *
 * @throws Error when the database is there and its password is not
 */
export function readOrMakePassword(dataDir: string, hasDatabase: boolean): string {
  const file = path.join(dataDir, passwordName);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || hasDatabase) {
      throw new ObstacleError(
        `The database's password cannot be read from ${file}: restore the file, or run Posko as the account that made it.`,
        { cause: error },
      );
    }
  }
  const password = randomBytes(24).toString('base64url');
  replaceFile(file, `${password}\n`);
  return password;
}

function initFailed(output: string): Error {
  const lastLines = output.split('\n').slice(-5).join('\n');
  return new Error(`The built-in database could not be created. PostgreSQL said:\n${lastLines}`);
}

function removeUnfinished(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(unfinishedPrefix)) continue;
    // an initdb whose server was killed dies at its next line of output, and may be writing until then
    rmSync(path.join(parent, name), { recursive: true, force: true, maxRetries: 10 });
  }
}
