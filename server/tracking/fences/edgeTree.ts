import type { LonLat } from '../../domain/fence.ts';
import type { LocalPlane } from './localPlane.ts';

/**
 * Lines as numbers in a row, with boxes around every few edges, so that a question looks at few of
 * them. Edges follow each other on the ground as they do in the line, so runs of them have small
 * boxes without any sorting. All in one array, because each array more is one more wait for memory,
 * and what belongs to a run side by side in three lines of the processor's cache:
 *
 *     head    runs
 *     groups  west south east north                               of 8 runs each
 *     runs    west south east north, points, 9 x lon lat, unused  of at most 8 edges of one line each
 */
export type EdgeTree = Float64Array;

const headLength = 1;
const groupLength = 4;
const edgesInRun = 8;
/** Where in a run the number of its points is, and the first of them. */
const countAt = 4;
const pointsAt = 5;
const runLength = 24;
const runsInGroup = 8;
/**
 * Which of two edges is nearer is seen on the plane of the point's own latitude, where lines stay
 * straight; its distances are off by tan(lat) / 2 of the angle to the edge, so an edge that looks a
 * little further away has to be measured too: 1 % of the distance, squared.
 */
export const looksFurther = 1.02;

/** @param areClosed true for rings, whose last point is joined to the first one again */
export function buildEdgeTree(lines: readonly (readonly LonLat[])[], areClosed: boolean): EdgeTree {
  const closed = areClosed ? lines.map((line) => [...line, ...line.slice(0, 1)]) : lines;
  const runCount = closed.reduce((sum, line) => sum + Math.ceil((line.length - 1) / edgesInRun), 0);
  const groupCount = Math.ceil(runCount / runsInGroup);
  const runsAt = headLength + groupLength * groupCount;
  const tree = new Float64Array(runsAt + runLength * runCount);
  tree[0] = runCount;
  let run = runsAt;
  for (const line of closed) {
    for (let first = 0; first + 1 < line.length; first += edgesInRun) {
      const part = line.slice(first, first + edgesInRun + 1);
      setBox(tree, run, part);
      tree[run + countAt] = part.length;
      tree.set(part.flat(), run + pointsAt);
      run += runLength;
    }
  }
  for (let group = 0; group < groupCount; group++) {
    const from = runsAt + runLength * runsInGroup * group;
    const to = Math.min(tree.length, from + runLength * runsInGroup);
    setBox(tree, headLength + groupLength * group, cornersOf(tree, from, to, runLength));
  }
  return tree;
}

/** West, south, east and north of all of it, degrees. */
export function boundsOf(tree: EdgeTree): Box {
  const bounds = new Float64Array(groupLength);
  setBox(bounds, 0, cornersOf(tree, headLength, runsOffset(tree), groupLength));
  const [west = 0, south = 0, east = 0, north = 0] = bounds;
  return [west, south, east, north];
}

export type Box = [west: number, south: number, east: number, north: number];

/**
 * Metres from a place at the latitude of `plane` to the nearest edge, or Infinity when none is within
 * `withinM`; negative when a ray to the east crosses edges an odd number of times (even-odd rule;
 * W. R. Franklin, PNPOLY), so that holes and islands in holes need no further thought.
 */
export function nearestEdgeM(
  tree: EdgeTree,
  plane: LocalPlane,
  lon: number,
  withinM: number,
): number {
  const { lat } = plane;
  const runsAt = runsOffset(tree);
  const atMostM2 = withinM * withinM;
  let leastM2 = atMostM2;
  let likeliest = 0;
  let isOdd = false;
  let runs = runsAt;
  for (let group = headLength; group < runsAt; group += groupLength) {
    const end = Math.min(tree.length, runs + runLength * runsInGroup);
    const isAside = isBeside(tree, group, lon, lat);
    if (isAside && boxM2(tree, group, plane, lon) > leastM2) {
      runs = end;
      continue;
    }
    for (; runs < end; runs += runLength) {
      if (!isAside && isRunCrossedOddly(tree, runs, lon, lat)) isOdd = !isOdd;
      const m2 = boxM2(tree, runs, plane, lon);
      if (m2 < leastM2) {
        leastM2 = m2;
        likeliest = runs;
      }
    }
  }
  // the run whose box is nearest goes first: it spares most of the others
  const nearestM2 =
    likeliest === 0 ? Number.POSITIVE_INFINITY : fromRunM2(tree, likeliest, plane, lon, atMostM2);
  const nearestM = nearestM2 > atMostM2 ? Number.POSITIVE_INFINITY : Math.sqrt(nearestM2);
  return isOdd ? -nearestM : nearestM;
}

