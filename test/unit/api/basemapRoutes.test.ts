import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileVersion, isPmtiles } from '../../../server/api/basemapRoutes.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(bytes: Buffer): string {
  const file = path.join(folder, 'x.pmtiles');
  writeFileSync(file, bytes);
  return file;
}

describe('a map file', () => {
  it.each([
    [
      'its magic number and version 3',
      Buffer.concat([Buffer.from('PMTiles\u0003'), Buffer.alloc(119)]),
      true,
    ],
    ['version 2', Buffer.from('PMTiles\u0002'), false],
    ['a README, renamed', Buffer.from('# Posko\n\nReal-time'), false],
    ['nothing', Buffer.alloc(0), false],
  ])('is known by %s', async (_what, bytes, expected) => {
    expect(await isPmtiles(fileOf(bytes))).toBe(expected);
  });

  it('has another version when it has another content', async () => {
    const first = await fileVersion(fileOf(Buffer.from('a')));
    expect(first).toMatch(/^[0-9a-f]{12}$/);
    expect(await fileVersion(fileOf(Buffer.from('b')))).not.toBe(first);
  });
});
