import { isInScope, type Scope } from '../domain/access.ts';
import type { LonLat } from '../domain/fence.ts';
import type { Fix } from '../domain/fix.ts';
import type { Presence } from '../domain/presence.ts';
import type { Agency, RosterEntry, UnitKind } from '../domain/unit.ts';
import type { UnitCondition } from '../domain/unitDetails.ts';
import { drivingTrack } from '../tracking/drivingTrack.ts';
import { distanceM } from '../tracking/fences/localPlane.ts';
import type { Roster } from '../tracking/roster.ts';
import { measuredAtMs } from '../tracking/track.ts';
import type { Tracks } from '../tracking/tracks.ts';
import { collectSmallest } from './smallest.ts';

/** What is known of units now. */
export type UnitParts = {
  readonly roster: Roster;
  readonly tracks: Tracks;
  readonly stateOf: (unitKey: number) => UnitCondition;
  readonly nowMs: () => number;
};

/** A unit with its newest place. */
export type PlacedUnit = {
  readonly entry: RosterEntry;
  readonly fix: Fix;
  /** When the fix was measured at the latest, epoch ms. */
  readonly atMs: number;
};

/** Which units are asked for; what is undefined does not restrict. */
export type WantedUnits = {
  readonly scope: Scope;
  readonly kinds?: readonly UnitKind[] | undefined;
  readonly agencies?: readonly Agency[] | undefined;
};

/** A unit where it is now; undefined: it never reported a place. */
export function placedUnit(
  { roster, tracks }: UnitParts,
  entry: RosterEntry,
): PlacedUnit | undefined {
  const trackers = roster.trackersOf(entry.key);
  const { newest, newestReceivedAtMs } =
    drivingTrack(trackers, entry.kind, (key) => tracks.get(key)) ?? {};
  if (newest === undefined || newestReceivedAtMs === undefined) return undefined;
  return { entry, fix: newest, atMs: measuredAtMs(newest, newestReceivedAtMs) };
}

/** Those of a scope that have a place, in the order of their keys. */
export function* placedUnits(
  parts: UnitParts,
  { scope, kinds, agencies }: WantedUnits,
): Generator<PlacedUnit> {
  const { roster } = parts;
  for (const entry of roster.entries) {
    if (kinds !== undefined && !kinds.includes(entry.kind)) continue;
    if (agencies !== undefined && !agencies.includes(entry.agency)) continue;
    if (!isInScope(scope, roster.regionsOf(entry))) continue;
    const placed = placedUnit(parts, entry);
    if (placed !== undefined) yield placed;
  }
}

/**
 * Units, the nearest to a place first. They are put in order as they are asked for: those who want a
 * few of 100,000 wait for no more.
 */
export function* nearestFirst(
  units: Iterable<PlacedUnit>,
  [lon, lat]: LonLat,
): Generator<PlacedUnit> {
  const away = Array.from(units, (unit) => ({
    unit,
    awayM: distanceM(lon, lat, unit.fix.lon, unit.fix.lat),
  }));
  let given = 0;
  for (let count = firstCount; given < away.length; count *= 16) {
    const nearest = collectSmallest<(typeof away)[number]>(
      count,
      (one, other) => one.awayM - other.awayM || one.unit.entry.key - other.unit.entry.key,
    );
    for (const each of away) nearest.add(each);
    for (const { unit } of nearest.take().slice(given)) {
      given += 1;
      yield unit;
    }
  }
}

/** More than most ask for, and sorted in no time. */
const firstCount = 256;

/** True for who counts as being at their place; without contact only where that is asked for. */
export function isAtPlace(presence: Presence, includesLost: boolean): boolean {
  switch (presence) {
    case 'live':
    case 'late':
      return true;
    case 'lost':
      return includesLost;
    // in contact by another tracker, and not by the one that had the place
    case 'no_fix':
      return false;
  }
}

/** Where a unit was last, and how long ago. */
export function whereaboutsOf({ fix, atMs }: PlacedUnit, nowMs: number) {
  const place: [number, number] = [fix.lon, fix.lat];
  return { place, fixedAtMs: fix.fixedAtMs, ageMs: Math.max(0, nowMs - atMs) };
}
