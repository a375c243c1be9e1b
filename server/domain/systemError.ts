/**
 * The code of an error of the system or the database, such as ENOENT or 23505: what to tell errors
 * apart by, since their messages are for people. Undefined for errors that have none.
 */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
