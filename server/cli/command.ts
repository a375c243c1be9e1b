import type { Config } from '../config.ts';
import type { SecretSource } from './askSecret.ts';

/** What a command gets to do its work. */
type CommandContext = {
  readonly config: Config;
  /** Arguments after the command's own words. */
  readonly args: readonly string[];
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  readonly secrets: SecretSource;
  /** POSKO_BACKUP_PASSPHRASE, for backups that nobody sits at. */
  readonly passphrase: string | undefined;
  /** POSKO_TOKEN, for commands that ask the running server. */
  readonly token: string | undefined;
};

/** One command of `npm run posko -- <words> ...`. */
export type Command = {
  /** Its words: `tracker add`. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** All of `--help`. */
  readonly help: string;
  /** @throws UsageError on wrong arguments, Error with one sentence when the work fails */
  readonly run: (context: CommandContext) => Promise<void>;
  /**
   * In the place of `run` when the settings are wrong, a sentence each. Where left out, they are told
   * on standard error.
   *
   * @throws as `run` does
   */
  readonly runWithoutConfig?: (
    problems: readonly string[],
    context: Omit<CommandContext, 'config'>,
  ) => void;
};

/** The command was called wrongly; exit code 2. */
export class UsageError extends Error {}
