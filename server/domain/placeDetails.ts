import { type Static, Type } from 'typebox';
import { checkInMeans } from './checkIn.ts';
import { fenceClasses } from './fence.ts';
import { siteClasses, siteKinds } from './site.ts';
import { agencies, unitKinds } from './unit.ts';

/*
 * What `/operations`, `/sites` and `/fences` answer and take. Times are UTC epoch milliseconds, places
 * [longitude, latitude] in WGS84 degrees, distances metres.
 */

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);
const closed = { additionalProperties: false };

export const phaseSchema = Type.Object(
  { phase: Type.String({ maxLength: 32 }), startsAtMs: Type.Integer(), endsAtMs: Type.Integer() },
  closed,
);

const phaseNameSchema = Type.String({ pattern: '^[a-z][a-z0-9_]{0,31}$' });

/** People by agency. */
const strengthSchema = Type.Object(
  Object.fromEntries(agencies.map((agency) => [agency, Type.Optional(Type.Integer())])),
  closed,
);

/** Required strength by phase and agency. */
export const requiredSchema = Type.Record(phaseNameSchema, strengthSchema);

/**
 * What an operation asks of its sites: by their class, where a site says nothing for the phase itself;
 * and the hours of phases that do not count whole.
 */
export const planSchema = Type.Object(
  {
    byClass: Type.Optional(
      Type.Object(
        Object.fromEntries(siteClasses.map((each) => [each, Type.Optional(requiredSchema)])),
        closed,
      ),
    ),
    hours: Type.Optional(
      Type.Record(
        phaseNameSchema,
        Type.Array(Type.Object({ fromMs: Type.Integer(), toMs: Type.Integer() }, closed), {
          maxItems: 64,
        }),
      ),
    ),
  },
  closed,
);

/** An operation: its phases by their start. */
export const operationDetailsSchema = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  name: Type.String(),
  region: Type.String(),
  isExercise: Type.Boolean(),
  startsAtMs: Type.Number(),
  /** Null: until further notice. */
  endsAtMs: numberOrNull,
  phases: Type.Array(phaseSchema),
  plan: planSchema,
});
export type OperationDetails = Static<typeof operationDetailsSchema>;

export const operationListSchema = Type.Object({ operations: Type.Array(operationDetailsSchema) });

/** [longitude, latitude]. */
export const placeSchema = Type.Tuple([Type.Number(), Type.Number()]);

/** One version of a site. */
export const siteDetailsSchema = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  name: Type.String(),
  kind: Type.Enum([...siteKinds]),
  class: Type.Enum([...siteClasses]),
  region: Type.String(),
  place: placeSchema,
  operationId: Type.String(),
  required: requiredSchema,
  /** Of its ring. */
  ringRadiusM: Type.Number(),
  /** True: somebody said it; false: it is what its kind and class have. */
  isRingRadiusOwn: Type.Boolean(),
  validFromMs: Type.Number(),
  /** Null: it is in force. */
  validToMs: numberOrNull,
});
export type SiteDetails = Static<typeof siteDetailsSchema>;

export const siteListSchema = Type.Object({
  sites: Type.Array(siteDetailsSchema),
  nextCursor: textOrNull,
});

/** People whom no tracker shows, at a site for a time. */
export const checkInDetailsSchema = Type.Object({
  id: Type.String(),
  siteId: Type.String(),
  agency: Type.Enum([...agencies]),
  strength: Type.Integer(),
  means: Type.Enum([...checkInMeans]),
  /** Null: who may not see people. */
  who: textOrNull,
  fromMs: Type.Number(),
  untilMs: Type.Number(),
});
export type CheckInDetails = Static<typeof checkInDetailsSchema>;

export const checkInListSchema = Type.Object({ checkIns: Type.Array(checkInDetailsSchema) });

const weeklySchema = Type.Object(
  {
    fromDay: Type.Integer(),
    fromMinute: Type.Integer(),
    toDay: Type.Integer(),
    toMinute: Type.Integer(),
  },
  closed,
);

