/* Distances and insides by other means than the server's: slower, and true to the ellipsoid itself. */
import type { FixedShape, LonLat } from '../../../../server/domain/fence.ts';

const axisM = 6_378_137;
const flattening = 1 / 298.257223563;
const e2 = flattening * (2 - flattening);
const rad = Math.PI / 180;

/** Vincenty's inverse formula (Survey Review 23, 1975): within 0.1 mm, not for nearly opposite places. */
export function geodesicM([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const b = axisM * (1 - flattening);
  const u1 = Math.atan((1 - flattening) * Math.tan(lat1 * rad));
  const u2 = Math.atan((1 - flattening) * Math.tan(lat2 * rad));
  const [sinU1, cosU1, sinU2, cosU2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  const dLon = (lon2 - lon1) * rad;
  let lambda = dLon;
  for (let round = 0; round < 100; round++) {
    const across = Math.hypot(
      cosU2 * Math.sin(lambda),
      cosU1 * sinU2 - sinU1 * cosU2 * Math.cos(lambda),
    );
    if (across === 0) return 0;
    const along = sinU1 * sinU2 + cosU1 * cosU2 * Math.cos(lambda);
    const sigma = Math.atan2(across, along);
    const sinAlpha = (cosU1 * cosU2 * Math.sin(lambda)) / across;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cos2Mid = cos2Alpha === 0 ? 0 : along - (2 * sinU1 * sinU2) / cos2Alpha;
    const c = (flattening / 16) * cos2Alpha * (4 + flattening * (4 - 3 * cos2Alpha));
    const before = lambda;
    const inner = cos2Mid + c * along * (2 * cos2Mid ** 2 - 1);
    lambda = dLon + (1 - c) * flattening * sinAlpha * (sigma + c * across * inner);
    if (Math.abs(lambda - before) > 1e-14) continue;
    const k2 = (cos2Alpha * (axisM ** 2 - b ** 2)) / b ** 2;
    const a0 = 1 + (k2 / 16384) * (4096 + k2 * (-768 + k2 * (320 - 175 * k2)));
    const b0 = (k2 / 1024) * (256 + k2 * (-128 + k2 * (74 - 47 * k2)));
    const least = (b0 / 6) * cos2Mid * (4 * across ** 2 - 3) * (4 * cos2Mid ** 2 - 3);
    const delta = b0 * across * (cos2Mid + (b0 / 4) * (along * (2 * cos2Mid ** 2 - 1) - least));
    return b * a0 * (sigma - delta);
  }
  throw new Error('the formula does not settle: the places are nearly opposite');
}

/** Signed distance of a place to the edge of a shape, straight through the earth: 1 mm less at 10 km. */
export function oracleDistanceM(shape: FixedShape, place: LonLat): number {
  if (shape.kind === 'circle') return geodesicM(shape.center, place) - shape.radiusM;
  if (shape.kind === 'corridor') return lineM(shape.line, place) - shape.halfWidthM;
  const rings = shape.polygons.flat().map((ring) => [...ring, ...ring.slice(0, 1)]);
  const edgeM = Math.min(...rings.map((ring) => lineM(ring, place)));
  const turns = rings.reduce((sum, ring) => sum + Math.abs(winding(ring, place)), 0);
  return turns % 2 === 1 ? -edgeM : edgeM;
}

function lineM(line: readonly LonLat[], place: LonLat): number {
  const corners = line.map(cartesian);
  const here = cartesian(place);
  const apartM = corners.map((corner) => straightM(corner, here));
  let leastM = Math.min(...apartM);
  for (let i = 0; i + 1 < line.length; i++) {
    const lengthM = straightM(corners[i] ?? here, corners[i + 1] ?? here);
    // no place of an edge is nearer than its ends less its length
    if (Math.min(apartM[i] ?? 0, apartM[i + 1] ?? 0) - lengthM > leastM) continue;
    leastM = Math.min(leastM, edgeM(line[i] ?? place, line[i + 1] ?? place, here));
  }
  return leastM;
}

/** Looks along the edge, which is straight in degrees: the ground is smooth, so parabolas soon have its nearest place. */
function edgeM(from: LonLat, to: LonLat, here: Cartesian): number {
  const at = (t: number) =>
    straightM(cartesian([from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])]), here);
  let low = 0;
  let high = 1;
  let leastM = Math.min(at(0), at(1));
  for (let round = 0; round < 3; round++) {
    const middle = (low + high) / 2;
    const [a, b, c] = [at(low) ** 2, at(middle) ** 2, at(high) ** 2];
    const bend = a - 2 * b + c;
    const step = bend === 0 ? 0 : ((a - c) / bend) * ((high - low) / 4);
    const lowest = Math.min(high, Math.max(low, middle + step));
    leastM = Math.min(leastM, at(lowest));
    const width = (high - low) / 8;
    low = Math.max(0, lowest - width);
    high = Math.min(1, lowest + width);
  }
  return leastM;
}

function straightM(a: Cartesian, b: Cartesian): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** How often a ring goes around a place, by the angles that its corners are seen under. */
function winding(ring: readonly LonLat[], [lon, lat]: LonLat): number {
  let angle = 0;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [aLon, aLat] = ring[i] ?? [0, 0];
    const [bLon, bLat] = ring[i + 1] ?? [0, 0];
    const cross = (aLon - lon) * (bLat - lat) - (aLat - lat) * (bLon - lon);
    const dot = (aLon - lon) * (bLon - lon) + (aLat - lat) * (bLat - lat);
    angle += Math.atan2(cross, dot);
  }
  return Math.round(angle / (2 * Math.PI));
}

type Cartesian = readonly [x: number, y: number, z: number];

/** Metres from the middle of the earth. */
function cartesian([lon, lat]: LonLat): Cartesian {
  const sin = Math.sin(lat * rad);
  const cos = Math.cos(lat * rad);
  const n = axisM / Math.sqrt(1 - e2 * sin * sin);
  return [n * cos * Math.cos(lon * rad), n * cos * Math.sin(lon * rad), n * (1 - e2) * sin];
}
