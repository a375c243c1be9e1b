import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinTrack } from '../../../../server/storage/queries/thinTrack.ts';
import { trackAlong } from './trackAlong.ts';

const metresPerDegree = 111_195.08;

describe('a thinned track', () => {
  it('keeps its ends, its budget and its word on how far off it is', () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 600_000 }),
      lon: fc.double({ min: 117.5, max: 117.6, noNaN: true }),
      lat: fc.double({ min: 0.5, max: 0.6, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 2, max: 90 }),
        (steps, maxPoints) => {
          const track = trackAlong(steps);
          const { rows, maxErrorM } = thinTrack(track, maxPoints);
          expect(rows.length).toBeLessThanOrEqual(maxPoints);
          expect([rows[0], rows.at(-1)]).toEqual([0, track.count - 1]);
          expect([...rows]).toEqual([...new Set(rows)].sort((a, b) => a - b));
          expect(worstError(track, rows)).toBeCloseTo(maxErrorM, 0);
        },
      ),
    );
  });
});

/** Metres between each fix and the straight line between kept fixes at its time, the greatest of all. */
function worstError(track: ReturnType<typeof trackAlong>, rows: Uint32Array): number {
  const { fixedAtMs, lonMicrodeg, latMicrodeg } = track;
  let worst = 0;
  for (let k = 1; k < rows.length; k++) {
    const [from = 0, to = 0] = [rows[k - 1], rows[k]];
    for (let i = from + 1; i < to; i++) {
      const [startMs = 0, ms = 0, endMs = 0] = [fixedAtMs[from], fixedAtMs[i], fixedAtMs[to]];
      const share = endMs === startMs ? 0 : (ms - startMs) / (endMs - startMs);
      const off = ({ [from]: a = 0, [i]: b = 0, [to]: c = 0 }: Int32Array): number =>
        ((b - a - share * (c - a)) / 1e6) * metresPerDegree;
      const lat = ((latMicrodeg[from] ?? 0) + (latMicrodeg[to] ?? 0)) / 2e6;
      const x = off(lonMicrodeg) * Math.cos((lat / 180) * Math.PI);
      worst = Math.max(worst, Math.hypot(x, off(latMicrodeg)));
    }
  }
  return worst;
}
