import type { Tracker } from './unit.ts';

/*
 * Which fixes of a unit's trackers are the unit's own: a backup drives the unit only while the
 * primary is lost (design.md section 2). Trackers stand in layers, the primary in the lowest, and a
 * fix drives the unit when no tracker of a lower layer had one in the time before it after which a
 * unit of its kind is lost (presence.ts).
 *
 * The rule looks back and never ahead, so that track, snapshot, replay and live map agree: the
 * unit's place at T is that of its newest driving fix, whatever comes later.
 */

/** The layer of a unit's primary; a backup's layer is its tracker key. */
export const primaryLayer = 0;

/** The layer of a tracker among those of its unit. Of two backups the one with the lower key goes first. */
export function layerOf({ key, role }: Pick<Tracker, 'key' | 'role'>): number {
  return role === 'primary' ? primaryLayer : key;
}

/** When a tracker of a layer had a fix, UTC epoch milliseconds. */
export type Heard = { readonly layer: number; readonly atMs: number };

/**
 * The rule over all fixes of one unit.
 *
 * @param lostAfterMs of its kind (presenceThresholds)
 * @returns a function to call with every fix, ordered by time, then layer, that says whether it
 *   drives the unit
 */
export function createDriverRule(lostAfterMs: number): (layer: number, atMs: number) => boolean {
  const newestMs = new Map<number, number>();
  return (layer, atMs) => {
    newestMs.set(layer, atMs);
    if (layer === primaryLayer) return true;
    for (const [other, otherMs] of newestMs) {
      if (other < layer && atMs - otherMs <= lostAfterMs) return false;
    }
    return true;
  };
}

/**
 * The newest fix that drives a unit, found by no more than the newest fix of each of its trackers.
 * It is the same as of all their fixes (test/property/driverRule.property.test.ts).
 *
 * @param newest at most one of each layer, in any order
 * @param lostAfterMs of the unit's kind (presenceThresholds)
 * @returns one of them; undefined only when there is none
 */
export function newestDriver<Each extends Heard>(
  newest: readonly Each[],
  lostAfterMs: number,
): Each | undefined {
  if (newest.length < 2) return newest[0];
  const drives = createDriverRule(lostAfterMs);
  let driver: Each | undefined;
  for (const each of newest.toSorted((a, b) => a.atMs - b.atMs || a.layer - b.layer)) {
    if (drives(each.layer, each.atMs)) driver = each;
  }
  return driver;
}
