import { createHash } from 'node:crypto';
import type { LogEntry } from '../../domain/account.ts';

/*
 * The chain of the log, so that anybody can check it with standard tools:
 *
 *   hash = SHA-256( previous hash, 32 bytes  |  the entry as text, UTF-8 )
 *
 * The text is the JSON array [sequence, happenedAtMs, actor, action, subject, region, data] in the
 * canonical form of RFC 8785 (members sorted, no white space): numbers are whole milliseconds since
 * 1970, what is not there is null. The entry before the first has a hash of 32 zero bytes.
 */

/** The hash before the first entry. */
export const firstPreviousHash: Uint8Array = new Uint8Array(32);

/** An entry without its hash. */
export type UnchainedEntry = Omit<LogEntry, 'hash'>;

/** The hash of an entry, 32 bytes. */
export function hashEntry(entry: UnchainedEntry): Uint8Array {
  return createHash('sha256').update(entry.previousHash).update(encodeEntry(entry)).digest();
}

/** What is wrong with the place of an entry in the chain. */
export type ChainBreak = {
  /** Of the entry at which it shows. */
  readonly sequence: number;
  readonly why: string;
};

/** Checks that an entry follows another; undefined: it does. `before` is undefined for the first. */
export function findBreak(
  before: Pick<LogEntry, 'sequence' | 'hash'> | undefined,
  entry: LogEntry,
): ChainBreak | undefined {
  const { sequence } = entry;
  const expected = (before?.sequence ?? 0) + 1;
  if (sequence !== expected) {
    return { sequence: expected, why: `entry ${expected} is missing: ${sequence} comes next` };
  }
  if (!isSame(entry.previousHash, before?.hash ?? firstPreviousHash)) {
    return { sequence, why: `entry ${sequence} does not carry the hash of the one before it` };
  }
  if (!isSame(entry.hash, hashEntry(entry))) {
    return { sequence, why: `entry ${sequence} was changed: its hash is another` };
  }
  return undefined;
}

function encodeEntry(entry: UnchainedEntry): string {
  const { sequence, happenedAtMs, actor, action, subject, region, data } = entry;
  return canonicalJson([sequence, happenedAtMs, actor, action, subject, region, data]);
}

/**
 * A JSON value in the canonical form of RFC 8785. ECMAScript's own notation of numbers and strings
 * is what it asks for, so only the order of members is left to do.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  // the default order is that of UTF-16 code units, which is the one of section 3.2.3
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
