import { type Static, Type } from 'typebox';
import { placeSchema } from './placeDetails.ts';
import { edges, roamingSenses, siteTransitionKinds } from './siteTransition.ts';
import { transitionKinds, transitionRules } from './transition.ts';
import { agencies } from './unit.ts';

/*
 * What `/transitions` answers. Times are UTC epoch milliseconds, places [longitude, latitude] in WGS84
 * degrees, distances metres.
 */

/** Of a unit at a fence, of a site, of units among themselves. */
export const placeEventKinds = [
  ...transitionKinds,
  ...siteTransitionKinds,
  'convergence',
  'roaming',
] as const;

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** What a unit at a fence was decided by (transition.ts). */
const crossingSchema = Type.Object({
  fenceVersion: Type.Integer(),
  rule: Type.Enum([...transitionRules]),
  /** Of being inside, 0 to 1. */
  probability: Type.Number(),
  /** One sigma of the place. */
  accuracyM: Type.Number(),
  /** To the edge, negative inside. */
  signedDistanceM: Type.Number(),
  /** The fixes that it rests on, oldest first. */
  fixedAtMs: Type.Array(Type.Number()),
});

/** Who was missing at a site, and by what that was known (siteTransition.ts). */
const shortageSchema = Type.Object({
  /** Null: no one agency, but everybody. */
  agency: Type.Union([Type.Enum([...agencies]), Type.Null()]),
  /** For how long it had to last. */
  afterMs: Type.Number(),
  phase: textOrNull,
  /** Who was seen within this long counted as present. */
  windowMs: Type.Number(),
  checkInIds: Type.Array(Type.String()),
  agencies: Type.Array(
    Type.Object({
      agency: Type.Enum([...agencies]),
      required: Type.Integer(),
      present: Type.Integer(),
    }),
  ),
});

/** How units met, or parted (siteTransition.ts). */
const encounterSchema = Type.Object({
  /** Of a convergence: the middle of those that met. */
  place: Type.Union([placeSchema, Type.Null()]),
  /** Radius of a convergence; least or largest distance of two that roam. */
  limitM: Type.Number(),
  /** Of two that roam. */
  sense: Type.Union([Type.Enum([...roamingSenses]), Type.Null()]),
  distanceM: numberOrNull,
  accuracyM: numberOrNull,
  probability: numberOrNull,
  /** Of units of which the caller may see where they were. */
  fixes: Type.Array(
    Type.Object({ unitId: Type.String(), fixedAtMs: Type.Number(), place: placeSchema }),
  ),
});

const transitionSchema = Type.Object({
  id: Type.String(),
  kind: Type.Enum([...placeEventKinds]),
  /** Null: it is no state that begins and ends. */
  edge: Type.Union([Type.Enum([...edges]), Type.Null()]),
  /** When the edge was crossed, or since when it is so. */
  happenedAtMs: Type.Number(),
  confirmedAtMs: Type.Number(),
  /** Found in fixes that came too late. */
  isCorrection: Type.Boolean(),
  /** Of the fence or site then; null: of units all over the country. */
  region: textOrNull,
  /** The one unit that it is of. */
  unitId: textOrNull,
  fenceId: textOrNull,
  /** The site that it is of, or whose ring the fence is. */
  siteId: textOrNull,
  /** Units that met, or that counted at the site, as far as the caller may see where they were. */
  unitIds: Type.Array(Type.String()),
  /** Of a unit at a fence. */
  crossing: Type.Union([crossingSchema, Type.Null()]),
  /** Of a site. */
  shortage: Type.Union([shortageSchema, Type.Null()]),
  /** Of units among themselves. */
  encounter: Type.Union([encounterSchema, Type.Null()]),
});
export type TransitionDetails = Static<typeof transitionSchema>;

export const transitionListSchema = Type.Object({
  transitions: Type.Array(transitionSchema),
  nextCursor: textOrNull,
});
