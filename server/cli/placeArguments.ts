import type { Pool } from 'pg';
import { checkRegion } from '../domain/region.ts';
import { findOperation, listOperations, noSuchOperation } from '../storage/operationStore.ts';
import { UsageError } from './command.ts';

/**
 * One of some names.
 *
 * @throws UsageError when it is none
 */
export function readOneOf<Name extends string>(
  option: string,
  text: string | undefined,
  names: readonly Name[],
): Name | undefined {
  if (text === undefined) return undefined;
  const found = names.find((name) => name === text);
  if (found === undefined) {
    throw new UsageError(`${option} is "${text}"; it must be one of ${names.join(', ')}`);
  }
  return found;
}

/**
 * A region code that lists are restricted to.
 *
 * @throws UsageError when it is none, or of a province that does not exist
 */
export function readRegion(text: string | undefined): string | undefined {
  const checked = text === undefined ? undefined : checkRegion(text);
  if (checked?.ok !== false) return text;
  throw new UsageError(`--region is "${text?.slice(0, 80)}": ${checked.detail}`);
}

/**
 * Refuses an operation that there is not.
 *
 * @param outcome how the sentence begins: `Nothing is listed`
 * @throws Error that names those that there are
 */
export async function demandOperation(
  pool: Pick<Pool, 'query'>,
  id: string | undefined,
  outcome: string,
): Promise<void> {
  if (id === undefined || (await findOperation(pool, id)) !== undefined) return;
  throw new Error(`${outcome}: ${noSuchOperation(id, await listOperations(pool))}.`);
}
