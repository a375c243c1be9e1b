import type { LonLat } from '../../domain/fence.ts';
import { distanceM, leastNorthM, planeAt, setPlane } from '../fences/localPlane.ts';

/** A place with the key of what is there. */
export type KeyedPlace = { readonly key: number; readonly place: LonLat };
/** What is nearest, and how far it is. */
export type Nearest = { readonly key: number; readonly distanceM: number };

/**
 * Places that do not move, in a grid whose rows are as high as they must be to hold equally many:
 * Java has half of all TPS on a twentieth of the area, so cells of one size would be crowded there
 * and empty elsewhere. (Rows of a sort-tile packing; Leutenegger et al. 1997, "STR".)
 *
 *     row   0: south[0]..north[0]   places 0 .. rowLength-1             west to east
 *     row   1: south[1]..north[1]   places rowLength .. 2 rowLength-1   west to east
 *     ...                           the last row may be shorter
 */
export type PlaceIndex = {
  readonly keys: Uint32Array;
  readonly lons: Float64Array;
  readonly lats: Float64Array;
  readonly rowLength: number;
  readonly south: Float64Array;
  readonly north: Float64Array;
};

/** Nothing further away is looked for: nothing there is near, and the plane is good up to here. */
export const farthestM = 100_000;

/**
 * Puts places in order. The same places in any order give the same index.
 *
 * @throws RangeError for a place that is none, or beyond 85 degrees north or south
 */
export function indexPlaces(places: readonly KeyedPlace[]): PlaceIndex {
  const count = places.length;
  const given = columnsOf(places);
  const rowLength = Math.max(1, Math.ceil(placesInRow * Math.sqrt(count)));
  const rowCount = Math.ceil(count / rowLength);
  const order = Uint32Array.from(given.keys, (_, i) => i);
  order.sort(byValue(given.lats, given.keys));
  const south = new Float64Array(rowCount);
  const north = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const inRow = order.subarray(row * rowLength, (row + 1) * rowLength);
    south[row] = given.lats[inRow[0] ?? 0] ?? 0;
    north[row] = given.lats[inRow.at(-1) ?? 0] ?? 0;
    inRow.sort(byValue(given.lons, given.keys));
  }
  return {
    keys: Uint32Array.from(order, (at) => given.keys[at] ?? 0),
    lons: Float64Array.from(order, (at) => given.lons[at] ?? 0),
    lats: Float64Array.from(order, (at) => given.lats[at] ?? 0),
    rowLength,
    south,
    north,
  };
}

/** Of the square root of all places; by measurement (test/bench/coverage.ts). */
const placesInRow = 2;

function columnsOf(places: readonly KeyedPlace[]): Pick<PlaceIndex, 'keys' | 'lons' | 'lats'> {
  const keys = new Uint32Array(places.length);
  const lons = new Float64Array(places.length);
  const lats = new Float64Array(places.length);
  places.forEach(({ key, place }, i) => {
    checkPlace(key, place);
    keys[i] = key;
    lons[i] = place[0];
    lats[i] = place[1];
  });
  return { keys, lons, lats };
}

/** By a column, and of equal ones by key. */
function byValue(values: Float64Array, keys: Uint32Array): (a: number, b: number) => number {
  return (a, b) => (values[a] ?? 0) - (values[b] ?? 0) || (keys[a] ?? 0) - (keys[b] ?? 0);
}

/**
 * The nearest place, by a grid: about a microsecond, whatever the number of places.
 *
 * @param withinM how far to look, metres, up to `farthestM`
 * @returns undefined when there is none so near
 */
export function nearestSite(
  index: PlaceIndex,
  lon: number,
  lat: number,
  withinM = farthestM,
): Nearest | undefined {
  checkQuery(lon, lat, withinM);
  setPlane(plane, lat);
  best.at = -1;
  best.squareM2 = withinM * withinM;
  search(index, lon, leastEastM(withinM));
  // across the antimeridian
  const reachDeg = Math.sqrt(best.squareM2) / leastEastM(withinM);
  if (lon + reachDeg > 180) search(index, lon - 360, leastEastM(withinM));
  if (lon - reachDeg < -180) search(index, lon + 360, leastEastM(withinM));
  const { at } = best;
  const [key, placeLon, placeLat] = [index.keys[at], index.lons[at], index.lats[at]];
  if (key === undefined || placeLon === undefined || placeLat === undefined) return undefined;
  return { key, distanceM: distanceM(lon, lat, placeLon, placeLat) };
}

