import type { PositionColumns } from './positionColumns.ts';

/** What is kept of a track. */
export type ThinnedTrack = {
  /** Rows that are kept, in order: always the first and the last. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** No fix lies further than this from where the thinned track is at its time, metres. */
  readonly maxErrorM: number;
};

/** Metres of a microdegree of latitude on a sphere with the mean radius of WGS84. */
const metresPerMicrodeg = (6_371_008.8 * Math.PI) / 180 / 1e6;
const fullTurnMicrodeg = 360e6;

/** Looks at a fix are bounded by this many times the length of the track; a real one needs some 15. */
const maxPasses = 64;

/**
 * Thins a track to at most `maxPoints` fixes, keeping shape and timing: from first and last on, the
 * fix is added again and again that lies furthest from the thinned track at its time. That is the
 * top-down time-ratio algorithm (Meratnia and de By, EDBT 2004, doi 10.1007/978-3-540-24741-8_44),
 * Douglas-Peucker with the synchronised distance, run by budget instead of by tolerance. Unlike
 * Douglas-Peucker itself and Visvalingam it keeps a long halt, after which a replay would otherwise
 * creep through the hours; unlike buckets of time it spends no points on a halt.
 *
 * A track made to be slow to thin gets fewer points than allowed, and its true error.
 *
 * @param track in order of time
 * @param maxPoints at least 2
 */
export function thinTrack(track: PositionColumns, maxPoints: number): ThinnedTrack {
  if (!(maxPoints >= 2)) {
    throw new RangeError(`a track is thinned to 2 points or more, got ${maxPoints}`);
  }
  const { count } = track;
  if (count <= maxPoints)
    return { rows: Uint32Array.from({ length: count }, (_, i) => i), maxErrorM: 0 };
  const kept = [0, count - 1];
  const heap = new SegmentHeap();
  let looksLeft = maxPasses * count;
  const consider = (from: number, to: number): void => {
    if (to - from < 2) return;
    looksLeft -= to - from;
    heap.push(furthest(track, from, to));
  };
  consider(0, count - 1);
  while (kept.length < maxPoints && looksLeft > 0) {
    const worst = heap.pop();
    if (worst === undefined || worst.errorM === 0) break;
    kept.push(worst.row);
    consider(worst.from, worst.row);
    consider(worst.row, worst.to);
  }
  return { rows: Uint32Array.from(kept).sort(), maxErrorM: heap.pop()?.errorM ?? 0 };
}

/** Between two kept rows, the row that is furthest from the line between them. */
type Segment = {
  readonly from: number;
  readonly to: number;
  readonly row: number;
  readonly errorM: number;
};

function furthest(
  { fixedAtMs, lonMicrodeg, latMicrodeg }: PositionColumns,
  from: number,
  to: number,
): Segment {
  const startMs = fixedAtMs[from] ?? 0;
  const startLon = lonMicrodeg[from] ?? 0;
  const startLat = latMicrodeg[from] ?? 0;
  const durationMs = (fixedAtMs[to] ?? 0) - startMs;
  const lonSpan = shortWay((lonMicrodeg[to] ?? 0) - startLon);
  const latSpan = (latMicrodeg[to] ?? 0) - startLat;
  const lonScale = Math.cos(((startLat + latSpan / 2) / 1e6 / 180) * Math.PI);
  let row = from + 1;
  let worst = -1;
  for (let i = from + 1; i < to; i++) {
    const share = durationMs === 0 ? 0 : ((fixedAtMs[i] ?? 0) - startMs) / durationMs;
    const x = (shortWay((lonMicrodeg[i] ?? 0) - startLon) - share * lonSpan) * lonScale;
    const y = (latMicrodeg[i] ?? 0) - startLat - share * latSpan;
    const squared = x * x + y * y;
    if (squared > worst) {
      worst = squared;
      row = i;
    }
  }
  return { from, to, row, errorM: Math.sqrt(worst) * metresPerMicrodeg };
}

/** A difference of longitudes, the shorter way round the earth. */
function shortWay(microdeg: number): number {
  if (microdeg > fullTurnMicrodeg / 2) return microdeg - fullTurnMicrodeg;
  if (microdeg < -fullTurnMicrodeg / 2) return microdeg + fullTurnMicrodeg;
  return microdeg;
}

/** Segments, the one with the greatest error first: a binary heap. */
class SegmentHeap {
  readonly #segments: Segment[] = [];

  push(segment: Segment): void {
    const segments = this.#segments;
    let at = segments.length;
    segments.push(segment);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = segments[parentAt];
      if (parent === undefined || parent.errorM >= segment.errorM) break;
      segments[at] = parent;
      at = parentAt;
    }
    segments[at] = segment;
  }

  pop(): Segment | undefined {
    const segments = this.#segments;
    const top = segments[0];
    const last = segments.pop();
    if (last === undefined || segments.length === 0) return top;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      const left = segments[childAt];
      if (left === undefined) break;
      const right = segments[childAt + 1];
      let child = left;
      if (right !== undefined && right.errorM > left.errorM) {
        child = right;
        childAt += 1;
      }
      if (child.errorM <= last.errorM) break;
      segments[at] = child;
      at = childAt;
    }
    segments[at] = last;
    return top;
  }
}
