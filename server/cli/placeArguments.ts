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
 * @throws UsageError when it is none
 */
export function readRegion(text: string | undefined): string | undefined {
  if (text === undefined || /^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$/.test(text)) return text;
  throw new UsageError(`--region is "${text}"; it must be a code such as 64, 64.08 or 64.08.04`);
}
