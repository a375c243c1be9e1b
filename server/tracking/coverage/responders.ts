import type { LonLat } from '../../domain/fence.ts';
import type { Presence } from '../../domain/presence.ts';
import type { Agency, UnitKind } from '../../domain/unit.ts';
import { distanceM, planeAt, wrapLon } from '../fences/localPlane.ts';

/** A unit that could be sent: where it was last. */
export type Candidate = {
  readonly unitKey: number;
  readonly kind: UnitKind;
  readonly agency: Agency;
  readonly presence: Presence;
  readonly lon: number;
  readonly lat: number;
  readonly fixedAtMs: number;
};

/** Whom is asked for; what is missing does not restrict. */
export type ResponderQuery = {
  readonly place: LonLat;
  /** At most so many, 1 to `maxResponders`. */
  readonly count: number;
  readonly unitKinds?: readonly UnitKind[] | undefined;
  readonly agencies?: readonly Agency[] | undefined;
  /** Also units without contact: where they were last is all that is known. */
  readonly includesLost?: boolean | undefined;
};

/** A unit that is near. */
export type Responder = {
  readonly unitKey: number;
  readonly presence: Presence;
  /** As the crow flies, metres. */
  readonly distanceM: number;
  /** Where it is, seen from the place, degrees true, 0 <= x < 360. */
  readonly bearingDeg: number;
  /** How long it would take by road, seconds: an estimate, to be shown as one. */
  readonly estimatedS: number;
  /** How old its place is is for the reader to judge. */
  readonly fixedAtMs: number;
};

/** How a kind of unit gets along. */
export type Travel = { readonly speedMps: number; readonly roadFactor: number };

/** A list that a dispatcher can read. */
export const maxResponders = 100;

/**
 * Estimates of ours for regency roads with the siren on, from door to door and so well below what a
 * vehicle can do: to be replaced by those of the drills, which are timed. The road factor says how
 * much longer the way is than the crow flies: 1.4 where roads are few; studies of road networks have
 * 1.2 to 1.5. A bearer of a handheld walks fast.
 */
export const usualTravel: Readonly<Record<UnitKind, Travel>> = {
  handheld: { speedMps: 1.7, roadFactor: 1.3 },
  motorcycle: { speedMps: 11, roadFactor: 1.35 },
  patrol_car: { speedMps: 11, roadFactor: 1.4 },
  water_cannon: { speedMps: 8, roadFactor: 1.4 },
  apc: { speedMps: 8, roadFactor: 1.4 },
  fire_engine: { speedMps: 9, roadFactor: 1.4 },
  ambulance: { speedMps: 11, roadFactor: 1.4 },
  truck: { speedMps: 8, roadFactor: 1.4 },
  drone: { speedMps: 12, roadFactor: 1 },
  other: { speedMps: 8, roadFactor: 1.4 },
};

/**
 * The nearest units to a place, nearest first; of two as near, the one with the lower key. A unit
 * without a place is no candidate.
 *
 * @throws RangeError for a count out of its range
 */
export function nearestResponders(
  candidates: Iterable<Candidate>,
  query: ResponderQuery,
  travel: Readonly<Record<UnitKind, Travel>> = usualTravel,
): Responder[] {
  const { place, count } = query;
  if (!Number.isInteger(count) || count < 1 || count > maxResponders) {
    throw new RangeError(`expected a count from 1 to ${maxResponders}, got ${count}`);
  }
  const nearest: Near[] = [];
  for (const candidate of candidates) {
    if (!isAskedFor(candidate, query)) continue;
    const near = {
      candidate,
      distanceM: distanceM(place[0], place[1], candidate.lon, candidate.lat),
    };
    const last = nearest.at(-1);
    if (nearest.length === count && last !== undefined && !isNearer(near, last)) continue;
    insert(nearest, near);
    if (nearest.length > count) nearest.pop();
  }
  return nearest.map(({ candidate, distanceM: apartM }) => {
    const { unitKey, presence, kind, lon, lat, fixedAtMs } = candidate;
    const { speedMps, roadFactor } = travel[kind];
    return {
      unitKey,
      presence,
      distanceM: apartM,
      bearingDeg: bearingDeg(place[0], place[1], lon, lat),
      estimatedS: (apartM * roadFactor) / speedMps,
      fixedAtMs,
    };
  });
}

/**
 * Bearing from one place to another, degrees true, 0 <= x < 360: on the plane at the middle latitude,
 * within 0.1 degrees up to 100 km in Indonesia. 0 for the same place.
 */
export function bearingDeg(fromLon: number, fromLat: number, toLon: number, toLat: number): number {
  const { eastM, northM } = planeAt((fromLat + toLat) / 2);
  const east = wrapLon(toLon - fromLon) * eastM;
  const north = (toLat - fromLat) * northM;
  const deg = (Math.atan2(east, north) * 180) / Math.PI;
  // a tiny negative angle and 360 make 360 in a double
  return deg < 0 ? (deg + 360) % 360 : deg;
}

type Near = { readonly candidate: Candidate; readonly distanceM: number };

function isAskedFor(
  { kind, agency, presence, lon, lat }: Candidate,
  { unitKinds, agencies, includesLost }: ResponderQuery,
): boolean {
  if (presence === 'no_fix' || !Number.isFinite(lon) || !Number.isFinite(lat)) return false;
  if (presence === 'lost' && includesLost !== true) return false;
  if (unitKinds !== undefined && !unitKinds.includes(kind)) return false;
  return agencies === undefined || agencies.includes(agency);
}

function isNearer(one: Near, other: Near): boolean {
  if (one.distanceM !== other.distanceM) return one.distanceM < other.distanceM;
  return one.candidate.unitKey < other.candidate.unitKey;
}

function insert(nearest: Near[], near: Near): void {
  let at = nearest.length;
  for (; at > 0; at--) {
    const before = nearest[at - 1];
    if (before === undefined || !isNearer(near, before)) break;
  }
  nearest.splice(at, 0, near);
}
