import { Type } from 'typebox';
import { agencies, maxCallsignLength, maxUnitStrength, unitKinds } from '../domain/unit.ts';

/*
 * Shapes that the routes of trackers, gateways and the waiting room share. What exactly a value may
 * be, the stores check.
 */

// what no id can be is refused here: the database takes no NUL
const idSchema = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });
export const idParams = Type.Object({ id: idSchema });

export const regionSchema = Type.String({ pattern: '^[0-9]{2}[.][0-9]{2}$' });

/** What can be said of a tracker and its unit when it is added and later. */
export const trackerFields = {
  callsign: Type.Optional(Type.String({ minLength: 1, maxLength: 2 * maxCallsignLength })),
  kind: Type.Optional(Type.Enum([...unitKinds])),
  agency: Type.Optional(Type.Enum([...agencies])),
  /** People of the unit, who count where it is. */
  strength: Type.Optional(Type.Integer({ minimum: 0, maximum: maxUnitStrength })),
  isWeak: Type.Optional(Type.Boolean()),
  networks: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 16 })),
};
