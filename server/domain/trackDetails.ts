import { type Static, Type } from 'typebox';

const numbers = Type.Array(Type.Number());
const maybeNumbers = Type.Array(Type.Union([Type.Number(), Type.Null()]));

/**
 * Answer of `GET /api/v1/units/{id}/track`: a track in columns, row for row, in order of time. SI
 * units, WGS84 degrees, epoch milliseconds; null where the device said nothing.
 */
export const trackSchema = Type.Object({
  unitId: Type.String(),
  fixedAtMs: numbers,
  /** When each came in. */
  receivedAtMs: numbers,
  lon: numbers,
  lat: numbers,
  speedMps: maybeNumbers,
  courseDeg: maybeNumbers,
  accuracyM: maybeNumbers,
  /** True where, before this fix, more than five minutes without one lie. */
  isAfterGap: Type.Array(Type.Boolean()),
  /** Fixes before thinning. */
  fixCount: Type.Integer(),
  /** All before this time is here; ask again from it when it is not the end of what was asked. */
  wholeUntilMs: Type.Number(),
});
export type TrackDetails = Static<typeof trackSchema>;
