import { readFile } from 'node:fs/promises';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { describeMismatch } from '../domain/describeMismatch.ts';
import { errorCode } from '../domain/systemError.ts';

/**
 * Reads a JSON file that an argument names.
 *
 * @param what names it in the sentence: `plan`
 * @param help the command whose help shows what may be in it
 * @throws Error with one sentence when it cannot be read, is no JSON, or is not of the schema
 */
export async function readJsonFile<Schema extends TSchema>(
  what: string,
  file: string,
  schema: Schema,
  help: string,
): Promise<Static<Schema>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const code = errorCode(cause) ?? 'unknown error';
    throw new Error(
      `The ${what} ${file} cannot be read (${code}): check its name and its rights.`,
      {
        cause,
      },
    );
  });
  const json = parsed(text, what, file, help);
  if (Value.Check(schema, json)) return json;
  const wrong = describeMismatch(Value.Errors(schema, json), what);
  throw new Error(`The ${what} ${file} is wrong: ${wrong.message}. See ${help} --help.`);
}

function parsed(text: string, what: string, file: string, help: string): unknown {
  try {
    // a byte order mark is no JSON
    return JSON.parse(text.replace(/^\u{feff}/u, ''));
  } catch (cause) {
    throw new Error(`The ${what} ${file} is no JSON: save it as text, as ${help} --help shows.`, {
      cause,
    });
  }
}
