import type { FastifySchemaValidationError } from 'fastify/types/schema.js';

/** More is not read. */
const maxTold = 3;

/**
 * What of a request is not as its route wants it: where, and what is allowed there.
 *
 * @param part `body`, `querystring`, `params` or `headers`
 */
export function describeMismatch(
  errors: readonly FastifySchemaValidationError[],
  part: string,
): Error {
  // of a property that should not be there one says that no value of it would do
  const telling = errors.filter(({ keyword }) => keyword !== 'boolean');
  const told = telling.slice(0, maxTold).map((error) => describe(error, part));
  return new Error([...new Set(told)].join('; '));
}

function describe(
  { instancePath, message = 'is not as it should be', params }: FastifySchemaValidationError,
  part: string,
): string {
  const where = `${part}${instancePath}`;
  const unknown = namesOf(params['additionalProperties']);
  if (unknown.length > 0) return `${where} has no property ${unknown.join(', ')}`;
  const allowed = namesOf(params['allowedValues']);
  if (allowed.length > 0) return `${where} must be one of ${allowed.join(', ')}`;
  return `${where} ${message}`;
}

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.slice(0, 20).map((name) => String(name).slice(0, 80)) : [];
}
