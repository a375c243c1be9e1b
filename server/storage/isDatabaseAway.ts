import { errorCode } from '../domain/systemError.ts';

/**
 * True for an error by which the database cannot be asked now, as opposed to one that says what is
 * wrong with the question: the connection broke or cannot be made, or the server starts, stops or has
 * no connection left (PostgreSQL 18 documentation, appendix A: classes 08 and 53, codes 57P01 to 57P05).
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = errorCode(error);
  if (code !== undefined) {
    // of a file, these say something else
    const isOfConnection = !('syscall' in error) || connecting.has(String(error.syscall));
    return /^(08...|53...|57P0[1-5])$/.test(code) || (systemCodes.has(code) && isOfConnection);
  }
  // what the driver says by words only
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message);
}

const connecting = new Set(['connect', 'read', 'write', 'getaddrinfo']);
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
