import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { nameSegment, type Segment, syncFolder } from './segments.ts';

/*
 * Room on the disk that is taken in advance, so that SOS and alarm events can be stored when nothing
 * else can: a file of zeros that becomes a segment and is written over in place.
 */

const fileOf = (dir: string): string => path.join(dir, 'reserve');

/**
 * Makes the reserve. Whole or not at all: a half one is removed again.
 *
 * @throws the system's error when the disk has no room for it
 */
export async function makeReserve(dir: string, bytes: number): Promise<void> {
  const file = fileOf(dir);
  const handle = await open(file, 'w', 0o600);
  try {
    const zeros = new Uint8Array(Math.min(bytes, 1 << 20));
    for (let at = 0; at < bytes; at += zeros.byteLength) {
      await handle.write(zeros, 0, Math.min(zeros.byteLength, bytes - at), at);
    }
    await handle.sync();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await syncFolder(dir);
}

/** Turns the reserve into the segment that begins with this record. */
export async function breakReserve(dir: string, firstSequence: number): Promise<Segment> {
  const segment = nameSegment(dir, firstSequence);
  await rename(fileOf(dir), segment.file);
  await syncFolder(dir);
  return segment;
}
