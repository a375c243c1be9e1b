import { type CheckIn, checkCheckIn } from '../../../server/domain/checkIn.ts';
import { emptyPlan } from '../../../server/domain/coverage.ts';
import type { Fence } from '../../../server/domain/fence.ts';
import type { Operation } from '../../../server/domain/operation.ts';
import type { PlaceEvent } from '../../../server/domain/placeEvent.ts';
import type { Places } from '../../../server/domain/places.ts';
import type { Site } from '../../../server/domain/site.ts';
import type { WatchRadii } from '../../../server/domain/watchRadii.ts';
import type { FenceIndex } from '../../../server/tracking/fences/fenceIndex.ts';
import { PlaceWatch, type WatchedUnit } from '../../../server/tracking/placeWatch.ts';
import { placeAt, ring } from './fences/engineRig.ts';

/** Voting day of the operation that the sites are of: from the 100th to the 10,000th second. */
export const operation: Operation = {
  ...{ key: 1, id: 'pilkada', version: 1, name: 'Mantap Praja', region: '64.08' },
  ...{ isExercise: false, startsAtMs: 0, endsAtMs: undefined },
  phases: [{ phase: 'voting', startsAtMs: 100_000, endsAtMs: 10_000_000 }],
  plan: emptyPlan,
};

/** A TPS so many metres east of the middle, at which two of Polri are required while people vote. */
export function siteAt(key: number, xM: number, changes: Partial<Site> = {}): Site {
  const { lon, lat } = placeAt(xM);
  return {
    ...{ key, id: `tps-${key}`, name: `TPS ${key}`, kind: 'tps', siteClass: 'sangat_rawan' },
    ...{ region: '64.08.04', place: [lon, lat], operationKey: 1 },
    required: { voting: { polri: 2 } },
    ...changes,
  };
}

/** The ring of a site, with a key of its own. */
export function ringOf({ key, id, place }: Site, version = 1, radiusM = 100): Fence {
  return ring({
    ...{ key: 100 + key, id: `site:${id}`, version, siteKey: key, operationKey: 1 },
    shape: { kind: 'circle', center: place, radiusM },
  });
}

export function placesOf(sites: readonly Site[], fences: readonly Fence[] = []): Places {
  const rings = sites.map((site) => ringOf(site));
  return {
    change: { number: 1, atMs: 1 },
    sites,
    fences: [...rings, ...fences],
    operations: [operation],
  };
}

/** A watch over places, with what it told. Units: 1 and 2 of Polri, 3 of Linmas, two people each. */
export function placeRig(places: Places, index?: FenceIndex, watchRadiiM?: WatchRadii) {
  const told: PlaceEvent[] = [];
  const units = new Map<number, WatchedUnit>([
    [1, { kind: 'handheld', agency: 'polri', strength: 2 }],
    [2, { kind: 'handheld', agency: 'polri', strength: 2 }],
    [3, { kind: 'handheld', agency: 'linmas', strength: 2 }],
  ]);
  const watch = new PlaceWatch({
    unitOf: (unitKey) => units.get(unitKey),
    onEvent: (event) => told.push(event),
    index,
    watchRadiiM,
  });
  watch.setPlaces(places, 0);
  /** A unit is at a place, at a second. */
  const at = (atS: number, unitKey: number, xM: number, yM = 0, receivedS = atS): void => {
    const fix = { fixedAtMs: atS * 1000, ...placeAt(xM, yM) };
    const verdict = receivedS === atS ? 'live' : 'delayed';
    watch.takePosition(unitKey, {
      ...{ trackerKey: unitKey, fix, receivedAtMs: receivedS * 1000, verdict },
    });
  };
  /** Stands somewhere for some time, a fix and a tick every 5 s. */
  const stand = (fromS: number, seconds: number, unitKey: number, xM: number): void => {
    for (let s = fromS; s < fromS + seconds; s += 5) {
      at(s, unitKey, xM);
      watch.tick(s * 1000);
    }
  };
  /** Drives along the x axis at 8 m/s, a fix and a tick every 5 s; the second at which it ends. */
  const drive = (fromS: number, unitKey: number, fromM: number, toM: number): number => {
    const steps = Math.ceil(Math.abs(toM - fromM) / 40);
    for (let i = 0; i < steps; i++)
      stand(fromS + 5 * i, 5, unitKey, fromM + ((toM - fromM) * i) / steps);
    return fromS + 5 * steps;
  };
  const kinds = (): string[] =>
    told.map((event) => event.kind + ('edge' in event ? ` ${event.edge}` : ''));
  return { watch, told, kinds, at, stand, drive, units };
}

/** A roll call that found so many of Polri, for an hour. */
export function rollCall(siteKey: number, strength: number, atS: number, id = `c-${atS}`): CheckIn {
  const checked = checkCheckIn(
    {
      ...{ id, siteKey, agency: 'polri', strength, means: 'roll_call', who: 'Aipda Budi' },
      ...{ fromMs: atS * 1000, untilMs: (atS + 3600) * 1000 },
    },
    atS * 1000,
  );
  if (!checked.ok) throw new Error(checked.detail);
  return checked.value;
}
