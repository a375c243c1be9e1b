import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { SecretSource } from '../../../server/cli/askSecret.ts';
import { run } from '../../../server/cli/run.ts';
import { type Database, openDatabase } from '../../../server/storage/database.ts';
import { type DataDir, openDataDir } from '../../../server/storage/dataDir.ts';
import { silent } from '../storage/scratch.ts';
import type { End } from './terminal.ts';

/** A data folder whose database runs as long as the tests of a file do, as under a server. */
export type Installation = {
  readonly dataDir: string;
  readonly database: Database;
  /** Runs a command whose questions are answered in turn; a test without answers asks nothing. */
  posko(args: readonly string[], answers?: readonly string[], env?: Env): Promise<End>;
};

type Env = Readonly<Record<string, string>>;

/** An installation for all tests of a file. */
export function installationOfFile(): () => Installation {
  let opened: (Installation & { readonly folder: DataDir }) | undefined;
  const installation = () => {
    if (opened === undefined) throw new Error('the installation is not open');
    return opened;
  };
  beforeAll(async () => {
    const dataDir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
    const folder = openDataDir(dataDir);
    const database = await openDatabase({
      databaseUrl: undefined,
      dataDir: folder.dir,
      log: silent,
    });
    const posko: Installation['posko'] = (args, answers = [], env = {}) =>
      runAnswering(args, { POSKO_DATA_DIR: dataDir, ...env }, answers);
    opened = { dataDir, database, folder, posko };
  });
  afterAll(async () => {
    const { database, folder, dataDir } = installation();
    await database.close();
    folder.release();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return installation;
}

/** Runs a command in this process, as at a terminal, with answers to what it asks. */
export async function runAnswering(
  args: readonly string[],
  env: Env,
  answers: readonly string[],
): Promise<End> {
  let [output, error] = ['', ''];
  const left = [...answers];
  const secrets: SecretSource = {
    isTerminal: true,
    ask: async (question) => {
      const answer = left.shift();
      if (answer === undefined) throw new Error(`unexpected question: ${question}`);
      return answer;
    },
  };
  const status = await run(args, {
    env: { POSKO_DATABASE_URL: '', ...env },
    print: (line) => {
      output += `${line}\n`;
    },
    complain: (line) => {
      error += `${line}\n`;
    },
    secrets,
  });
  return { status, output, error };
}