/** Tells every place within a distance, in the order of the grid; for a point of the world once. */
export function visitSitesWithin(
  index: PlaceIndex,
  lon: number,
  lat: number,
  withinM: number,
  visit: (key: number, distanceM: number) => void,
): void {
  checkQuery(lon, lat, withinM);
  setPlane(plane, lat);
  const reachLon = withinM / leastEastM(withinM);
  const reachLat = withinM / leastNorthM;
  walk(lon);
  if (lon + reachLon > 180) walk(lon - 360);
  if (lon - reachLon < -180) walk(lon + 360);

  function walk(fromLon: number): void {
    const { keys, lons, lats, rowLength, south, north } = index;
    const first = firstRow(north, lat - reachLat);
    for (let row = first; row < south.length && (south[row] ?? 0) <= lat + reachLat; row++) {
      const end = Math.min((row + 1) * rowLength, keys.length);
      for (let at = firstAt(lons, row * rowLength, end, fromLon - reachLon); at < end; at++) {
        const placeLon = lons[at] ?? 0;
        if (placeLon > fromLon + reachLon) break;
        const apartM = distanceM(lon, lat, placeLon, lats[at] ?? 0);
        if (apartM <= withinM) visit(keys[at] ?? 0, apartM);
      }
    }
  }
}

/** The nearest of few places, by looking at all: KPU offices, some hundreds in the country. Any distance. */
export function nearestByScan(
  places: readonly KeyedPlace[],
  lon: number,
  lat: number,
): Nearest | undefined {
  let nearest: Nearest | undefined;
  for (const { key, place } of places) {
    const apartM = distanceM(lon, lat, place[0], place[1]);
    if (nearest === undefined || apartM < nearest.distanceM) nearest = { key, distanceM: apartM };
  }
  return nearest;
}

/* Used within one call only, so that a query allocates nothing but its answer. */
const plane = planeAt(0);
const best = { at: -1, squareM2: 0 };

/**
 * No degree of longitude within a distance of the plane's latitude is shorter, metres. On its polar
 * side degrees shrink by a little more than their slope at the plane; 0.0002 covers that up to
 * `farthestM`.
 */
function leastEastM(withinM: number): number {
  const reachDeg = withinM / leastNorthM;
  return (plane.eastM - Math.abs(plane.eastSlope) * reachDeg) * 0.9998;
}

/** Goes row by row away from the plane's latitude, until no row can hold a nearer place. */
function search(
  { lons, lats, rowLength, south, north }: PlaceIndex,
  lon: number,
  leastEast: number,
): void {
  const { lat, eastM, northM } = plane;
  // of the middle latitude between the two places, as `distanceM` has it
  const eastSlope = plane.eastSlope / 2;
  const northSlope = plane.northSlope / 2;
  let up = firstRow(north, lat);
  let down = up - 1;
  let { at: bestAt, squareM2: bestM2 } = best;
  for (;;) {
    const upDeg =
      up < south.length ? Math.max(0, (south[up] ?? 0) - lat) : Number.POSITIVE_INFINITY;
    const downDeg = down >= 0 ? lat - (north[down] ?? 0) : Number.POSITIVE_INFINITY;
    const aheadM = Math.min(upDeg, downDeg) * leastNorthM;
    if (aheadM * aheadM >= bestM2) break;
    const row = upDeg <= downDeg ? up++ : down--;
    const start = row * rowLength;
    const end = Math.min(start + rowLength, lons.length);
    const middle = firstAt(lons, start, end, lon);
    for (let at = middle, step = 1; ; at += step) {
      const dLon = (lons[at] ?? Number.POSITIVE_INFINITY) - lon;
      const leastM = dLon * leastEast;
      if (at < start || at >= end || leastM * leastM >= bestM2) {
        if (step < 0) break;
        // eastward is done: now westward
        at = middle;
        step = -1;
        continue;
      }
      const dLat = (lats[at] ?? 0) - lat;
      const x = dLon * (eastM + eastSlope * dLat);
      const y = dLat * (northM + northSlope * dLat);
      const squareM2 = x * x + y * y;
      if (squareM2 >= bestM2) continue;
      bestM2 = squareM2;
      bestAt = at;
    }
  }
  best.at = bestAt;
  best.squareM2 = bestM2;
}

/** The southernmost row that reaches as far north as `lat`; one past the last when none does. */
function firstRow(north: Float64Array, lat: number): number {
  return firstAt(north, 0, north.length, lat);
}

/** The first of `start`..`end` whose value is at least `value`; `end` when there is none. */
function firstAt(values: Float64Array, start: number, end: number, value: number): number {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function checkPlace(key: number, [lon, lat]: LonLat): void {
  if (Math.abs(lon) <= 180 && Math.abs(lat) <= farthestLat && isUint32(key)) return;
  throw new RangeError(
    `expected a key up to 2^32 - 1 and a place within 180 E and ${farthestLat} N, got ${key} at ${lon}, ${lat}`,
  );
}

function checkQuery(lon: number, lat: number, withinM: number): void {
  const isPlace = Math.abs(lon) <= 180 && Math.abs(lat) <= farthestLat;
  if (isPlace && withinM >= 0 && withinM <= farthestM) return;
  throw new RangeError(
    `expected a place within ${farthestLat} N and a distance of 0 to ${farthestM} m, got ${lon}, ${lat}, ${withinM}`,
  );
}

/** Beyond, meridians run together too fast for a plane. */
export const farthestLat = 85;

function isUint32(key: number): boolean {
  return key >>> 0 === key;
}
