import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** What a hash costs: KiB of memory, passes over it, and lanes (RFC 9106, 3.1). */
export type Argon2idCost = {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
};

/** A hash as it is kept, in its parts. */
export type Argon2idHash = {
  readonly cost: Argon2idCost;
  readonly salt: Buffer;
  readonly tag: Buffer;
};

/**
 * For what people and devices chose, which can be guessed: as the OWASP Password Storage Cheat Sheet
 * sets it, 19 MiB, two passes, one lane.
 */
export const chosenCost: Argon2idCost = { memory: 19_456, passes: 2, parallelism: 1 };

const saltBytes = 16;
const tagBytes = 32;

const derive = promisify(argon2);

// PHC string format: $id$v=version$parameters$salt$hash, base64 without padding
const phcPattern =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** Hashes a text, with a salt of its own, as a PHC string. */
export async function hashArgon2id(text: string, cost: Argon2idCost): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await derive('argon2id', {
    ...cost,
    message: text,
    nonce: salt,
    tagLength: tagBytes,
  });
  return writePhc({ cost, salt, tag });
}

/** Whether a hash is the one of a text, in a time that does not depend on where they differ. */
export async function isArgon2idOf(
  { cost, salt, tag }: Argon2idHash,
  text: string,
): Promise<boolean> {
  const derived = await derive('argon2id', {
    ...cost,
    message: text,
    nonce: salt,
    tagLength: tag.length,
  });
  return timingSafeEqual(derived, tag);
}

/** True when a hash was made as one would be made now. */
export function isOfCost({ cost, tag }: Argon2idHash, wanted: Argon2idCost): boolean {
  return (
    cost.memory === wanted.memory &&
    cost.passes === wanted.passes &&
    cost.parallelism === wanted.parallelism &&
    tag.length === tagBytes
  );
}

/** A hash that no text has, as a PHC string. */
export function argon2idOfNothing(cost: Argon2idCost): string {
  return writePhc({ cost, salt: randomBytes(saltBytes), tag: randomBytes(tagBytes) });
}

/** The parts of a PHC string; undefined when it is none of argon2id. */
export function readArgon2id(text: string): Argon2idHash | undefined {
  const match = phcPattern.exec(text);
  if (match === null) return undefined;
  const [, memory, passes, parallelism, salt = '', tag = ''] = match;
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function writePhc({ cost, salt, tag }: Argon2idHash): string {
  const { memory, passes, parallelism } = cost;
  const [saltText, tagText] = [salt, tag].map((bytes) =>
    bytes.toString('base64').replace(/=+$/, ''),
  );
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${saltText}$${tagText}`;
}
