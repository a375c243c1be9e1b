import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/*
 * A sealed value, AES-256-GCM (NIST SP 800-38D):
 *
 *   byte 0      1..5              5..17         17..n-16     n-16..n
 *   version 1   id of the key     nonce         sealed       tag
 *
 * Version and id are authenticated with it. The nonce is random: at the few values that are sealed
 * here, two are never alike (section 8.3 allows 2^32 by one key).
 */
const version = 1;
const idLength = 4;
const nonceLength = 12;
const tagLength = 16;
const headLength = 1 + idLength;
const keyLength = 32;

/** A key and the name by which sealed values call it. */
export type SealKey = {
  /** 4 bytes as hex, from the key itself. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
};

/** What values are sealed with now, and what older ones may still be sealed with. */
export type SealKeys = { readonly current: SealKey; readonly others: readonly SealKey[] };

/** Keeps secrets in the database unreadable to who has the database alone. */
export type Seal = {
  /** Sealed twice, a value looks different. */
  seal(bytes: Uint8Array): Uint8Array;
  /** @throws SealError when it is not whole, or of a key that is not here */
  open(sealed: Uint8Array): Uint8Array;
};

/** A sealed value that cannot be opened. */
export class SealError extends Error {
  /** The id of the key that is not here; undefined: the value is damaged. */
  readonly missingKey: string | undefined;

  constructor(message: string, missingKey?: string, options?: ErrorOptions) {
    super(message, options);
    this.missingKey = missingKey;
  }
}

/** Names a key of 32 bytes. */
export function toSealKey(bytes: Uint8Array): SealKey {
  if (bytes.length !== keyLength) {
    throw new RangeError(`a seal key is ${keyLength} bytes; got ${bytes.length}`);
  }
  // of its hash, so that the name tells nothing of the key
  const id = createHash('sha256').update(bytes).digest().subarray(0, idLength).toString('hex');
  return { id, bytes };
}

/** Names keys of 32 bytes, of which the first seals. */
export function toSealKeys([current, ...others]: readonly [Uint8Array, ...Uint8Array[]]): SealKeys {
  return { current: toSealKey(current), others: others.map(toSealKey) };
}

/** Seals with the current key, and opens what any of the keys sealed. */
export function createSeal({ current, others }: SealKeys): Seal {
  const keys = new Map([...others, current].map((key) => [key.id, key]));
  return {
    seal: (bytes) => sealWith(current, bytes),
    open: (sealed) => {
      const id = keyIdOf(sealed);
      const key = keys.get(id);
      if (key === undefined) {
        throw new SealError(
          `The value is sealed with the key ${id}, which this data folder lacks: restore a backup with secrets, or reset the second factor.`,
          id,
        );
      }
      return openWith(key, sealed);
    },
  };
}

/** Values that call for unknown keys may come from outside, so they do not have the keys read each time. */
const readAgainAfterMs = 1_000;

/**
 * The same with keys that may be rotated while it is in use: asks for them whenever it seals, so that
 * nothing is sealed with one that was retired, and when a value calls for one that it does not know.
 *
 * @param readKeys the keys as they are now, of 32 bytes, of which the first seals
 * @param nowMs UTC epoch milliseconds
 */
export function createRotatingSeal(
  readKeys: () => readonly [Uint8Array, ...Uint8Array[]],
  nowMs: () => number,
): Seal {
  let known = createSeal(toSealKeys(readKeys()));
  let readAtMs = nowMs();
  const readAgain = (): Seal => {
    known = createSeal(toSealKeys(readKeys()));
    readAtMs = nowMs();
    return known;
  };
  return {
    seal: (bytes) => readAgain().seal(bytes),
    open: (sealed) => {
      try {
        return known.open(sealed);
      } catch (error) {
        const isUnknown = error instanceof SealError && error.missingKey !== undefined;
        // a clock that was set back must not keep it from reading
        if (!isUnknown || Math.abs(nowMs() - readAtMs) < readAgainAfterMs) throw error;
        return readAgain().open(sealed);
      }
    },
  };
}

function sealWith(key: SealKey, bytes: Uint8Array): Uint8Array {
  const head = Buffer.concat([Buffer.of(version), Buffer.from(key.id, 'hex')]);
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  cipher.setAAD(head);
  const sealed = [cipher.update(bytes), cipher.final()];
  return Buffer.concat([head, nonce, ...sealed, cipher.getAuthTag()]);
}

function keyIdOf(sealed: Uint8Array): string {
  if (sealed.length < headLength + nonceLength + tagLength || sealed[0] !== version) {
    throw new SealError(`The value of ${sealed.length} bytes is not a sealed one.`);
  }
  return Buffer.from(sealed.subarray(1, headLength)).toString('hex');
}

function openWith(key: SealKey, sealed: Uint8Array): Uint8Array {
  const nonce = sealed.subarray(headLength, headLength + nonceLength);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagLength });
  decipher.setAAD(sealed.subarray(0, headLength));
  decipher.setAuthTag(sealed.subarray(-tagLength));
  const body = sealed.subarray(headLength + nonceLength, -tagLength);
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch (cause) {
    throw new SealError('The sealed value was changed, or is of another key.', undefined, {
      cause,
    });
  }
}
