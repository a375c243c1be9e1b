import { crc32 } from 'node:zlib';
import { frameHeaderBytes, maxBodyBytes, recordKinds } from '../../server/domain/journalRecord.ts';

/** A whole frame that was found in a segment. */
export type FoundFrame = {
  readonly at: number;
  /** Where the next one begins. */
  readonly end: number;
  readonly sequence: number;
};

/**
 * Gives frames their place in the order of events and their CRC: now they may go to the disk.
 *
 * @param bytes whole frames and nothing else
 * @param firstSequence of the first of them
 * @param salt of the segment that they go to
 * @returns the sequence of the last of them
 */
export function sealFrames(bytes: Uint8Array, firstSequence: number, salt: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sequence = firstSequence - 1;
  for (let at = 0; at < bytes.byteLength; ) {
    const end = at + frameHeaderBytes + view.getUint32(at + 4, true);
    sequence += 1;
    view.setFloat64(at + 8, sequence, true);
    view.setUint32(at, crc32(bytes.subarray(at + 4, end), salt), true);
    at = end;
  }
  return sequence;
}

/** Takes their place in the order of events away from frames that did not get there. */
export function clearSequences(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; ) {
    view.setFloat64(at + 8, 0, true);
    at += frameHeaderBytes + view.getUint32(at + 4, true);
  }
}

/**
 * The frame that begins at `at`, if a whole and sound one does.
 *
 * The salt is the segment's secret: a sender who puts something that looks like a frame into a
 * payload cannot have its CRC right, so damage before it cannot bring it to life.
 */
export function soundFrameAt(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  salt: number,
): FoundFrame | undefined {
  const body = at + frameHeaderBytes;
  if (body > bytes.byteLength) return undefined;
  const length = view.getUint32(at + 4, true);
  if (length > maxBodyBytes || body + length > bytes.byteLength) return undefined;
  const sequence = view.getFloat64(at + 8, true);
  if (!Number.isSafeInteger(sequence) || sequence < 1) return undefined;
  if (recordKinds[view.getUint8(at + 24)] === undefined) return undefined;
  const end = body + length;
  if (crc32(bytes.subarray(at + 4, end), salt) !== view.getUint32(at, true)) return undefined;
  return { at, end, sequence };
}
