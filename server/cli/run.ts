import { describeProblems, loadConfig } from '../config.ts';
import { withDotEnv } from '../dotEnv.ts';
import { backup } from './backup.ts';
import { type Command, UsageError } from './command.ts';
import { copy } from './copy.ts';
import { doctor } from './doctor.ts';
import { quarantineList } from './quarantineList.ts';
import { quarantineRecover } from './quarantineRecover.ts';
import { restore } from './restore.ts';
import { trackerAdd } from './trackerAdd.ts';
import { trackerList } from './trackerList.ts';
import { trackerSet } from './trackerSet.ts';

const commands: readonly Command[] = [
  doctor,
  trackerAdd,
  trackerSet,
  trackerList,
  quarantineList,
  quarantineRecover,
  backup,
  restore,
  copy,
];

/** Where a command's words come from and go to. */
export type Terminal = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output: results. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error: one sentence on what is wrong. */
  readonly complain: (line: string) => void;
};

/** The exit codes of the posko command. */
type ExitCode = typeof done | typeof failed | typeof calledWrongly;
const done = 0;
const failed = 1;
const calledWrongly = 2;

/** Runs the command that `argv` names, in the terminal of this process. */
export async function runInTerminal(argv: readonly string[]): Promise<void> {
  process.exitCode = await run(argv, {
    env: process.env,
    print: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
  });
}

/** Runs the command that `argv` names: 0 when it is done, 1 when it failed, 2 when called wrongly. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { env, print, complain } = terminal;
  if (argv.length === 0 || isHelp(argv[0])) {
    print(overview());
    return argv.length === 0 ? calledWrongly : done;
  }
  const command = commands.find(({ name }) => startsWithWords(argv, name));
  if (command === undefined) {
    complain(`There is no command "${argv.slice(0, 2).join(' ')}". ${seeHelp('')}`);
    return calledWrongly;
  }
  const args = argv.slice(command.name.split(' ').length);
  if (args.some(isHelp)) {
    print(command.help);
    return done;
  }
  try {
    const loaded = loadConfig(withDotEnv(env));
    if (!loaded.ok) {
      complain(`The settings are not right:\n${describeProblems(loaded.problems)}`);
      return failed;
    }
    await command.run({ config: loaded.config, args, print });
    return done;
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

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'npm run posko -- <command> [options]',
    '',
    ...lines,
    '',
    'npm run posko -- <command> --help tells more of each.',
  ].join('\n');
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
  if (error instanceof UsageError) return true;
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS');
}
