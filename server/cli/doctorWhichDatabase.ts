import type { OutsideDatabase } from '../storage/databaseOfFolder.ts';
import { describeOutside, markFile } from '../storage/databaseOfFolder.ts';
import { type Finding, problem, warning } from './doctorFinding.ts';

/** Which database the settings name and which one the data folder knows. */
export type WhichDatabase = {
  readonly dataDir: string;
  /** That of POSKO_DATABASE_URL; undefined = the built-in one. */
  readonly asked: OutsideDatabase | undefined;
  /** The outside one that the server of the data folder used last. */
  readonly marked: OutsideDatabase | undefined;
  /** Whether there is a built-in one in the data folder. */
  readonly hasBuiltIn: boolean;
  /** The server that runs on the data folder, a process id. */
  readonly serverPid: number | undefined;
};

/**
 * Whether the settings name the database that the server of the data folder uses, or would use
 * another than before: all else that is found is then of the wrong one.
 */
export function checkWhichDatabase(which: WhichDatabase): readonly Finding[] {
  const { dataDir, asked, marked, hasBuiltIn, serverPid } = which;
  const check = 'which database';
  const ours = asked === undefined ? 'the built-in one' : describeOutside(asked);
  if (isSame(asked, marked) || (marked === undefined && !hasBuiltIn)) return [];
  const theirs = marked === undefined ? 'the built-in database' : describeOutside(marked);
  if (serverPid !== undefined) {
    const detail = `the server (process ${serverPid}) uses ${theirs}, and these settings name ${ours}`;
    return [warning(check, detail, 'set POSKO_DATABASE_URL here as it is set there')];
  }
  if (asked === undefined) {
    const detail = `${dataDir} belongs to ${theirs}, and POSKO_DATABASE_URL is not set`;
    const todo = `set it as before, or remove ${markFile(dataDir)} to go back to the built-in database`;
    return [problem(check, detail, todo)];
  }
  const detail = `the server used ${theirs} so far, and the next start moves to ${ours}`;
  const todo = 'correct POSKO_DATABASE_URL, or copy or restore the database first';
  return [warning(check, detail, `${todo}, unless that was done`)];
}

function isSame(a: OutsideDatabase | undefined, b: OutsideDatabase | undefined): boolean {
  return a?.host === b?.host && a?.port === b?.port && a?.database === b?.database;
}
