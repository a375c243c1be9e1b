import type { UnitKind } from '../domain/unit.ts';
import { measuredAtMs, type Suspect } from './track.ts';

/** Nothing on wheels, keel or foot is faster, metres a second (324 km/h). */
const groundMps = 90;
/** Police helicopters and drones with wings are not (432 km/h). */
const airMps = 120;
/** Nothing that carries a tracker is faster (the speed of sound). */
export const fastestMps = 340;
/** What a receiver wanders without saying so, metres; two of them. */
const slackM = 100;
/** Where the accuracy is not known, metres. */
const usualAccuracyM = 50;
/** Device times are often whole seconds, and either can be cut or rounded. */
const slackMs = 2_000;
/** Mean radius of the earth (IUGG R1), metres. */
const earthRadiusM = 6_371_009;
const rad = Math.PI / 180;

/**
 * True when a tracker can have been at both places. Generous: what it lets through is wrong by no
 * more than a fast car, and what it does not a wrong one has sent.
 */
export function canReach(one: Suspect, other: Suspect, maxMps: number): boolean {
  const reachM = slackM + accuracyOf(one) + accuracyOf(other) + maxMps * apartS(one, other);
  const { fix: a } = one;
  const { fix: b } = other;
  // no two places are further apart than the way along meridian and parallel: spares the sines
  const wayM = (Math.abs(a.lon - b.lon) + Math.abs(a.lat - b.lat)) * rad * earthRadiusM;
  return wayM <= reachM || distanceM(a, b) <= reachM;
}

/** The speed beyond which a fix of a unit is not believed, metres a second. */
export function believedMps(kind: UnitKind): number {
  return kind === 'drone' ? airMps : groundMps;
}

function accuracyOf({ fix }: Suspect): number {
  return fix.accuracyM ?? usualAccuracyM;
}

/** Seconds between two fixes, by their own times or by when they can have been at the latest. */
function apartS(one: Suspect, other: Suspect): number {
  const byDeviceMs = Math.abs(one.fix.fixedAtMs - other.fix.fixedAtMs);
  const atLatestMs = Math.abs(
    measuredAtMs(one.fix, one.receivedAtMs) - measuredAtMs(other.fix, other.receivedAtMs),
  );
  return (Math.max(byDeviceMs, atLatestMs) + slackMs) / 1000;
}

type Place = { readonly lon: number; readonly lat: number };

/** Great circle on a sphere, within 0.6 % of the ellipsoid (haversine; Sinnott 1984). */
function distanceM(a: Place, b: Place): number {
  const [lat1, lat2] = [a.lat * rad, b.lat * rad];
  const h =
    Math.sin((lat2 - lat1) / 2) ** 2 +
    Math.cos(lat1) * Math.cos(lat2) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * earthRadiusM * Math.asin(Math.min(1, Math.sqrt(h)));
}
