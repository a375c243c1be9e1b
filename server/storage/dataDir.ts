import { randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ObstacleError } from '../domain/obstacleError.ts';
import { errorCode } from '../domain/systemError.ts';
import { isAlive, processStart } from './processes.ts';

/** What holds a data folder: the server for its whole life, or a command for a moment. */
export type DataDirPurpose = 'server' | 'command';

/** Who holds a data folder. */
export type DataDirHolder = {
  readonly pid: number;
  /** See processStart: tells the holder from a later process with the same id. */
  readonly start: string;
  readonly purpose: DataDirPurpose;
};

/** A data folder that is ours until released. */
export type DataDir = {
  /** Absolute path without symbolic links. */
  readonly dir: string;
  release(): void;
};

/** Another process holds the data folder; the message says which and what to do. */
export class DataDirHeldError extends ObstacleError {
  override readonly name = 'DataDirHeldError';
  readonly holder: DataDirHolder;

  constructor(dir: string, holder: DataDirHolder) {
    const who = holder.purpose === 'server' ? 'A Posko server' : 'A posko command';
    const todo =
      holder.purpose === 'server'
        ? 'stop it first, or set POSKO_DATA_DIR to another folder'
        : 'wait until it is done, then try again';
    super(`${who} (process ${holder.pid}) is using the data folder ${dir}: ${todo}.`);
    this.holder = holder;
  }
}

const lockName = 'posko.lock';

/** Starters that meet over one stale lock: each round has one winner, so few rounds are needed. */
const maxRounds = 20;

/**
 * Makes the data folder (mode 0700) where it is missing and takes its lock, so that no two servers
 * ever share it. A lock whose process is gone, as after a kill -9, is taken over.
 *
 * @throws DataDirHeldError when another process holds it; ObstacleError when it cannot be made or written
 */
export function openDataDir(dir: string, purpose: DataDirPurpose = 'server'): DataDir {
  const real = makeWritable(dir);
  const lock = path.join(real, lockName);
  const mine: DataDirHolder = {
    pid: process.pid,
    start: processStart(process.pid) ?? '',
    purpose,
  };
  const own = path.join(real, `${lockName}.${randomUUID()}`);
  const text = `${JSON.stringify(mine)}\n`;
  try {
    writeOwn(real, own, text);
    takeLock(real, lock, own);
  } finally {
    rmSync(own, { force: true });
  }
  return {
    dir: real,
    release: () => {
      // only what is ours: a folder that was wiped meanwhile may hold another's lock
      if (readText(lock) === text) rmSync(lock, { force: true });
    },
  };
}

function writeOwn(dir: string, own: string, text: string): void {
  try {
    writeFileSync(own, text, { mode: 0o600 });
  } catch (error) {
    throw new ObstacleError(explain(dir, errorCode(error)), { cause: error });
  }
}

/** Who holds the data folder now, or undefined when nobody does. Takes nothing and changes nothing. */
export function findDataDirHolder(dir: string): DataDirHolder | undefined {
  const holder = parseHolder(readText(path.join(dir, lockName)));
  return holder !== undefined && isHeldBy(holder) ? holder : undefined;
}

function takeLock(dir: string, lock: string, own: string): void {
  for (let round = 0; round < maxRounds; round++) {
    try {
      // link fails when the name exists, so of several starters exactly one gets it
      linkSync(own, lock);
      return;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const found = readText(lock);
    if (found === undefined) continue;
    const holder = parseHolder(found);
    if (holder !== undefined && isHeldBy(holder)) throw new DataDirHeldError(dir, holder);
    putAside(lock, found);
  }
  throw new ObstacleError(
    `The lock ${lock} could not be taken: other processes keep taking it. Try again.`,
  );
}

/** Moves a stale lock out of the way; where a new holder was quicker, gives it its lock back. */
function putAside(lock: string, stale: string): void {
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  try {
    if (readText(aside) !== stale) linkSync(aside, lock);
  } finally {
    rmSync(aside, { force: true });
  }
}

function isHeldBy(holder: DataDirHolder): boolean {
  return isAlive(holder.pid) && processStart(holder.pid) === holder.start;
}

function parseHolder(text: string | undefined): DataDirHolder | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, start, purpose } = value as Partial<Record<keyof DataDirHolder, unknown>>;
    if (typeof pid !== 'number' || typeof start !== 'string') return undefined;
    return { pid, start, purpose: purpose === 'command' ? 'command' : 'server' };
  } catch {
    // half written by a machine that lost power: nobody can be behind it
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'EACCES')
      throw new ObstacleError(belongsToAnother(path.dirname(file)), { cause: error });
    throw error;
  }
}

function makeWritable(dir: string): string {
  try {
    makeFolder(dir);
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(dir);
  } catch (error) {
    throw new ObstacleError(explain(dir, errorCode(error)), { cause: error });
  }
}

/** Not mkdir's `recursive`, which never returns where a file system denies that the parent exists (/proc). */
function makeFolder(dir: string): void {
  if (existsSync(dir)) {
    // to look into it is to find out that it is a file
    readdirSync(dir);
    return;
  }
  const parent = path.dirname(dir);
  if (!existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    // another starter was quicker
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function explain(dir: string, code: string | undefined): string {
  switch (code) {
    case 'EROFS':
      return `The data folder ${dir} lies on a read-only file system: set POSKO_DATA_DIR to a folder that can be written.`;
    case 'EACCES':
    case 'EPERM':
      return belongsToAnother(dir);
    case 'ENOTDIR':
      return `${dir} cannot be the data folder, since a file is in the way: remove it, or set POSKO_DATA_DIR to a folder.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk of the data folder ${dir} is full: free some, or set POSKO_DATA_DIR to a folder on another disk.`;
    default:
      return `The data folder ${dir} cannot be made or written (${code ?? 'unknown error'}): set POSKO_DATA_DIR to another folder.`;
  }
}

function belongsToAnother(dir: string): string {
  return `This account may not use the data folder ${dir}: run Posko as the account that made it, or set POSKO_DATA_DIR to a folder of your own.`;
}
