import { type Config, loadConfig } from '../config.ts';
import { errorCode } from '../domain/systemError.ts';
import { withDotEnv } from '../dotEnv.ts';
import { ownTerminal, type SecretSource } from './askSecret.ts';
import { auditAnchors } from './auditAnchors.ts';
import { auditList } from './auditList.ts';
import { auditVerify } from './auditVerify.ts';
import { backup } from './backup.ts';
import { certCa } from './certCa.ts';
import { certClient } from './certClient.ts';
import { certRevoke } from './certRevoke.ts';
import { certServer } from './certServer.ts';
import { type Command, UsageError } from './command.ts';
import { copy } from './copy.ts';
import { coverage } from './coverage.ts';
import { doctor } from './doctor.ts';
import { fencesAdd } from './fencesAdd.ts';
import { fencesAt } from './fencesAt.ts';
import { fencesList } from './fencesList.ts';
import { fencesRemove } from './fencesRemove.ts';
import { fencesSet } from './fencesSet.ts';
import { gatewayAdd } from './gatewayAdd.ts';
import { gatewayList } from './gatewayList.ts';
import { gatewayRemove } from './gatewayRemove.ts';
import { gatewaySecret } from './gatewaySecret.ts';
import { gatewaySet } from './gatewaySet.ts';
import { keyRotate } from './keyRotate.ts';
import { operationAdd } from './operationAdd.ts';
import { operationList } from './operationList.ts';
import { personErase } from './personErase.ts';
import { personExport } from './personExport.ts';
import { personFind } from './personFind.ts';
import { quarantineList } from './quarantineList.ts';
import { quarantineRecover } from './quarantineRecover.ts';
import { restore } from './restore.ts';
import { retentionList } from './retentionList.ts';
import { retentionRemove } from './retentionRemove.ts';
import { retentionSet } from './retentionSet.ts';
import { sitesImport } from './sitesImport.ts';
import { sitesList } from './sitesList.ts';
import { sitesRemove } from './sitesRemove.ts';
import { tokenList } from './tokenList.ts';
import { tokenRevoke } from './tokenRevoke.ts';
import { trackerAdd } from './trackerAdd.ts';
import { trackerAssign } from './trackerAssign.ts';
import { trackerList } from './trackerList.ts';
import { trackerSecret } from './trackerSecret.ts';
import { trackerSet } from './trackerSet.ts';
import { unitsNearest } from './unitsNearest.ts';
import { userAdd } from './userAdd.ts';
import { userList } from './userList.ts';
import { userPassword } from './userPassword.ts';
import { userResetFactor } from './userResetFactor.ts';
import { userSet } from './userSet.ts';
import { waiting } from './waiting.ts';

const commands: readonly Command[] = [
  doctor,
  userAdd,
  userSet,
  userList,
  userPassword,
  userResetFactor,
  tokenList,
  tokenRevoke,
  trackerAdd,
  trackerSet,
  trackerAssign,
  trackerSecret,
  trackerList,
  gatewayAdd,
  gatewaySet,
  gatewaySecret,
  gatewayList,
  gatewayRemove,
  waiting,
  operationAdd,
  operationList,
  sitesImport,
  sitesList,
  sitesRemove,
  fencesAdd,
  fencesSet,
  fencesList,
  fencesAt,
  fencesRemove,
  coverage,
  unitsNearest,
  certCa,
  certServer,
  certClient,
  certRevoke,
  quarantineList,
  quarantineRecover,
  backup,
  restore,
  copy,
  auditList,
  auditVerify,
  auditAnchors,
  personFind,
  personExport,
  personErase,
  retentionList,
  retentionSet,
  retentionRemove,
  keyRotate,
];

/** Where a command's words come from and go to. */
export type Terminal = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output: results. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error: one sentence on what is wrong. */
  readonly complain: (line: string) => void;
  /** Where passwords come from; the terminal of this process where left out. */
  readonly secrets?: SecretSource;
};

