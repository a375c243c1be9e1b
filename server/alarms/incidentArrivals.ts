import type { Incident } from '../domain/incident.ts';
import { includesRegion } from '../domain/region.ts';
import { type Bounds, shapeBounds } from '../domain/shapeBounds.ts';
import { addToRow, isConfirmed, type Row, readFix, type UnitPlace } from './incidentArea.ts';

/** Metres between two places in degrees. */
export type Distance = (fromLon: number, fromLat: number, toLon: number, toLat: number) => number;

/** A unit came into the area of an incident, or went. */
export type Crossing = {
  readonly incidentId: string;
  readonly isThere: boolean;
  /** Time of the first fix on that side, epoch ms. */
  readonly sinceMs: number;
};

type Ground = Pick<Incident, 'id' | 'region' | 'place' | 'radiusM'>;

type Area = Ground & {
  readonly box: Bounds;
  /** Positions up to this record have been taken before. */
  readonly afterSequence: number;
};

/** A unit that is in an area, or may be: plain data. */
type Watch = {
  readonly incidentId: string;
  isThere: boolean;
  /** Fixes in a row against that. */
  readonly row: Row;
};

export type ArrivalsCheckpoint = readonly (readonly [unitKey: number, watches: readonly Watch[]])[];

const none: readonly Crossing[] = [];

/** The regions that a unit belongs to now: its home, and those of the operations it works for. */
export type RegionsOf = (unitKey: number) => readonly string[];

/** True for a unit whose home or operation lies in the regency of an incident, or holds it. */
export function isOfRegency(incidentRegion: string, regions: readonly string[]): boolean {
  const regency = incidentRegion.slice(0, '64.08'.length);
  return regions.some((each) => includesRegion(regency, each) || includesRegion(each, regency));
}

/**
 * Who is in the areas of open incidents: of the units that may be seen there, and of no others, since
 * whoever opens an incident chooses its place. Most positions are in none: they cost a comparison with the box
 * of each area. Nothing is kept of a unit that is in no area and was in none just now.
 */
export class IncidentArrivals {
  readonly #distanceM: Distance;
  readonly #regionsOf: RegionsOf;
  readonly #areas: Area[] = [];
  #watches = new Map<number, Watch[]>();

  constructor(distanceM: Distance, regionsOf: RegionsOf) {
    this.#distanceM = distanceM;
    this.#regionsOf = regionsOf;
  }

  /**
   * Watches an area, or the same one with another ground, where rows begin anew.
   *
   * @param afterSequence positions up to this record of the journal say nothing here
   */
  watch(incident: Ground, afterSequence: number): void {
    const { id, region, place, radiusM } = incident;
    const box = shapeBounds({ kind: 'circle', center: place, radiusM });
    const area = { id, region, place, radiusM, box, afterSequence };
    const at = this.#areas.findIndex((each) => each.id === id);
    if (at < 0) {
      this.#areas.push(area);
      return;
    }
    this.#areas[at] = area;
    for (const watches of this.#watches.values()) {
      for (const { incidentId, row } of watches) if (incidentId === id) endRow(row);
    }
  }

