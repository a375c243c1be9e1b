import { run } from '../../../server/cli/run.ts';

/** How a command ended. */
export type End = {
  readonly status: number;
  readonly output: string;
  readonly error: string;
};

/**
 * Runs a command in this process.
 *
 * @param settings its whole environment; POSKO_DATABASE_URL is set, if to nothing, so that a
 *   developer's own .env cannot lead the tests to another database
 */
export async function runCommand(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<End> {
  let [output, error] = ['', ''];
  const status = await run(args, {
    env: { POSKO_DATABASE_URL: '', ...settings },
    print: (line) => {
      output += `${line}\n`;
    },
    complain: (line) => {
      error += `${line}\n`;
    },
  });
  return { status, output, error };
}
