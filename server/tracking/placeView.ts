import type { SiteCoverage } from '../domain/coverage.ts';
import type { Site } from '../domain/site.ts';
import type { SiteProximity } from './coverage/siteProximities.ts';

/** What can be asked about the places that are watched, as they stand after the newest record. */
export type PlaceView = {
  /** The sites in force, in no order. */
  readonly sites: () => Iterable<Site>;
  /** Undefined: no such site, or no tick since it is known. */
  readonly coverageOf: (siteKey: number) => SiteCoverage | undefined;
  /** Keys of the units that are confirmed inside the ring of a site now, in order. */
  readonly insideOf: (siteKey: number) => readonly number[];
  /** The sites whose watch radius holds a place, the highest score first. */
  readonly proximitiesOf: (lon: number, lat: number, accuracyM: number) => readonly SiteProximity[];
  /** One sigma of one axis of a unit's place, as estimated, metres; undefined: not known yet. */
  readonly sigmaOf: (unitKey: number) => number | undefined;
  /** True while nothing follows from what the unit's tracker says. */
  readonly isUnreliable: (unitKey: number) => boolean;
};
