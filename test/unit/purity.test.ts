import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../server/config.ts';

/** Rooms whose code takes time and randomness as arguments (design.md section 4, invariant 9). */
const pureRooms = [
  ...['server/domain', 'server/tracking', 'server/alarms', 'devices/protocols'],
  'server/pipeline.ts',
];
const impure = /Date\.now|new Date\(\)|Math\.random|performance\.now|process\.|from 'node:/;

const filesOf = (room: string): string[] => {
  const place = path.join(projectRoot, room);
  if (room.endsWith('.ts')) return [place];
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(place, name));
};

describe('pure rooms', () => {
  it.each(pureRooms)('%s reads no clock, no randomness and no environment', (room) => {
    const files = filesOf(room);
    expect(files.length).toBeGreaterThan(0);
    const guilty = files.filter((file) => impure.test(readFileSync(file, 'utf8')));
    expect(guilty.map((file) => path.relative(projectRoot, file))).toEqual([]);
  });
});
