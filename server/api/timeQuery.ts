import { ProblemError } from './problem.ts';

/**
 * A time of a query: ISO 8601 with a zone, as epoch milliseconds.
 *
 * @throws ProblemError that names the field
 */
export function readTime(name: string, text: string): number {
  const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new ProblemError(
    'bad_request',
    `"${name}" must be a time with its zone, such as 2024-11-27T07:00:00+08:00`,
  );
}
