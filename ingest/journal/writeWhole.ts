import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from './segments.ts';

/**
 * Writes a file so that it is there wholly or not at all, whatever happens meanwhile.
 *
 * @throws the system's error; then nothing of it is left
 */
export async function writeWhole(
  file: string,
  fill: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const draft = `${file}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await fill(handle);
    await handle.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  await syncFolder(path.dirname(file));
}
