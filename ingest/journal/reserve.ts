import { rename } from 'node:fs/promises';
import path from 'node:path';
import { nameSegment, type Segment } from './segments.ts';
import { writeWhole } from './writeWhole.ts';

/*
 * Room on the disk that is taken in advance, so that SOS and alarm events can be stored when nothing
 * else can: a file of zeros that becomes a segment and is written over in place.
 */

/** Where the reserve of a journal is. It is there wholly or not at all. */
export function reserveFile(dir: string): string {
  return path.join(dir, 'reserve');
}

/**
 * Makes the reserve.
 *
 * @throws the system's error when the disk has no room for it
 */
export function makeReserve(dir: string, bytes: number): Promise<void> {
  return writeWhole(reserveFile(dir), async (handle) => {
    const zeros = new Uint8Array(Math.min(bytes, 1 << 20));
    for (let at = 0; at < bytes; ) {
      const length = Math.min(zeros.byteLength, bytes - at);
      at += (await handle.write(zeros, 0, length, at)).bytesWritten;
    }
  });
}

/** Turns the reserve into the segment that begins with this record; the folder is not synced yet. */
export async function breakReserve(dir: string, firstSequence: number): Promise<Segment> {
  const segment = nameSegment(dir, firstSequence);
  await rename(reserveFile(dir), segment.file);
  return segment;
}
