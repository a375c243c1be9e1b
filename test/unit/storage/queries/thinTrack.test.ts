import { describe, expect, it } from 'vitest';
import { thinTrack } from '../../../../server/storage/queries/thinTrack.ts';
import { trackAlong } from './trackAlong.ts';

describe('thinning a track', () => {
  it('leaves a track alone that fits', () => {
    const track = trackAlong([at(0, 0), at(1, 1), at(0, 0)]);
    expect(thinTrack(track, 3)).toEqual({ rows: Uint32Array.of(0, 1, 2), maxErrorM: 0 });
    expect(thinTrack(trackAlong([]), 2)).toEqual({ rows: new Uint32Array(0), maxErrorM: 0 });
  });

  it('keeps when a halt began and ended, though the road is straight', () => {
    const halt = Array.from({ length: 60 }, () => at(5, 0));
    const track = trackAlong([at(0, 0), at(1, 0), ...halt, at(9, 0), at(10, 0)]);
    const { rows, maxErrorM } = thinTrack(track, 4);
    expect(maxErrorM).toBeGreaterThan(1);
    expect(maxErrorM).toBeLessThan(450);
    expect([...rows].slice(1, 3)).toEqual([2, 61]);
  });

  it('spends no points on standing still', () => {
    const still = Array.from({ length: 1_000 }, () => at(0, 0));
    expect(thinTrack(trackAlong(still), 100)).toEqual({
      rows: Uint32Array.of(0, 999),
      maxErrorM: 0,
    });
  });

  it('takes the short way over the antimeridian', () => {
    const track = trackAlong([179.8, 179.9, -180, -179.9, -179.8].map((lon) => place(lon, 0)));
    expect(thinTrack(track, 2).maxErrorM).toBeLessThan(0.01);
  });

  it('gives up on a track that was made to be slow, and owns up to its error', () => {
    // each detour dwarfs the next, so every split peels off one fix and leaves the rest to be read again
    const spiral = Array.from({ length: 4_000 }, (_, i) => place(117, 80 * 0.97 ** i * (-1) ** i));
    const { rows, maxErrorM } = thinTrack(trackAlong(spiral), 2_000);
    expect(rows.length).toBeLessThan(2_000);
    expect(maxErrorM).toBeGreaterThan(0);
  });

  it('refuses a budget that does not hold both ends', () => {
    expect(() => thinTrack(trackAlong([]), 1)).toThrow('a track is thinned to 2 points or more');
    expect(() => thinTrack(trackAlong([]), Number.NaN)).toThrow(RangeError);
  });
});

const minuteMs = 60_000;

/** A place a minute later, in hundreds of metres east and north. */
function at(east: number, north: number) {
  return place(117.5 + east / 1_000, 0.5 + north / 1_000);
}

function place(lon: number, lat: number) {
  return { afterMs: minuteMs, lon, lat };
}
