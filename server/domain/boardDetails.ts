import { type Static, Type } from 'typebox';
import { coverageWords } from './coverage.ts';
import { placeSchema } from './placeDetails.ts';
import { presences } from './presence.ts';
import { siteClasses, siteKinds } from './site.ts';
import { agencies, unitKinds } from './unit.ts';

/*
 * What the live state answers: `/coverage`, `/units/nearest` and the proximities. Times are UTC epoch
 * milliseconds, places [longitude, latitude] in WGS84 degrees, distances metres.
 */

const numberOrNull = Type.Union([Type.Number(), Type.Null()]);
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const people = Type.Integer();

/** A site as lists of others name it. */
const siteSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Type.Enum([...siteKinds]),
  class: Type.Enum([...siteClasses]),
  region: Type.String(),
  place: placeSchema,
});
export type NamedSite = Static<typeof siteSchema>;

/** A unit as lists of others name it: never with a person. */
const unitSchema = Type.Object({
  id: Type.String(),
  callsign: Type.String(),
  kind: Type.Enum([...unitKinds]),
  agency: Type.Enum([...agencies]),
  region: Type.String(),
});
export type NamedUnit = Static<typeof unitSchema>;

/** Where a unit was last. */
const whereaboutsFields = {
  place: placeSchema,
  fixedAtMs: Type.Number(),
  /** How old the place is, by the server's clock: what came in with a time ahead is as old as its receipt. */
  ageMs: Type.Number(),
};

/** How a site is covered, as the newest look at it found. */
const coveredSiteSchema = Type.Object({
  ...siteSchema.properties,
  operationId: Type.String(),
  /** Null, and so are `percent` and `sinceMs`: nobody looked yet, which a site is for some seconds. */
  word: Type.Union([Type.Enum([...coverageWords]), Type.Null()]),
  /** 0 to 100: the share of the required people who are there. */
  percent: numberOrNull,
  /** Since when it is this word. */
  sinceMs: numberOrNull,
  /** Those of whom somebody is required, present or inside. */
  agencies: Type.Array(
    Type.Object({
      agency: Type.Enum([...agencies]),
      required: people,
      /** Within the window, so those who left since too; and check-ins. */
      present: people,
      /** Of units in contact that are confirmed inside its ring now, without check-ins. */
      insideNow: people,
    }),
  ),
  /** Units that are confirmed inside its ring now, as far as the caller sees units. */
  unitIds: Type.Array(Type.String()),
});
export type CoveredSite = Static<typeof coveredSiteSchema>;

/** All sites of a filter, whichever word they have. */
const coverageSummarySchema = Type.Object({
  sites: Type.Integer(),
  words: Type.Object({
    belum_lapor: Type.Integer(),
    kosong: Type.Integer(),
    kurang: Type.Integer(),
    cukup: Type.Integer(),
    lebih: Type.Integer(),
  }),
  /** Sites at which nobody looked yet. */
  unlooked: Type.Integer(),
  /** People of each agency of whom somebody is required, and how many of them are missing, site by site. */
  agencies: Type.Array(
    Type.Object({ agency: Type.Enum([...agencies]), required: people, missing: people }),
  ),
});
export type CoverageSummary = Static<typeof coverageSummarySchema>;

export const coverageListSchema = Type.Object({
  summary: coverageSummarySchema,
  sites: Type.Array(coveredSiteSchema),
  nextCursor: textOrNull,
});

/** The units that are nearest to a place, nearest first. */
export const nearestUnitsSchema = Type.Object({
  /** What was asked about. */
  place: placeSchema,
  units: Type.Array(
    Type.Object({
      unit: unitSchema,
      presence: Type.Enum([...presences]),
      ...whereaboutsFields,
      /** As the crow flies. */
      distanceM: Type.Number(),
      /** From the place to the unit, degrees true, 0 <= x < 360. */
      bearingDeg: Type.Number(),
      /** By road, seconds: an estimate by kind of unit (docs/proximity.md), to be shown as one. */
      estimatedS: Type.Number(),
    }),
  ),
});

/** How near a unit is to a site (docs/proximity.md). */
const proximityFields = {
  /** To the edge of the site's ring, negative inside. */
  signedDistanceM: Type.Number(),
  /** 0 to 1. */
  probabilityInside: Type.Number(),
  /** 0 to 100. */
  score: Type.Number(),
};

/** One sigma that scores were made with: the tracker's own noise, else what its fix says, else 15 m. */
const accuracyFields = {
  accuracyM: Type.Number(),
  /** True: what the tracker says is too poor to conclude anything from. */
  isUnreliable: Type.Boolean(),
};

/** The sites whose watch radius a unit is in, the highest score first. */
export const unitProximitiesSchema = Type.Object({
  unitId: Type.String(),
  /** Null: it has not reported a place. */
  position: Type.Union([Type.Object({ ...whereaboutsFields, ...accuracyFields }), Type.Null()]),
  sites: Type.Array(Type.Object({ site: siteSchema, ...proximityFields })),
});

/** The units in the watch radius of a site, nearest first. */
export const siteProximitiesSchema = Type.Object({
  siteId: Type.String(),
  units: Type.Array(
    Type.Object({
      unit: unitSchema,
      presence: Type.Enum([...presences]),
      ...whereaboutsFields,
      ...accuracyFields,
      ...proximityFields,
    }),
  ),
});
