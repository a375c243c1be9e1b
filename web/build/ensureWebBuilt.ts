import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { ObstacleError } from '../../server/domain/obstacleError.ts';
import { builtPages, checkout, hashPageInputs, pageFolder } from './pageInputs.ts';

export type EnsureWebBuiltOptions = {
  /** Told once, before a build that takes some seconds. */
  readonly log: { info(fields: object, message: string): void };
  /** Ends a build under way; the promise then rejects. */
  readonly signal?: AbortSignal;
};

/**
 * The folder of the page built from the files of this checkout; builds it first when it is not
 * there. Costs some milliseconds when it is. The build runs in a child process, so that the
 * bundler's memory (some 200 MB) is gone before the first screen connects.
 *
 * @throws Error that says what to do when the page has to be built and cannot be
 */
export async function ensureWebBuilt({ log, signal }: EnsureWebBuiltOptions): Promise<string> {
  const folder = pageFolder(hashPageInputs());
  if (existsSync(path.join(folder, 'index.html'))) return folder;
  await checkCanBuild();
  log.info({ event: 'pageBuilding', folder }, 'building the page once; this takes some seconds');
  const program = path.join(checkout, 'web/build/buildWeb.ts');
  try {
    await promisify(execFile)(process.execPath, [program], { cwd: checkout, signal });
  } catch (error) {
    throw new ObstacleError(`The page could not be built: ${complaintOf(error)}`, { cause: error });
  }
  return folder;
}

async function checkCanBuild(): Promise<void> {
  try {
    createRequire(import.meta.url).resolve('vite/package.json');
  } catch (error) {
    throw new ObstacleError(
      'The page is not built, and vite, which builds it, is not installed (npm ci --omit=dev leaves it out): ' +
        'run "npm ci && npm run build" and start again, or bring web/dist along from where it was built.',
      { cause: error },
    );
  }
  try {
    await mkdir(builtPages, { recursive: true });
    await access(builtPages, constants.W_OK);
  } catch (error) {
    throw new ObstacleError(
      `The page is not built, and ${builtPages} cannot be written to: ` +
        'run "npm run build" once as the owner of this folder, then start again.',
      { cause: error },
    );
  }
}

/** What the child complained of: a bundler says first what is wrong, then where in itself it noticed. */
function complaintOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  if (said !== '') return said.split('\n').slice(0, 12).join('\n');
  return error instanceof Error ? error.message : 'no reason given';
}
