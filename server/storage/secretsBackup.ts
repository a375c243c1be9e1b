import { argon2, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { ObstacleError } from '../domain/obstacleError.ts';
import { openSealKeys, parseKeys, writeKeys } from './sealKeys.ts';

/*
 * `secrets.json` of a backup that was asked to hold them: the text of `seal.key`, AES-256-GCM by a key
 * from a passphrase (argon2id, RFC 9106). It stands for itself, beside what the manifest lists.
 */
const fileName = 'secrets.json';

/** Once a backup, on a machine that may be any: far dearer than a sign-in (RFC 9106, second choice). */
const cost = { memory: 65_536, passes: 3, parallelism: 4 };
const keyLength = 32;
const tagLength = 16;

/** Shortest passphrase: unlike a sign-in's, it can be tried at leisure by whoever finds the backup. */
export const minPassphraseLength = 15;

const base64 = Type.String({ pattern: '^[A-Za-z0-9_-]+$' });
const schema = Type.Object({
  formatVersion: Type.Literal(1),
  kdf: Type.Object({
    name: Type.Literal('argon2id'),
    /** KiB, at most what a small server can spare. */
    memory: Type.Integer({ minimum: 8_192, maximum: 262_144 }),
    passes: Type.Integer({ minimum: 1, maximum: 16 }),
    parallelism: Type.Integer({ minimum: 1, maximum: 16 }),
    salt: base64,
  }),
  nonce: base64,
  sealed: base64,
});

const derive = promisify(argon2);

/** True when a backup holds secrets. */
export function hasSecrets(folder: string): boolean {
  return existsSync(path.join(folder, fileName));
}

/**
 * Writes the keys of a data folder into a backup, encrypted.
 *
 * @param folder of the finished backup
 */
export async function backUpSecrets(
  folder: string,
  dataDir: string,
  passphrase: string,
): Promise<void> {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const key = await deriveKey(passphrase, { ...cost, salt });
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([
    cipher.update(writeKeys(openSealKeys(dataDir)), 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  const text = JSON.stringify({
    formatVersion: 1,
    kdf: { name: 'argon2id', ...cost, salt: salt.toString('base64url') },
    nonce: nonce.toString('base64url'),
    sealed: sealed.toString('base64url'),
  } satisfies Static<typeof schema>);
  const handle = await open(path.join(folder, fileName), 'wx', 0o600);
  try {
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Reads the keys that a backup holds.
 *
 * @throws ObstacleError when the passphrase is wrong, or the file is not there or damaged
 */
export async function readSecrets(
  folder: string,
  passphrase: string,
): Promise<readonly Uint8Array[]> {
  const file = path.join(folder, fileName);
  if (!existsSync(file)) {
    throw new ObstacleError(
      `The backup ${folder} was made without --with-secrets, so it holds none: restore it without.`,
    );
  }
  const read = parse(await readFile(file, 'utf8'));
  if (read === undefined) throw new ObstacleError(`The backup is damaged: ${file} cannot be read.`);
  const { memory, passes, parallelism, salt } = read.kdf;
  const key = await deriveKey(passphrase, {
    memory,
    passes,
    parallelism,
    salt: Buffer.from(salt, 'base64url'),
  });
  const sealed = Buffer.from(read.sealed, 'base64url');
  try {
    const nonce = Buffer.from(read.nonce, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
    decipher.setAuthTag(sealed.subarray(-tagLength));
    const text = Buffer.concat([decipher.update(sealed.subarray(0, -tagLength)), decipher.final()]);
    return parseKeys(text.toString('utf8'), file);
  } catch (cause) {
    throw new ObstacleError(`The passphrase is not that of ${file}, or the file was changed.`, {
      cause,
    });
  }
}

function parse(text: string): Static<typeof schema> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Value.Check(schema, value) ? value : undefined;
  } catch {
    // not written by us; whoever asks names the file
    return undefined;
  }
}

function deriveKey(
  passphrase: string,
  { salt, ...parameters }: typeof cost & { readonly salt: Uint8Array },
): Promise<Buffer> {
  const message = passphrase.normalize('NFC');
  return derive('argon2id', { ...parameters, message, nonce: salt, tagLength: keyLength });
}
