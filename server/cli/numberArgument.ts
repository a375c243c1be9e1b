import { UsageError } from './command.ts';

/**
 * Reads a whole number of the command line.
 *
 * @param what names it in the sentence: `--days`
 * @throws UsageError when it is none, or not from `min` (1 where left out) to `max`
 */
export function readWholeNumber(what: string, text: string, max: number, min = 1): number {
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${what} is "${text}"; it must be a whole number from ${min} to ${max}`);
}
