import { randomBytes } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';

/*
 * The journal is a folder of segments, files of frames named after their first record:
 *
 *   0000000000000001-9f86d081.segment
 *   ^ first sequence ^ salt of its CRCs
 *
 * A segment is written once, from its begin to its end, and later removed as a whole. What stands
 * in it from the first sequence of the next segment on does not count: a commit that failed left it.
 */

/** A file of frames. */
export type Segment = {
  readonly file: string;
  readonly firstSequence: number;
  readonly salt: number;
};

const namePattern = /^(\d{16})-([0-9a-f]{8})\.segment$/;

/** The segments of a journal, in the order of their records. */
export async function listSegments(dir: string): Promise<readonly Segment[]> {
  const names = await readdir(dir);
  return names
    .flatMap((name) => {
      const match = namePattern.exec(name);
      if (match === null) return [];
      const [, first, salt] = match;
      const segment: Segment = {
        file: path.join(dir, name),
        firstSequence: Number(first),
        salt: Number.parseInt(salt ?? '', 16),
      };
      return [segment];
    })
    .toSorted((a, b) => a.firstSequence - b.firstSequence);
}

/** A name for a segment that begins with this record. The file is not made. */
export function nameSegment(dir: string, firstSequence: number): Segment {
  const salt = randomBytes(4);
  const name = `${String(firstSequence).padStart(16, '0')}-${salt.toString('hex')}.segment`;
  return { file: path.join(dir, name), firstSequence, salt: salt.readUInt32BE() };
}

/** Makes names that were given or taken in a folder survive a power cut. */
export async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