/** Square of the metres to the nearest edge, looked for in one run first. */
function fromRunM2(
  tree: EdgeTree,
  firstRun: number,
  plane: LocalPlane,
  lon: number,
  atMostM2: number,
): number {
  const runsAt = runsOffset(tree);
  let limitM2 = atMostM2 * looksFurther;
  let nearestM2 = runM2(tree, firstRun, plane, lon, limitM2);
  limitM2 = Math.min(limitM2, nearestM2 * looksFurther);
  let runs = runsAt;
  for (let group = headLength; group < runsAt; group += groupLength) {
    const end = Math.min(tree.length, runs + runLength * runsInGroup);
    if (boxM2(tree, group, plane, lon) > limitM2) {
      runs = end;
      continue;
    }
    for (; runs < end; runs += runLength) {
      if (runs === firstRun || boxM2(tree, runs, plane, lon) > limitM2) continue;
      const m2 = runM2(tree, runs, plane, lon, limitM2);
      if (m2 < nearestM2) {
        nearestM2 = m2;
        limitM2 = Math.min(limitM2, m2 * looksFurther);
      }
    }
  }
  return nearestM2;
}

/** Square of the metres to the nearest edge of a run; Infinity when none looks nearer than `atMostM2`. */
export function runM2(
  tree: EdgeTree,
  run: number,
  plane: LocalPlane,
  lon: number,
  atMostM2: number,
): number {
  const { lat, eastM, northM } = plane;
  const first = run + pointsAt;
  const last = first + 2 * ((tree[run + countAt] ?? 0) - 1);
  let nearestM2 = Number.POSITIVE_INFINITY;
  let limitM2 = atMostM2;
  let aLon = (tree[first] ?? 0) - lon;
  let aLat = (tree[first + 1] ?? 0) - lat;
  for (let at = first + 2; at <= last; at += 2) {
    const bLon = (tree[at] ?? 0) - lon;
    const bLat = (tree[at + 1] ?? 0) - lat;
    const x = aLon * eastM;
    const y = aLat * northM;
    const alongX = bLon * eastM - x;
    const alongY = bLat * northM - y;
    const lengthM2 = alongX * alongX + alongY * alongY;
    const share = lengthM2 === 0 ? 0 : -(x * alongX + y * alongY) / lengthM2;
    const t = share < 0 ? 0 : share > 1 ? 1 : share;
    const nearX = x + t * alongX;
    const nearY = y + t * alongY;
    if (nearX * nearX + nearY * nearY <= limitM2) {
      const m2 = squareM2(plane, aLon + t * (bLon - aLon), aLat + t * (bLat - aLat));
      if (m2 < nearestM2) {
        nearestM2 = m2;
        limitM2 = Math.min(limitM2, m2 * looksFurther);
      }
    }
    aLon = bLon;
    aLat = bLat;
  }
  return nearestM2;
}

/** Square of the length of a step from the latitude of the plane, degrees, by its middle latitude. */
function squareM2(plane: LocalPlane, dLon: number, dLat: number): number {
  const east = dLon * (plane.eastM + (plane.eastSlope * dLat) / 2);
  const north = dLat * (plane.northM + (plane.northSlope * dLat) / 2);
  return east * east + north * north;
}

function isRunCrossedOddly(tree: EdgeTree, run: number, lon: number, lat: number): boolean {
  if (isBeside(tree, run, lon, lat)) return false;
  const first = run + pointsAt;
  const last = first + 2 * ((tree[run + countAt] ?? 0) - 1);
  let aLat = tree[first + 1] ?? 0;
  // when all of it lies to the east, it is crossed oddly when its ends lie on both sides
  if ((tree[run] ?? 0) > lon) return aLat > lat !== (tree[last + 1] ?? 0) > lat;
  let isOdd = false;
  for (let at = first + 2; at <= last; at += 2) {
    const bLat = tree[at + 1] ?? 0;
    if (aLat > lat !== bLat > lat) {
      const aLon = tree[at - 2] ?? 0;
      const bLon = tree[at] ?? 0;
      if (lon < aLon + ((lat - aLat) * (bLon - aLon)) / (bLat - aLat)) isOdd = !isOdd;
    }
    aLat = bLat;
  }
  return isOdd;
}