  forget(incidentId: string): void {
    const at = this.#areas.findIndex(({ id }) => id === incidentId);
    if (at >= 0) this.#areas.splice(at, 1);
    for (const [unitKey, watches] of this.#watches) {
      this.#keep(
        unitKey,
        watches.filter((watch) => watch.incidentId !== incidentId),
      );
    }
  }

  /**
   * What the newest place of a unit says by itself.
   *
   * @returns undefined: nothing
   */
  lookAt(incidentId: string, place: UnitPlace): 'inside' | 'outside' | undefined {
    const area = this.#areas.find(({ id }) => id === incidentId);
    if (area === undefined) return undefined;
    const { side } = this.#read(area, place);
    return side === 'edge' ? undefined : side;
  }

  /** Takes over that a unit is there, or not: it was found out otherwise. */
  set(incidentId: string, unitKey: number, isThere: boolean, lastMs: number): void {
    const others = (this.#watches.get(unitKey) ?? []).filter(
      (watch) => watch.incidentId !== incidentId,
    );
    const row: Row = { count: 0, clear: 0, sinceMs: lastMs, lastMs };
    this.#keep(unitKey, isThere ? [...others, { incidentId, isThere, row }] : others);
  }

  /**
   * Takes the newest place of a unit; one that is older than what was taken before says nothing.
   *
   * @param sequence of its record in the journal; 0: it could not be stored
   */
  take(unitKey: number, place: UnitPlace, sequence: number): readonly Crossing[] {
    const { lon, lat } = place;
    const watches = this.#watches.get(unitKey);
    // nearly always there are none, and nothing is allocated for them
    let crossings = none;
    for (const area of this.#areas) {
      const { box } = area;
      const isNear = lon >= box[0] && lon <= box[2] && lat >= box[1] && lat <= box[3];
      if (!isNear && watches === undefined) continue;
      const watch = watches?.find(({ incidentId }) => incidentId === area.id);
      if (!isNear && watch === undefined) continue;
      if (sequence > 0 && sequence <= area.afterSequence) continue;
      // one that is there and works elsewhere by now is still seen to go
      if (watch?.isThere !== true && !isOfRegency(area.region, this.#regionsOf(unitKey))) continue;
      const crossing = this.#takeAt(area, unitKey, place, watch);
      if (crossing !== undefined) crossings = [...crossings, crossing];
    }
    return crossings;
  }

  checkpoint(): ArrivalsCheckpoint {
    return [...this.#watches].map(([unitKey, watches]) => [
      unitKey,
      watches.map((watch) => ({ ...watch, row: { ...watch.row } })),
    ]);
  }

  /** After `watch` of every open incident. */
  restore(kept: ArrivalsCheckpoint): void {
    this.#watches = new Map(
      kept.map(([unitKey, watches]) => [
        unitKey,
        watches.map((watch) => ({ ...watch, row: { ...watch.row } })),
      ]),
    );
  }

  /** Units that are in an area, or may be. */
  get watched(): number {
    return this.#watches.size;
  }

  #takeAt(
    area: Area,
    unitKey: number,
    place: UnitPlace,
    known: Watch | undefined,
  ): Crossing | undefined {
    if (known !== undefined && place.fixedAtMs <= known.row.lastMs) return undefined;
    const reading = this.#read(area, place);
    if (known === undefined && reading.side !== 'inside') return undefined;
    const watch = known ?? this.#begin(area.id, unitKey);
    const { row, isThere } = watch;
    addToRow(row, reading, isThere ? 'outside' : 'inside', place.fixedAtMs);
    if (isConfirmed(row)) {
      const { sinceMs } = row;
      watch.isThere = !isThere;
      endRow(row);
      if (isThere) this.#end(watch, unitKey);
      return { incidentId: area.id, isThere: !isThere, sinceMs };
    }
    if (!isThere && row.count === 0) this.#end(watch, unitKey);
    return undefined;
  }

  #read({ place: [lon, lat], radiusM }: Area, place: UnitPlace) {
    return readFix(this.#distanceM(lon, lat, place.lon, place.lat), radiusM, place.accuracyM);
  }

  #begin(incidentId: string, unitKey: number): Watch {
    const row: Row = { count: 0, clear: 0, sinceMs: 0, lastMs: Number.NEGATIVE_INFINITY };
    const watch: Watch = { incidentId, isThere: false, row };
    this.#watches.set(unitKey, [...(this.#watches.get(unitKey) ?? []), watch]);
    return watch;
  }

  #end(ended: Watch, unitKey: number): void {
    const watches = this.#watches.get(unitKey) ?? [];
    this.#keep(
      unitKey,
      watches.filter((watch) => watch !== ended),
    );
  }

  #keep(unitKey: number, watches: Watch[]): void {
    if (watches.length > 0) this.#watches.set(unitKey, watches);
    else this.#watches.delete(unitKey);
  }
}

function endRow(row: Row): void {
  row.count = 0;
  row.clear = 0;
}