/** When, for whom and at which height a fence counts (fence.ts). */
export const conditionsSchema = Type.Object(
  {
    validFromMs: Type.Optional(Type.Number()),
    validToMs: Type.Optional(Type.Number()),
    timeZone: Type.Optional(Type.String({ maxLength: 64 })),
    weekly: Type.Optional(Type.Array(weeklySchema, { maxItems: 64 })),
    phases: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 32 })),
    floorM: Type.Optional(Type.Number()),
    ceilingM: Type.Optional(Type.Number()),
    unitKinds: Type.Optional(Type.Array(Type.Enum([...unitKinds]), { maxItems: 32 })),
    agencies: Type.Optional(Type.Array(Type.Enum([...agencies]), { maxItems: 32 })),
  },
  closed,
);

export type ConditionsDetails = Static<typeof conditionsSchema>;

/** What is watched for at a fence beside enter, exit and cross (fence.ts). */
export const watchSchema = Type.Object(
  {
    isUrgent: Type.Optional(Type.Boolean()),
    dwellMs: Type.Optional(Type.Number()),
    lostInsideMs: Type.Optional(Type.Number()),
    speedLimitMps: Type.Optional(Type.Number()),
    speedForMs: Type.Optional(Type.Number()),
  },
  closed,
);

export type WatchDetails = Static<typeof watchSchema>;

/** RFC 7946: Point, LineString, Polygon or MultiPolygon, or a Feature of one; checked by its reader. */
export const geometrySchema = Type.Object({
  type: Type.Enum(['Point', 'LineString', 'Polygon', 'MultiPolygon', 'Feature']),
});

/**
 * The ground of a fence: a polygon by its geometry, a circle by a point and a radius, a corridor by a
 * line and half its width, and one that moves by its unit and a radius, without a geometry.
 */
export const groundFields = {
  geometry: Type.Optional(geometrySchema),
  radiusM: Type.Optional(Type.Number()),
  halfWidthM: Type.Optional(Type.Number()),
};

export const groundDetailsSchema = Type.Object({
  /** Null: it moves. */
  geometry: Type.Union([
    Type.Object({
      type: Type.Enum(['Point', 'LineString', 'MultiPolygon']),
      coordinates: Type.Array(Type.Unknown()),
    }),
    Type.Null(),
  ]),
  radiusM: numberOrNull,
  halfWidthM: numberOrNull,
});

/** One version of a fence. */
export const fenceDetailsSchema = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  name: Type.String(),
  region: Type.String(),
  class: Type.Enum([...fenceClasses]),
  ...groundDetailsSchema.properties,
  /** The unit that it moves with. */
  unitId: textOrNull,
  conditions: conditionsSchema,
  watch: watchSchema,
  operationId: textOrNull,
  /** The site whose ring it is. */
  siteId: textOrNull,
  validFromMs: Type.Number(),
  /** Null: it is in force. */
  validToMs: numberOrNull,
});
export type FenceDetails = Static<typeof fenceDetailsSchema>;

export const fenceListSchema = Type.Object({
  fences: Type.Array(fenceDetailsSchema),
  nextCursor: textOrNull,
});

/** Why a fence does not count at a time: by its validity, its phases, or its hours of the week. */
const idleReasons = ['validity', 'phase', 'hours'] as const;
export type IdleReason = (typeof idleReasons)[number];

/** Fences that hold a point, the deepest first. */
export const fencesAtSchema = Type.Object({
  fences: Type.Array(
    Type.Object({
      fence: fenceDetailsSchema,
      /** To its edge, negative inside, 0 on the edge. */
      signedDistanceM: Type.Number(),
      /** False: nothing is told of it at that time. */
      counts: Type.Boolean(),
      /** Why not; null: it counts. */
      idleBy: Type.Union([Type.Enum([...idleReasons]), Type.Null()]),
    }),
  ),
});

/** What became of shapes that were edited. */
export const editedSchema = Type.Object({
  ...groundDetailsSchema.properties,
  areaM2: Type.Number(),
});
