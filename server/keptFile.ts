import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { errorCode } from './domain/systemError.ts';
import { syncFolder } from './storage/replaceFile.ts';

/** Plain data and their checksum, as `replaceWhole` takes them. */
export function packed(value: unknown): readonly Uint8Array[] {
  const body = serialize(value);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(crc32(body));
  return [head, body];
}

/**
 * What was packed: our own writing, which the checksum covers, so that only its format is still to be
 * looked at. Undefined: the bytes are damaged.
 */
export function unpacked<Packed>(bytes: Buffer): Packed | undefined {
  const body = bytes.subarray(4);
  if (bytes.length < 4 || crc32(body) !== bytes.readUInt32LE(0)) return undefined;
  return deserialize(body);
}

/** A whole file; undefined where there is none. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file, for its owner alone, so that its name leads to the old bytes or to the new. */
export async function replaceWhole(file: string, parts: readonly Uint8Array[]): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.new`;
  await rm(fresh, { force: true });
  const handle: FileHandle = await open(fresh, 'wx', 0o600);
  try {
    for (const part of parts) await handle.writeFile(part);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
  syncFolder(path.dirname(file));
}
