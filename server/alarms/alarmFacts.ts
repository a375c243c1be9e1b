import type { SiteCoverage } from '../domain/coverage.ts';
import type { Fence, LonLat } from '../domain/fence.ts';
import type { Operation } from '../domain/operation.ts';
import type { Site } from '../domain/site.ts';
import type { Unit } from '../domain/unit.ts';

/** What rules ask about the world, as it stands with the record that is being taken. Undefined: there is none. */
export type AlarmFacts = {
  readonly unitOf: (unitKey: number) => Unit | undefined;
  readonly unitById: (unitId: string) => Unit | undefined;
  readonly fenceOf: (fenceKey: number) => Fence | undefined;
  readonly siteOf: (siteKey: number) => Site | undefined;
  readonly operations: () => readonly Operation[];
  /** Keys of the operations that a unit works for now. */
  readonly operationsOf: (unitKey: number) => readonly number[];
  /** Where a unit was last. */
  readonly placeOf: (unitKey: number) => LonLat | undefined;
  /** Sites whose places are within a distance, at most 20 km, the nearest first. */
  readonly sitesNear: (place: LonLat, withinM: number) => readonly Site[];
  /** Metres between two places. */
  readonly distanceM: (fromLon: number, fromLat: number, toLon: number, toLat: number) => number;
  /** Within the ring of a site. */
  readonly isAtSite: (place: LonLat) => boolean;
  /** How a site stands, as of the last tick. */
  readonly coverageOf: (siteKey: number) => SiteCoverage | undefined;
};
