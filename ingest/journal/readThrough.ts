import type { FileHandle } from 'node:fs/promises';

import { errorCode } from '../../server/domain/systemError.ts';

/** What a disk loses at once, at least. */
const blockBytes = 4096;

/**
 * Fills `bytes` from a file, past what the disk cannot read any more: such blocks come as zeros,
 * which are no sound frame, so their records are found to be lost and the rest is read.
 *
 * @param at where in the file to begin
 * @returns how many bytes there are; less than asked for at the end of the file
 */
export async function readThrough(
  file: FileHandle,
  bytes: Uint8Array,
  at: number,
): Promise<number> {
  let length = 0;
  let isByBlocks = false;
  while (length < bytes.byteLength) {
    const rest = bytes.byteLength - length;
    const toBlockEnd = blockBytes - ((at + length) % blockBytes);
    const wanted = isByBlocks ? Math.min(toBlockEnd, rest) : rest;
    try {
      const { bytesRead } = await file.read(bytes, length, wanted, at + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      if (!isByBlocks) {
        // from here on, so that only what cannot be read is missing
        isByBlocks = true;
        continue;
      }
      const { size } = await file.stat();
      const left = Math.min(wanted, size - at - length);
      if (left <= 0) break;
      bytes.fill(0, length, length + left);
      length += left;
    }
  }
  return length;
}

function isUnreadable(error: unknown): boolean {
  return errorCode(error) === 'EIO';
}
