import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  statfsSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { errorCode } from '../domain/systemError.ts';
import { type DataDirHolder, findDataDirHolder } from '../storage/dataDir.ts';
import { describeBytes, type Finding, ok, problem, problemOf, warning } from './doctorFinding.ts';

/** What the data folder showed. */
export type FolderReport = {
  readonly findings: readonly Finding[];
  /** Who works in it now. */
  readonly holder: DataDirHolder | undefined;
};

/** Below this nothing works for long: database, journal and map all write. */
const leastFreeBytes = 500e6;
/** A file that is newer than now by more than this was not written at another pace of the same clock. */
const maxAheadMs = 5_000;

/** The data folder, the disk under it, the journal in it, and whether the clock was set back since. */
export function checkFolders(
  dataDir: string,
  journalMaxBytes: number,
  nowMs: number,
): FolderReport {
  const access = checkAccess(dataDir);
  if (access.level === 'problem') return { findings: [access], holder: undefined };
  const journal = measureJournal(path.join(dataDir, 'journal'));
  const findings = [
    access,
    checkDisk(dataDir, journalMaxBytes - journal.bytes),
    journal.finding,
    ...checkFileTimes(dataDir, nowMs),
  ];
  try {
    return { findings, holder: existsSync(dataDir) ? findDataDirHolder(dataDir) : undefined };
  } catch (error) {
    return { findings: [...findings, problemOf('data folder', error)], holder: undefined };
  }
}

function checkAccess(dataDir: string): Finding {
  const check = 'data folder';
  const elsewhere = 'set POSKO_DATA_DIR to another folder';
  const place = nearestFolder(dataDir);
  try {
    const { mode, uid } = statSync(place);
    if (!statSync(place).isDirectory()) {
      return problem(check, `${place} is a file`, `remove it, or ${elsewhere}`);
    }
    accessSync(place, constants.R_OK | constants.W_OK | constants.X_OK);
    if (place !== dataDir) {
      tryToMake(place);
      return ok(check, `${dataDir} is not there yet and can be made`);
    }
    if ((mode & 0o066) !== 0) {
      const detail = `other accounts can look into ${dataDir} or write to it`;
      return warning(check, detail, `chmod go-rw ${dataDir}`);
    }
    return ok(check, `${dataDir}, of user ${uid}, mode ${(mode & 0o777).toString(8)}`);
  } catch (error) {
    const code = errorCode(error) ?? String(error);
    if (code === 'EROFS') {
      return problem(check, `${place} lies on a read-only file system`, elsewhere);
    }
    if (place !== dataDir) {
      return problem(check, `${dataDir} cannot be made in ${place} (${code})`, elsewhere);
    }
    return problem(
      check,
      `this account cannot read and write ${place} (${code})`,
      `run Posko as the account that made it, or ${elsewhere}`,
    );
  }
}

/** Permissions do not tell: in some places, such as /proc, nobody can make a folder. */
function tryToMake(place: string): void {
  rmdirSync(mkdtempSync(path.join(place, 'posko-doctor-')));
}

/** The folder itself, or the nearest above it that exists. */
function nearestFolder(dir: string): string {
  return existsSync(dir) || path.dirname(dir) === dir ? dir : nearestFolder(path.dirname(dir));
}

function checkDisk(dataDir: string, journalMayGrowBytes: number): Finding {
  const place = nearestFolder(dataDir);
  const { bavail, bsize } = statfsSync(place);
  const freeBytes = bavail * bsize;
  const detail = `${describeBytes(freeBytes)} free under ${place}`;
  const todo = 'free some, or set POSKO_DATA_DIR to a folder on another disk';
  if (freeBytes < leastFreeBytes) return problem('disk', detail, todo);
  if (freeBytes < journalMayGrowBytes) {
    return warning(
      'disk',
      `${detail}, and the journal alone may grow by ${describeBytes(journalMayGrowBytes)}`,
      `${todo}, or lower POSKO_JOURNAL_MAX_MB`,
    );
  }
  return ok('disk', detail);
}

function measureJournal(dir: string): { readonly finding: Finding; readonly bytes: number } {
  try {
    const files = readdirSync(dir);
    let bytes = 0;
    for (const file of files) {
      accessSync(path.join(dir, file), constants.R_OK | constants.W_OK);
      bytes += statSync(path.join(dir, file)).size;
    }
    const detail = `${files.length} files, ${describeBytes(bytes)}, in ${dir}`;
    return { finding: ok('journal', detail), bytes };
  } catch (error) {
    const code = errorCode(error);
    // a running server removes files of it at any time
    if (code === 'ENOENT') return { finding: ok('journal', `nothing in ${dir} yet`), bytes: 0 };
    const todo = `give it back to the account that runs the server (chown -R, chmod u+rw)`;
    const detail = `${dir} cannot be read and written (${code ?? String(error)})`;
    return { finding: problem('journal', detail, todo), bytes: 0 };
  }
}

/** Files from the future: the clock was set back, or the disk is another machine's whose clock is ahead. */
function checkFileTimes(dataDir: string, nowMs: number): readonly Finding[] {
  if (!existsSync(dataDir)) return [];
  let newest = { name: dataDir, mtimeMs: statSync(dataDir).mtimeMs };
  for (const name of readdirSync(dataDir)) {
    const mtimeMs = statSync(path.join(dataDir, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (mtimeMs > newest.mtimeMs) newest = { name: path.join(dataDir, name), mtimeMs };
  }
  const aheadMs = newest.mtimeMs - nowMs;
  if (aheadMs <= maxAheadMs) return [];
  const detail = `${newest.name} was written ${Math.round(aheadMs / 1_000)} s in the future: the clock was set back since, or the disk has another clock`;
  return [warning('clock of files', detail, 'check the clock and NTP')];
}
