import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ObstacleError } from '../../domain/obstacleError.ts';
import { commandEnd } from './runCommand.ts';

/** An entry of /etc/passwd. */
export type Account = { readonly name: string; readonly uid: number; readonly gid: number };

/**
 * As whom database processes run:
 * - `self`: as we do, an ordinary user;
 * - `account`: PostgreSQL refuses to be root, so root gives it another account;
 * - `searching-account`: that account, with the right to pass folders that only root can read.
 */
export type RunAs =
  | { readonly kind: 'self' }
  | { readonly kind: 'account' | 'searching-account'; readonly account: Account };

/** What database processes must be able to reach. */
export type Reach = {
  readonly program: string;
  readonly file: string;
  readonly folders: readonly string[];
};

export type DatabaseEnvironment = Readonly<Record<string, string>>;

/**
 * Starts a program in a process group of its own, so that a terminal's Ctrl-C reaches only us and
 * the database is stopped by us after the last write.
 *
 * `searching-account` needs two things of setpriv(1): CAP_DAC_READ_SEARCH as an ambient capability,
 * which survives the change of user and the exec, and the securebit no_setuid_fixup, without which
 * access(2), by which initdb and postgres look for their own files, ignores the capability.
 */
export function spawnAs(
  runAs: RunAs,
  program: string,
  args: readonly string[],
  env: DatabaseEnvironment,
): ChildProcess {
  const options = { cwd: '/', env, detached: true } as const;
  switch (runAs.kind) {
    case 'self':
      return spawn(program, args, options);
    case 'account':
      return spawn(program, args, { ...options, uid: runAs.account.uid, gid: runAs.account.gid });
    case 'searching-account': {
      const privileges = [
        `--reuid=${runAs.account.uid}`,
        `--regid=${runAs.account.gid}`,
        '--clear-groups',
        '--securebits=+no_setuid_fixup',
        '--inh-caps=+dac_read_search',
        '--ambient-caps=+dac_read_search',
        '--',
      ];
      return spawn('setpriv', [...privileges, program, ...args], options);
    }
  }
}

/**
 * The account for database processes when we are root: the one that owns the database already,
 * else `postgres`, else `nobody`.
 *
 * @param ownerUid owner of the database folder, undefined before the first start
 * @throws Error when there is none that can be used
 */
export function chooseAccount(
  ownerUid: number | undefined,
  databaseDir: string,
  accounts: readonly Account[] = readAccounts(),
): Account {
  if (ownerUid === 0) {
    throw new ObstacleError(
      `The database folder ${databaseDir} belongs to root, as which PostgreSQL refuses to run: give it to the account that it had (chown -R postgres, or nobody).`,
    );
  }
  const found =
    ownerUid === undefined
      ? (accounts.find(({ name }) => name === 'postgres') ??
        accounts.find(({ name }) => name === 'nobody'))
      : accounts.find(({ uid }) => uid === ownerUid);
  if (found !== undefined) return found;
  throw new ObstacleError(
    ownerUid === undefined
      ? 'PostgreSQL refuses to run as root, and this machine has neither an account postgres nor nobody: run Posko as an ordinary user, or set POSKO_DATABASE_URL.'
      : `The database folder ${databaseDir} belongs to user ${ownerUid}, which has no entry in /etc/passwd: run Posko as that user, or give the folder to an existing account.`,
  );
}

/**
 * Finds out by trying how the account can reach the programs and the data folder.
 *
 * @throws Error with what to do when it cannot, even with the capability
 */
export async function chooseRunAs(
  account: Account,
  reach: Reach,
  env: DatabaseEnvironment,
): Promise<RunAs> {
  const plain: RunAs = { kind: 'account', account };
  if ((await tryReach(plain, reach, env)).ok) return plain;
  const searching: RunAs = { kind: 'searching-account', account };
  const end = await tryReach(searching, reach, env);
  if (end.ok) return searching;
  throw new ObstacleError(
    `PostgreSQL refuses to run as root, and the account ${account.name} cannot reach ${reach.program} and ${reach.folders.join(', ')}` +
      ` (${end.output.split('\n').at(-1) ?? ''}): move Posko and its data folder to where other users can read, run it as an ordinary user, or set POSKO_DATABASE_URL.`,
  );
}

function tryReach(runAs: RunAs, { program, file, folders }: Reach, env: DatabaseEnvironment) {
  // the shell opens the file and enters the folders: asking for permissions is not the same as having them
  const script =
    'file=$1; program=$2; shift 2; : < "$file" || exit 1; for f; do cd "$f" || exit 1; done; cd /; exec "$program" --version';
  const args = ['-c', script, 'sh', file, program, ...folders];
  return commandEnd(spawnAs(runAs, '/bin/sh', args, env));
}

function readAccounts(): readonly Account[] {
  const accounts: Account[] = [];
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined || name.startsWith('#')) {
      continue;
    }
    // macOS writes nobody as -2
    accounts.push({ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 });
  }
  return accounts;
}
