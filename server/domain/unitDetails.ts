import { type Static, Type } from 'typebox';
import { clockStates } from './clockReading.ts';
import type { FixAttributes } from './fix.ts';
import { presences } from './presence.ts';
import { agencies, unitKinds } from './unit.ts';

// a fix says undefined for what is not known, JSON leaves it out
const optionalNumber = Type.Optional(Type.Unsafe<number | undefined>(Type.Number()));
const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** A unit's newest position in full. SI units, WGS84 degrees, epoch milliseconds. */
export const positionSchema = Type.Object({
  lon: Type.Number(),
  lat: Type.Number(),
  fixedAtMs: Type.Number(),
  receivedAtMs: Type.Number(),
  speedMps: optionalNumber,
  courseDeg: optionalNumber,
  accuracyM: optionalNumber,
  altitudeM: optionalNumber,
  batteryPct: optionalNumber,
  sats: optionalNumber,
  attributes: Type.Optional(
    Type.Unsafe<FixAttributes | undefined>(Type.Record(Type.String(), scalar)),
  ),
});

/** How a unit is beside its place: what the server knows of it now. */
export const unitConditionSchema = Type.Object({
  presence: Type.Enum([...presences]),
  /** When any of its trackers last said anything; null: never. */
  contactAtMs: Type.Union([Type.Number(), Type.Null()]),
  /** Of the tracker that drives the unit, else of its primary: null while nothing is known of it. */
  clock: Type.Union([
    Type.Object({
      state: Type.Enum([...clockStates]),
      /** How far it is ahead, behind where negative; taken off the times of its fixes. */
      offsetMs: Type.Number(),
    }),
    Type.Null(),
  ]),
  lastSos: Type.Union([
    Type.Object({
      trackerId: Type.String(),
      happenedAtMs: Type.Number(),
      receivedAtMs: Type.Number(),
      lon: optionalNumber,
      lat: optionalNumber,
      text: Type.Optional(Type.Unsafe<string | undefined>(Type.String())),
    }),
    Type.Null(),
  ]),
  /** One of its trackers may speak by its id alone: anybody could be it. */
  isWeak: Type.Boolean(),
});
export type UnitCondition = Static<typeof unitConditionSchema>;

/** Answer of `GET /api/v1/units/{id}`: who it is, and all that its newest fix said. */
export const unitDetailsSchema = Type.Object({
  unit: Type.Object({
    key: Type.Integer(),
    id: Type.String(),
    callsign: Type.String(),
    kind: Type.Enum([...unitKinds]),
    agency: Type.Enum([...agencies]),
    region: Type.String(),
    /** People that count towards what is required of a site while the unit is there. */
    strength: Type.Integer(),
    // names a person: only for those who may see that (people.view)
    bearer: Type.Optional(Type.String({ personal: true })),
  }),
  trackerId: Type.String(),
  position: Type.Union([positionSchema, Type.Null()]),
  ...unitConditionSchema.properties,
});
export type UnitDetails = Static<typeof unitDetailsSchema>;

/** Answer of `GET /api/v1/units`. `nextCursor` is null on the last page. */
export const unitListSchema = Type.Object({
  units: Type.Array(unitDetailsSchema),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});

/** Answer of `GET /api/v1/basemap`: what the page draws under the units. */
export const basemapSchema = Type.Union([
  Type.Object({
    from: Type.Literal('pmtiles'),
    /** Path on this server; answers HTTP Range requests. */
    url: Type.String(),
    attribution: Type.String(),
  }),
  Type.Object({ from: Type.Literal('style'), url: Type.String() }),
]);
export type Basemap = Static<typeof basemapSchema>;