/** The exit codes of the posko command. */
type ExitCode = typeof done | typeof failed | typeof calledWrongly;
const done = 0;
const failed = 1;
const calledWrongly = 2;

/** Runs the command that `argv` names, in the terminal of this process. */
export async function runInTerminal(argv: readonly string[]): Promise<void> {
  // whoever reads has seen enough, as `head` has
  process.stdout.on('error', (error) => {
    if (errorCode(error) !== 'EPIPE') throw error;
    process.exit(done);
  });
  process.exitCode = await run(argv, {
    env: process.env,
    print: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
  });
}

/** Runs the command that `argv` names: 0 when it is done, 1 when it failed, 2 when called wrongly. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { print, complain, secrets = ownTerminal } = terminal;
  // no settings: they are for one command, and must not lie in the environment of a server
  const { POSKO_BACKUP_PASSPHRASE: passphrase, POSKO_TOKEN: given, ...env } = terminal.env;
  // an empty variable counts as unset
  const token = given || undefined;
  if (argv.length === 0 || isHelp(argv[0])) {
    print(overview());
    return argv.length === 0 ? calledWrongly : done;
  }
  const command = commands.find(({ name }) => startsWithWords(argv, name));
  if (command === undefined) {
    const [group = '', word] = argv;
    const isGroup = commands.some(({ name }) => isOfGroup(name, group));
    if (isGroup && (word === undefined || isHelp(word))) {
      print(overview(group));
      return word === undefined ? calledWrongly : done;
    }
    const named = argv.slice(0, 2).join(' ');
    complain(`There is no command "${named}". ${seeHelp(isGroup ? group : '')}`);
    return calledWrongly;
  }
  const args = argv.slice(command.name.split(' ').length);
  if (args.some(isHelp)) {
    print(command.help);
    return done;
  }
  try {
    const context = { args, print, secrets, passphrase, token };
    const loaded = loadSettings(env);
    if (loaded.ok) {
      await command.run({ ...context, config: loaded.config });
      return done;
    }
    if (command.runWithoutConfig !== undefined) {
      command.runWithoutConfig(loaded.problems, context);
    } else {
      complain(`The settings are not right:\n  ${loaded.problems.join('\n  ')}`);
    }
    return failed;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!isUsageError(error)) {
      complain(message);
      return failed;
    }
    complain(`${message}. ${seeHelp(command.name)}`);
    return calledWrongly;
  }
}

type LoadedSettings =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

function loadSettings(env: Terminal['env']): LoadedSettings {
  try {
    const loaded = loadConfig(withDotEnv(env));
    if (loaded.ok) return loaded;
    const problems = loaded.problems.map(({ variable, problem }) => `${variable} ${problem}`);
    return { ok: false, problems };
  } catch (error) {
    // the file .env that is there and cannot be read
    return { ok: false, problems: [error instanceof Error ? error.message : String(error)] };
  }
}

/** @param group the first word of the commands to list; all where left out */
function overview(group?: string): string {
  const listed = commands.filter(({ name }) => group === undefined || isOfGroup(name, group));
  const width = Math.max(...listed.map(({ name }) => name.length));
  const lines = listed.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  const word = group === undefined ? '<command>' : `${group} <command>`;
  return [
    `npm run posko -- ${word} [options]`,
    '',
    ...lines,
    '',
    `npm run posko -- ${word} --help tells more of each.`,
  ].join('\n');
}

function isOfGroup(name: string, group: string): boolean {
  return name.startsWith(`${group} `);
}

function seeHelp(name: string): string {
  return `See: npm run posko -- ${name === '' ? '' : `${name} `}--help`;
}

function isHelp(text: string | undefined): boolean {
  return text === '--help' || text === '-h' || text === 'help';
}

function startsWithWords(argv: readonly string[], name: string): boolean {
  return name.split(' ').every((word, at) => argv[at] === word);
}

/** Ours, or that of node:util parseArgs. */
function isUsageError(error: unknown): boolean {
  return error instanceof UsageError || errorCode(error)?.startsWith('ERR_PARSE_ARGS') === true;
}
