/** What a check against a schema finds wrong (TypeBox, and Fastify with it). */
export type Mismatch = {
  readonly keyword: string;
  /** Where: `/byClass/rawan`; empty: the whole. */
  readonly instancePath: string;
  readonly message?: string;
  readonly params: object;
};

/** More is not read. */
const maxTold = 3;

/**
 * What of something from outside is not as it should be: where, and what is allowed there.
 *
 * @param part what it is of: `body`, `querystring`, `plan` ...
 */
export function describeMismatch(errors: readonly Mismatch[], part: string): Error {
  // of a property that should not be there one says that no value of it would do
  const telling = errors.filter(({ keyword }) => keyword !== 'boolean');
  const told = telling.slice(0, maxTold).map((error) => describe(error, part));
  return new Error([...new Set(told)].join('; '));
}

function describe(
  { instancePath, message = 'is not as it should be', params }: Mismatch,
  part: string,
): string {
  const where = `${part}${instancePath}`;
  const unknown = namesOf(params, 'additionalProperties');
  if (unknown.length > 0) return `${where} has no property ${unknown.join(', ')}`;
  const allowed = namesOf(params, 'allowedValues');
  if (allowed.length > 0) return `${where} must be one of ${allowed.join(', ')}`;
  return `${where} ${message}`;
}

function namesOf(params: object, name: string): readonly string[] {
  const value: unknown = Reflect.get(params, name);
  return Array.isArray(value) ? value.slice(0, 20).map((name) => String(name).slice(0, 80)) : [];
}
