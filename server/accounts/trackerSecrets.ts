import { randomBytes } from 'node:crypto';
import type { Result } from '../domain/result.ts';
import {
  type Argon2idCost,
  type Argon2idHash,
  chosenCost,
  hashArgon2id,
  isArgon2idOf,
  isOfCost,
  readArgon2id,
} from './argon2id.ts';
import { createHashQueue } from './hashQueue.ts';

/**
 * What is read off a screen and typed into a device, so without I, L, O and U (Crockford's base 32).
 * Twenty of these are 100 bits.
 */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const madeLength = 20;

/**
 * Of made secrets, about 1 ms. A slow hash adds nothing to 100 bits: a million million guesses a
 * second would take 10^10 years. And 10,000 trackers come back at once when the server was away.
 */
const madeCost: Argon2idCost = { memory: 1_024, passes: 1, parallelism: 1 };

/** Characters of a secret that a person or a device chose: hardware trackers often take no more than 8. */
const chosenLength = { min: 8, max: 128 } as const;

/*
 * Secrets are hashed in the thread pool that the journal's writes go through. Made ones are so quick
 * that all that reconnect after a start may wait their turn; of the others, some 50 ms each, only as
 * many as are done before a connection gives up.
 */
const madeQueue = createHashQueue(2, 5_000);
const chosenQueue = createHashQueue(1, 128);

/** A new secret and the hash to keep of it. The secret is shown once and kept nowhere. */
export type MadeSecret = { readonly secret: string; readonly hash: string };

/** Makes a secret of 100 random bits. */
export async function makeTrackerSecret(): Promise<MadeSecret> {
  const secret = [...randomBytes(madeLength)].map((byte) => alphabet.charAt(byte & 31)).join('');
  return { secret, hash: await hashArgon2id(secret, madeCost) };
}

/** Checks a secret that a person or a device chose: 8 to 128 printable characters. */
export function checkTrackerSecret(text: string): Result<string, 'bad_secret'> {
  const { min, max } = chosenLength;
  if (text.length >= min && text.length <= max && !/\p{C}/u.test(text)) {
    return { ok: true, value: text };
  }
  const detail = `a secret has ${min} to ${max} printable characters; this one ${text.length}`;
  return { ok: false, reason: 'bad_secret', detail };
}

/**
 * Hashes a secret that a person or a device chose, as a PHC string. Takes tens of milliseconds.
 *
 * @throws HashQueueFullError when too many wait
 */
export function hashTrackerSecret(secret: string): Promise<string> {
  return chosenQueue.run(() => hashArgon2id(secret, chosenCost), true);
}

/** A kept hash, read once. */
export type KeptHash = Argon2idHash & {
  /** Made by us, so that nobody guesses it. */
  readonly isMade: boolean;
};

/** Reads the hash of a secret as it is kept; undefined when it is none. */
export function readTrackerHash(hash: string): KeptHash | undefined {
  const read = readArgon2id(hash);
  return read === undefined ? undefined : { ...read, isMade: isOfCost(read, madeCost) };
}

/**
 * Whether a secret is the one that was kept.
 *
 * @throws HashQueueFullError when too many wait
 */
export function isTrackerSecret(kept: KeptHash, secret: string): Promise<boolean> {
  if (secret.length > chosenLength.max) return Promise.resolve(false);
  const queue = kept.isMade ? madeQueue : chosenQueue;
  return queue.run(() => isArgon2idOf(kept, secret), false);
}