/** Offsets of the runs whose boxes reach between these degrees. */
export function runsBetween(tree: EdgeTree, [west, south, east, north]: Box): number[] {
  const found: number[] = [];
  for (let run = runsOffset(tree); run < tree.length; run += runLength) {
    const isBetween =
      (tree[run] ?? 0) <= east &&
      (tree[run + 1] ?? 0) <= north &&
      (tree[run + 2] ?? 0) >= west &&
      (tree[run + 3] ?? 0) >= south;
    if (isBetween) found.push(run);
  }
  return found;
}

/**
 * True when the straight line from one place to another goes through edges of a run an odd number of
 * times. On which side of the line a point lies is asked of each point alone, so neither a corner on
 * the line nor an edge along it is counted twice.
 */
export function isRunBetween(
  tree: EdgeTree,
  run: number,
  lon: number,
  lat: number,
  toLon: number,
  toLat: number,
): boolean {
  const isAside =
    (tree[run] ?? 0) > Math.max(lon, toLon) ||
    (tree[run + 1] ?? 0) > Math.max(lat, toLat) ||
    (tree[run + 2] ?? 0) < Math.min(lon, toLon) ||
    (tree[run + 3] ?? 0) < Math.min(lat, toLat);
  if (isAside) return false;
  const x = toLon - lon;
  const y = toLat - lat;
  const first = run + pointsAt;
  const last = first + 2 * ((tree[run + countAt] ?? 0) - 1);
  let isOdd = false;
  let aX = (tree[first] ?? 0) - lon;
  let aY = (tree[first + 1] ?? 0) - lat;
  let isLeft = x * aY - y * aX > 0;
  for (let at = first + 2; at <= last; at += 2) {
    const bX = (tree[at] ?? 0) - lon;
    const bY = (tree[at + 1] ?? 0) - lat;
    const isNextLeft = x * bY - y * bX > 0;
    if (isNextLeft !== isLeft) {
      const isFromLeft = aX * bY - aY * bX > 0;
      if (isFromLeft !== (aX - x) * (bY - y) - (aY - y) * (bX - x) > 0) isOdd = !isOdd;
    }
    aX = bX;
    aY = bY;
    isLeft = isNextLeft;
  }
  return isOdd;
}

/** True when a ray from the place to the east cannot meet what is in the box. */
function isBeside(tree: EdgeTree, box: number, lon: number, lat: number): boolean {
  return (tree[box + 1] ?? 0) > lat || (tree[box + 3] ?? 0) <= lat || (tree[box + 2] ?? 0) < lon;
}

/** Square of the metres to a box on the plane; 0 in it. */
export function boxM2(tree: EdgeTree, box: number, plane: LocalPlane, lon: number): number {
  const west = (tree[box] ?? 0) - lon;
  const east = lon - (tree[box + 2] ?? 0);
  const south = (tree[box + 1] ?? 0) - plane.lat;
  const north = plane.lat - (tree[box + 3] ?? 0);
  const x = (west > 0 ? west : east > 0 ? east : 0) * plane.eastM;
  const y = (south > 0 ? south : north > 0 ? north : 0) * plane.northM;
  return x * x + y * y;
}

function runsOffset(tree: EdgeTree): number {
  return headLength + groupLength * Math.ceil((tree[0] ?? 0) / runsInGroup);
}

/** The corners of boxes from one offset to another. */
function cornersOf(tree: Float64Array, from: number, to: number, length: number): LonLat[] {
  const corners: LonLat[] = [];
  for (let at = from; at < to; at += length) {
    corners.push([tree[at] ?? 0, tree[at + 1] ?? 0], [tree[at + 2] ?? 0, tree[at + 3] ?? 0]);
  }
  return corners;
}

function setBox(tree: Float64Array, at: number, places: readonly LonLat[]): void {
  let west = Number.POSITIVE_INFINITY;
  let south = Number.POSITIVE_INFINITY;
  let east = Number.NEGATIVE_INFINITY;
  let north = Number.NEGATIVE_INFINITY;
  for (const [lon, lat] of places) {
    west = Math.min(west, lon);
    south = Math.min(south, lat);
    east = Math.max(east, lon);
    north = Math.max(north, lat);
  }
  tree[at] = west;
  tree[at + 1] = south;
  tree[at + 2] = east;
  tree[at + 3] = north;
}
