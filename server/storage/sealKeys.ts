import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ObstacleError } from '../domain/obstacleError.ts';
import { errorCode } from '../domain/systemError.ts';
import { syncFolder } from './replaceFile.ts';

/*
 * `<data folder>/secrets/seal.key`: the keys by which secrets in the database are sealed, a line each,
 * 32 bytes in base64url. The first seals; the others are retired ones, which open what backups hold.
 */
const folderName = 'secrets';
const fileName = 'seal.key';
const keyLength = 32;
/** Retired keys that are kept. */
const maxRetired = 5;

/** The keys of a data folder, 32 bytes each, the one that seals first. */
export type SealKeyRing = readonly [current: Uint8Array, ...retired: Uint8Array[]];

/** The folder of a data folder that is never backed up unasked. */
export function secretsFolder(dataDir: string): string {
  return path.join(dataDir, folderName);
}

/** Told, in a sentence, that others can read the keys. */
type OnReadable = (sentence: string) => void;

/**
 * The keys of a data folder, of which the first is made when there is none yet.
 *
 * @throws ObstacleError when others can read them, unless that is only to be told, or this account cannot
 */
export function openSealKeys(dataDir: string, onReadable: OnReadable = refuse): SealKeyRing {
  const found = readSealKeys(dataDir, onReadable);
  if (found !== undefined) return found;
  const folder = secretsFolder(dataDir);
  const file = path.join(folder, fileName);
  makeFolder(folder);
  const fresh = writeFresh(file, [randomBytes(keyLength)]);
  try {
    // link fails when the name exists, so of several starters exactly one gives the key
    linkSync(fresh, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw cannotWrite(file, error);
  } finally {
    rmSync(fresh, { force: true });
  }
  syncFolder(folder);
  const made = readSealKeys(dataDir, onReadable);
  if (made === undefined) throw new ObstacleError(`${file} was removed as it was made: try again.`);
  return made;
}

/**
 * The keys of a data folder; undefined when it has none yet.
 *
 * @throws ObstacleError when others can read them, unless that is only to be told, this account cannot,
 *   or the file is damaged
 */
export function readSealKeys(
  dataDir: string,
  onReadable: OnReadable = refuse,
): SealKeyRing | undefined {
  const folder = secretsFolder(dataDir);
  const file = path.join(folder, fileName);
  try {
    // looked at before it is read: what others could read must be known to whoever runs this
    for (const place of [folder, file]) {
      const { mode } = statSync(place);
      if ((mode & 0o077) !== 0) onReadable(describeReadable(place, mode));
    }
    return parseKeys(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof ObstacleError) throw error;
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    throw new ObstacleError(
      `${file}, which holds the key of secrets in the database, cannot be read (${code}): use the account that runs the server.`,
      { cause: error },
    );
  }
}

/**
 * Puts a new key before those of a data folder. What is sealed must then be sealed anew
 * (retireSealKeys says when that is done); the keys before open it meanwhile.
 */
export function addSealKey(dataDir: string): SealKeyRing {
  const [current, ...retired] = openSealKeys(dataDir);
  return replace(dataDir, [randomBytes(keyLength), current, ...retired]);
}

/** Adds keys behind those of a data folder, so that what they sealed can be opened. */
export function adoptSealKeys(dataDir: string, keys: readonly Uint8Array[]): SealKeyRing {
  const own = readSealKeys(dataDir);
  const [current, ...rest] = [...(own ?? []), ...keys];
  if (current === undefined) return openSealKeys(dataDir);
  const others = rest.filter(
    (key, at) => !isSame(key, current) && rest.findIndex((each) => isSame(each, key)) === at,
  );
  return replace(dataDir, [current, ...others]);
}

/** Forgets the oldest retired keys. To be called when everything is sealed with the current one. */
export function retireSealKeys(dataDir: string): SealKeyRing {
  const [current, ...retired] = openSealKeys(dataDir);
  return replace(dataDir, [current, ...retired.slice(0, maxRetired)]);
}

/** The text of the file. */
export function writeKeys(keys: readonly Uint8Array[]): string {
  return keys.map((key) => `${Buffer.from(key).toString('base64url')}\n`).join('');
}

/**
 * Reads the text of the file.
 *
 * @param place names it in the error
 * @throws ObstacleError when it is not of that form
 */
export function parseKeys(text: string, place: string): SealKeyRing {
  const [current, ...retired] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line, 'base64url'));
  const isWhole = [current, ...retired].every((key) => key?.length === keyLength);
  if (current !== undefined && isWhole) return [current, ...retired];
  throw new ObstacleError(
    `${place} is damaged: put it back from a backup with secrets ("npm run posko -- restore"), or remove it and reset the second factors ("npm run posko -- user reset-factor").`,
  );
}

function replace(dataDir: string, keys: SealKeyRing): SealKeyRing {
  const folder = secretsFolder(dataDir);
  const file = path.join(folder, fileName);
  makeFolder(folder);
  renameSync(writeFresh(file, keys), file);
  syncFolder(folder);
  return keys;
}

function refuse(sentence: string): never {
  throw new ObstacleError(sentence);
}

function describeReadable(place: string, mode: number): string {
  return `Others on this machine can read ${place} (mode ${(mode & 0o777).toString(8)}), which keeps secrets: see who did, run "chmod -R go= ${place}", then "npm run posko -- key rotate".`;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    // a umask takes away and never adds, but it may take what the owner needs
    chmodSync(folder, 0o700);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw cannotWrite(folder, error);
  }
}

/** Writes the keys beside the file, on the disk when it returns. */
function writeFresh(file: string, keys: readonly Uint8Array[]): string {
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  let handle: number;
  try {
    handle = openSync(fresh, 'wx', 0o600);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  try {
    writeFileSync(handle, writeKeys(keys));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return fresh;
}

function cannotWrite(place: string, cause: unknown): ObstacleError {
  return new ObstacleError(
    `${place} cannot be made (${errorCode(cause)}): use the account that runs the server.`,
    { cause },
  );
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
