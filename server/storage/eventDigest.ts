import { createHash } from 'node:crypto';
import { canonicalJson } from './log/logChain.ts';
import { storableJson } from './storableText.ts';

/**
 * What the log keeps of the data of an event of an alarm or incident: SHA-256 in hexadecimal over their
 * canonical JSON (RFC 8785). Comments, places and names stay out of a log that nothing can be taken
 * out of, and a change of them shows all the same. Undefined where there are none.
 */
export function eventDigest(data: Readonly<Record<string, unknown>>): string | undefined {
  if (Object.keys(data).length === 0) return undefined;
  // as the database gives them back
  const kept: unknown = JSON.parse(storableJson(data));
  return createHash('sha256').update(canonicalJson(kept)).digest('hex');
}
