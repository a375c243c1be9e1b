import type { Config } from '../config.ts';

/** What a command gets to do its work. */
type CommandContext = {
  readonly config: Config;
  /** Arguments after the command's own words. */
  readonly args: readonly string[];
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
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
};

/** The command was called wrongly; exit code 2. */
export class UsageError extends Error {}
