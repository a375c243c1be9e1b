import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from '../domain/systemError.ts';
import type { DataDirHolder } from '../storage/dataDir.ts';
import { chooseAccount } from '../storage/embedded/account.ts';
import { locateBinaries } from '../storage/embedded/binaries.ts';
import { isInitialised } from '../storage/embedded/initialise.ts';
import { readConnection } from '../storage/embedded/runFolder.ts';
import { isAlive } from '../storage/processes.ts';
import { checkDatabase } from './doctorDatabase.ts';
import { type Finding, ok, problem, problemOf, warning } from './doctorFinding.ts';

/** The built-in database: its programs, its folder, its account, and, while a server runs it, what is in it. */
export async function checkEmbedded(
  dataDir: string,
  holder: DataDirHolder | undefined,
): Promise<readonly Finding[]> {
  return [checkBinaries(), ...(await checkRunning(dataDir, holder))];
}

function checkBinaries(): Finding {
  const check = 'database programs';
  try {
    const { root, initdb, postgres, catalog } = locateBinaries();
    accessSync(initdb, constants.X_OK);
    accessSync(postgres, constants.X_OK);
    accessSync(catalog, constants.R_OK);
    return ok(check, `PostgreSQL in ${root}`);
  } catch (error) {
    const isSystemError = errorCode(error)?.startsWith('E') === true;
    if (!isSystemError || errorCode(error) === 'MODULE_NOT_FOUND') return problemOf(check, error);
    const detail = error instanceof Error ? error.message : String(error);
    return problem(
      check,
      `a program of the built-in database cannot be run (${detail})`,
      'run "npm ci" again',
    );
  }
}

async function checkRunning(
  dataDir: string,
  holder: DataDirHolder | undefined,
): Promise<readonly Finding[]> {
  const check = 'database';
  const databaseDir = path.join(dataDir, 'postgres');
  try {
    const hasDatabase = isInitialised(databaseDir);
    if (process.getuid?.() === 0) {
      chooseAccount(hasDatabase ? statSync(databaseDir).uid : undefined, databaseDir);
    }
    if (!hasDatabase) return [ok(check, 'none yet: the first start makes it')];
    const connection = holder === undefined ? undefined : readConnection(dataDir);
    if (connection !== undefined) return await checkDatabase({ ...connection });
    if (holder !== undefined)
      return [ok(check, `process ${holder.pid} is starting or stopping it`)];
    const orphan = findOrphan(databaseDir);
    return orphan === undefined
      ? [ok(check, `${databaseDir}, stopped: what is in it is checked while a server runs`)]
      : [
          warning(
            check,
            `process ${orphan} still runs on ${databaseDir} after a crash`,
            'start the server, which stops it and recovers',
          ),
        ];
  } catch (error) {
    return [problemOf(check, error)];
  }
}

function findOrphan(databaseDir: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path.join(databaseDir, 'postmaster.pid'), 'utf8'), 10);
    return Number.isSafeInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
