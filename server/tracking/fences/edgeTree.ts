import type { LonLat } from '../../domain/fence.ts';
import type { LocalPlane } from './localPlane.ts';

/**
 * Lines as numbers in a row, with boxes around every few edges, so that a question looks at few of
 * them. Edges follow each other on the ground as they do in the line, so runs of them have small
 * boxes without any sorting. All in one array, because each array more is one more wait for memory:
 *
 *     head    runs
 *     groups  west south east north                       of 8 runs each
 *     runs    west south east north, first point, last    of at most 8 edges of one line each
 *     points  lon lat                                     one line after the other
 */
export type EdgeTree = Float64Array;

const headLength = 1;
const groupLength = 4;
const runLength = 6;
const edgesInRun = 8;
const runsInGroup = 8;
/**
 * Which of two edges is nearer is seen on the plane of the point's own latitude, where lines stay
 * straight; its distances are off by tan(lat) / 2 of the angle to the edge, so an edge that looks a
 * little further away has to be measured too: 1 % of the distance, squared.
 */
const looksFurther = 1.02;

/** @param areClosed true for rings, whose last point is joined to the first one again */
export function buildEdgeTree(lines: readonly (readonly LonLat[])[], areClosed: boolean): EdgeTree {
  const closed = areClosed ? lines.map((line) => [...line, ...line.slice(0, 1)]) : lines;
  const runCount = closed.reduce((sum, line) => sum + Math.ceil((line.length - 1) / edgesInRun), 0);
  const pointCount = closed.reduce((sum, line) => sum + line.length, 0);
  const groupCount = Math.ceil(runCount / runsInGroup);
  const runsAt = headLength + groupLength * groupCount;
  const pointsAt = runsAt + runLength * runCount;
  const tree = new Float64Array(pointsAt + 2 * pointCount);
  tree[0] = runCount;
  let point = 0;
  let run = 0;
  for (const line of closed) {
    for (let first = 0; first + 1 < line.length; first += edgesInRun) {
      const part = line.slice(first, first + edgesInRun + 1);
      const at = runsAt + runLength * run;
      setBox(tree, at, part);
      tree[at + 4] = point + first;
      tree[at + 5] = point + first + part.length - 1;
      run++;
    }
    for (const [lon, lat] of line) {
      tree[pointsAt + 2 * point] = lon;
      tree[pointsAt + 2 * point + 1] = lat;
      point++;
    }
  }
  for (let group = 0; group < groupCount; group++) {
    const from = runsAt + runLength * runsInGroup * group;
    const to = Math.min(pointsAt, from + runLength * runsInGroup);
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

type Box = [west: number, south: number, east: number, north: number];

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
  const pointsAt = runsAt + runLength * (tree[0] ?? 0);
  const atMostM2 = withinM * withinM;
  let leastM2 = atMostM2;
  let likeliest = 0;
  let isOdd = false;
  let runs = runsAt;
  for (let group = headLength; group < runsAt; group += groupLength) {
    const end = Math.min(pointsAt, runs + runLength * runsInGroup);
    const isAside = isBeside(tree, group, lon, lat);
    if (isAside && boxM2(tree, group, plane, lon) > leastM2) {
      runs = end;
      continue;
    }
    for (; runs < end; runs += runLength) {
      if (!isAside && isRunCrossedOddly(tree, runs, pointsAt, lon, lat)) isOdd = !isOdd;
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
  const pointsAt = runsAt + runLength * (tree[0] ?? 0);
  let limitM2 = atMostM2 * looksFurther;
  let nearestM2 = runM2(tree, firstRun, pointsAt, plane, lon, limitM2);
  limitM2 = Math.min(limitM2, nearestM2 * looksFurther);
  let runs = runsAt;
  for (let group = headLength; group < runsAt; group += groupLength) {
    const end = Math.min(pointsAt, runs + runLength * runsInGroup);
    if (boxM2(tree, group, plane, lon) > limitM2) {
      runs = end;
      continue;
    }
    for (; runs < end; runs += runLength) {
      if (runs === firstRun || boxM2(tree, runs, plane, lon) > limitM2) continue;
      const m2 = runM2(tree, runs, pointsAt, plane, lon, limitM2);
      if (m2 < nearestM2) {
        nearestM2 = m2;
        limitM2 = Math.min(limitM2, m2 * looksFurther);
      }
    }
  }
  return nearestM2;
}

/** Square of the metres to the nearest edge of a run; Infinity when none looks nearer than `atMostM2`. */
function runM2(
  tree: EdgeTree,
  run: number,
  pointsAt: number,
  plane: LocalPlane,
  lon: number,
  atMostM2: number,
): number {
  const { lat, eastM, northM } = plane;
  const first = pointsAt + 2 * (tree[run + 4] ?? 0);
  const last = pointsAt + 2 * (tree[run + 5] ?? 0);
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

function isRunCrossedOddly(
  tree: EdgeTree,
  run: number,
  pointsAt: number,
  lon: number,
  lat: number,
): boolean {
  if (isBeside(tree, run, lon, lat)) return false;
  const first = pointsAt + 2 * (tree[run + 4] ?? 0);
  const last = pointsAt + 2 * (tree[run + 5] ?? 0);
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

/** True when a ray from the place to the east cannot meet what is in the box. */
function isBeside(tree: EdgeTree, box: number, lon: number, lat: number): boolean {
  return (tree[box + 1] ?? 0) > lat || (tree[box + 3] ?? 0) <= lat || (tree[box + 2] ?? 0) < lon;
}

/** Square of the metres to a box on the plane; 0 in it. */
function boxM2(tree: EdgeTree, box: number, plane: LocalPlane, lon: number): number {
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
