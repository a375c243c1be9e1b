import { lostAfterMs } from '../../domain/unit.ts';

/** The layer of a unit's primary; a backup's layer is its tracker key. */
export const primaryLayer = 0;

/** SQL of the layer of a row `a` of tracker_assignments. */
export const layerSql = `case a.role when 'primary' then ${primaryLayer} else a.tracker_key end`;

/**
 * Says which fixes of a unit's trackers are the unit's own (design.md section 2: a backup drives the
 * unit only while the primary is lost). A fix drives the unit when no tracker of a lower layer had
 * one within `lostAfterMs` before it.
 *
 * The rule looks back and never ahead, so that track, snapshot, replay and live map agree: the
 * unit's place at T is that of its newest driving fix, whatever comes later.
 *
 * @returns a function to call with every fix of one unit, ordered by time, then layer
 */
export function createDriverRule(): (layer: number, fixedAtMs: number) => boolean {
  const newestMs = new Map<number, number>();
  return (layer, fixedAtMs) => {
    newestMs.set(layer, fixedAtMs);
    if (layer === primaryLayer) return true;
    for (const [other, atMs] of newestMs) {
      if (other < layer && fixedAtMs - atMs <= lostAfterMs) return false;
    }
    return true;
  };
}
