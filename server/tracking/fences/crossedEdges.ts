import type { LonLat } from '../../domain/fence.ts';

/** An edge of a ring, from its corner number `point` to the next one. */
export type RingEdge = {
  readonly from: LonLat;
  readonly to: LonLat;
  readonly ring: number;
  readonly point: number;
  /** Corners of its ring. */
  readonly corners: number;
};

/** Two edges that may not meet, and a place where they do. */
export type Crossing = {
  readonly one: RingEdge;
  readonly other: RingEdge;
  readonly place: LonLat;
};

/**
 * Finds two edges that cross each other, lie on each other, or, in one ring, touch. Rings may touch
 * each other in single points, as those of clipped areas do. Goes from west to east and compares only
 * edges that lie beside each other (Shamos and Hoey 1976, without the tree).
 */
export function findCrossing(edges: readonly RingEdge[]): Crossing | undefined {
  const sorted = edges.toSorted((a, b) => westOf(a) - westOf(b));
  let open: RingEdge[] = [];
  for (const edge of sorted) {
    const west = westOf(edge);
    open = open.filter(({ from, to }) => Math.max(from[0], to[0]) >= west);
    for (const other of open) {
      const place = placeOfCrossing(other, edge);
      if (place !== undefined) return { one: other, other: edge, place };
    }
    open.push(edge);
  }
  return undefined;
}

function westOf({ from, to }: RingEdge): number {
  return Math.min(from[0], to[0]);
}

function placeOfCrossing(one: RingEdge, other: RingEdge): LonLat | undefined {
  const { from: a, to: b } = one;
  const { from: c, to: d } = other;
  if (Math.max(a[1], b[1]) < Math.min(c[1], d[1])) return undefined;
  if (Math.max(c[1], d[1]) < Math.min(a[1], b[1])) return undefined;
  const sideC = sideOf(a, b, c);
  const sideD = sideOf(a, b, d);
  const sideA = sideOf(c, d, a);
  const sideB = sideOf(c, d, b);
  if (sideC * sideD > 0 || sideA * sideB > 0) return undefined;
  if (sideC === 0 && sideD === 0) return placeOfOverlap(one, other);
  const touching =
    [c, d].find((_, i) => [sideC, sideD][i] === 0) ??
    [a, b].find((_, i) => [sideA, sideB][i] === 0);
  if (touching === undefined) {
    const share = sideC / (sideC - sideD);
    return [c[0] + share * (d[0] - c[0]), c[1] + share * (d[1] - c[1])];
  }
  return one.ring === other.ring && !areNeighbours(one, other) ? touching : undefined;
}

/** Both lie on one line: the place where they lie on each other, if that is more than a point. */
function placeOfOverlap(one: RingEdge, other: RingEdge): LonLat | undefined {
  // along the axis on which they are longer
  const axis = Math.abs(one.from[0] - one.to[0]) >= Math.abs(one.from[1] - one.to[1]) ? 0 : 1;
  const ordered = ({ from, to }: RingEdge) => (from[axis] <= to[axis] ? [from, to] : [to, from]);
  const [start, end] = [ordered(one)[0] ?? one.from, ordered(one)[1] ?? one.to];
  const [otherStart, otherEnd] = [ordered(other)[0] ?? other.from, ordered(other)[1] ?? other.to];
  const first = start[axis] >= otherStart[axis] ? start : otherStart;
  const last = end[axis] <= otherEnd[axis] ? end : otherEnd;
  if (first[axis] > last[axis]) return undefined;
  const isPoint = first[axis] === last[axis];
  if (isPoint && (one.ring !== other.ring || areNeighbours(one, other))) return undefined;
  return first;
}

function areNeighbours(one: RingEdge, other: RingEdge): boolean {
  const apart = Math.abs(one.point - other.point);
  return apart === 1 || apart === one.corners - 1;
}

/** Positive when a place lies left of a line, negative right of it, 0 on it. */
function sideOf(from: LonLat, to: LonLat, place: LonLat): number {
  return (to[0] - from[0]) * (place[1] - from[1]) - (to[1] - from[1]) * (place[0] - from[0]);
}
