import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../server/domain/systemError.ts';
import { readThrough } from './readThrough.ts';
import { reserveFile } from './reserve.ts';
import { soundFrameAt } from './sealedFrame.ts';
import { listSegments, type Segment, syncFolder } from './segments.ts';
import { writeWhole } from './writeWhole.ts';

/** A segment with what trimming must know of it. */
export type KnownSegment = Segment & { readonly bytes: number; readonly lastAtMs: number };

/** A journal as it was found, or made. */
export type RecoveredJournal = {
  /** Names this journal in the checkpoints of those who follow it. */
  readonly id: string;
  readonly segments: readonly KnownSegment[];
  /** The last record that is on disk; 0 = none yet. */
  readonly lastSequence: number;
  /** Bytes at the end that were no whole frame, and are cut off: a commit that a crash cut short. */
  readonly tornBytes: number;
  /** Files that a failing disk left behind and that hold nothing that counts; renamed. */
  readonly leftOver: readonly string[];
  /** Size of the reserve that is there already; 0 = none. */
  readonly reserveBytes: number;
};

const format = 1;

/**
 * Opens the folder of a journal, makes it if it is not there, and repairs its end.
 *
 * @throws Error with one sentence when the folder cannot be used
 */
export async function recoverJournal(dir: string): Promise<RecoveredJournal> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await syncFolder(path.dirname(dir));
  const id = await readId(dir);
  const leftOver = await putLeftOversAside(dir);
  const segments = await listSegments(dir);
  let tornBytes = 0;
  let lastSequence = 0;
  const last = segments.at(-1);
  if (last !== undefined) {
    const tail = await readTail(last);
    lastSequence = tail.lastSequence;
    tornBytes = tail.tornBytes;
    if (tail.tornBytes > 0) await truncate(last.file, tail.end);
  }
  const known = await Promise.all(
    segments.map(async (segment): Promise<KnownSegment> => {
      const { size, mtimeMs } = await stat(segment.file);
      return { ...segment, bytes: size, lastAtMs: mtimeMs };
    }),
  );
  const empty = known.filter(({ bytes }) => bytes === 0);
  for (const { file } of empty) await rm(file);
  return {
    id,
    segments: known.filter(({ bytes }) => bytes > 0),
    lastSequence,
    tornBytes,
    leftOver,
    reserveBytes: await sizeOf(reserveFile(dir)),
  };
}

/**
 * Of two segments that begin with the same record, a disk that failed could not remove the first,
 * whose commit does not count: the one that was written to last does.
 */
async function putLeftOversAside(dir: string): Promise<readonly string[]> {
  const leftOver: string[] = [];
  let newest: { firstSequence: number; file: string; mtimeMs: number } | undefined;
  for (const { firstSequence, file } of await listSegments(dir)) {
    const { mtimeMs } = await stat(file);
    if (newest?.firstSequence === firstSequence) {
      const older = newest.mtimeMs < mtimeMs ? newest.file : file;
      await rename(older, `${older}.left-over`);
      leftOver.push(older);
      if (older === file) continue;
    }
    newest = { firstSequence, file, mtimeMs };
  }
  return leftOver;
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  return found?.size ?? 0;
}

async function readId(dir: string): Promise<string> {
  const file = path.join(dir, 'journal.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (text === undefined) {
    const id = randomUUID();
    await writeWhole(file, (handle) => handle.writeFile(`${JSON.stringify({ format, id })}\n`));
    return id;
  }
  const found: unknown = parseOrUndefined(text);
  if (typeof found !== 'object' || found === null || !('format' in found) || !('id' in found)) {
    throw new Error(
      `${file} is damaged: remove it, and Posko gives the journal a new name and stores all that it holds once more, which does no harm.`,
    );
  }
  if (found.format !== format) {
    throw new Error(
      `The journal in ${dir} has format ${String(found.format)}, and this program knows ${format}: start the newer Posko that made it.`,
    );
  }
  return String(found.id);
}

/** Where the last sound frame of a segment ends, and how much comes after it that is not zero. */
async function readTail({
  file,
  firstSequence,
  salt,
}: Segment): Promise<{ end: number; lastSequence: number; tornBytes: number }> {
  // a segment is 64 MiB at most, and this happens once a start
  const { size } = await stat(file);
  const bytes = new Uint8Array(size);
  const handle = await open(file, 'r');
  try {
    await readThrough(handle, bytes, 0);
  } finally {
    await handle.close();
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = 0;
  // its name was given when the record before it was on disk
  let lastSequence = firstSequence - 1;
  for (let at = 0; at < bytes.byteLength; ) {
    const frame = soundFrameAt(bytes, view, at, salt);
    if (frame === undefined || frame.sequence <= lastSequence) {
      at += 1;
      continue;
    }
    at = frame.end;
    end = frame.end;
    lastSequence = frame.sequence;
  }
  const rest = bytes.subarray(end);
  const isTorn = rest.some((byte) => byte !== 0);
  return { end, lastSequence, tornBytes: isTorn ? rest.byteLength : 0 };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // said by the caller, with what to do
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT';
}
