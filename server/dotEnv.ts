import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { projectRoot } from './config.ts';
import { errorCode } from './domain/systemError.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment with what the file `.env` of the project root adds to it. A variable that is set
 * already, if only to nothing, keeps its value.
 *
 * @throws Error when the file is there and cannot be read
 */
export function withDotEnv(
  env: Environment,
  file: string = path.join(projectRoot, '.env'),
): Environment {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return env;
    throw new Error(`The settings file ${file} cannot be read: make it readable or remove it.`, {
      cause: error,
    });
  }
  return { ...parseEnv(text), ...env };
}
