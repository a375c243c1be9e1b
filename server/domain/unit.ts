import type { Result } from './result.ts';

/** Kinds of unit that Posko knows by name; the page has a symbol for each. */
export const unitKinds = [
  'handheld',
  'motorcycle',
  'patrol_car',
  'water_cannon',
  'apc',
  'fire_engine',
  'ambulance',
  'truck',
  'drone',
  'other',
] as const;
export type UnitKind = (typeof unitKinds)[number];

/** Who a unit belongs to. */
export const agencies = [
  'polri',
  'tni',
  'satpol_pp',
  'damkar',
  'linmas',
  'dishub',
  'other',
] as const;
export type Agency = (typeof agencies)[number];

/** Who or what carries a tracker. */
export type Unit = {
  /** Small number that stands for the unit in frames and rows; never reused. */
  readonly key: number;
  readonly id: string;
  /** What operators call it on the radio; at most 32 characters. */
  readonly callsign: string;
  readonly kind: UnitKind;
  readonly agency: Agency;
  /** Home region, Kemendagri code such as `64.08`. */
  readonly region: string;
  /** People that count towards what is required of a site while the unit is there; 0: a vehicle alone. */
  readonly strength: number;
};

/** A device that reports. */
export type Tracker = {
  /** Small number that stands for the tracker in batches and rows; never reused. */
  readonly key: number;
  readonly id: string;
  /** The regency it reports in, as in its topics: `64.08`. */
  readonly region: string;
  /** The unit that carries it. */
  readonly unitKey: number;
  readonly role: TrackerRole;
  /** IANA name such as `Asia/Makassar`, for times that it sends without an offset. */
  readonly timeZone?: string | undefined;
};

/** The part a tracker plays for its unit: a backup drives it only while the primary is lost. */
export const trackerRoles = ['primary', 'backup'] as const;
export type TrackerRole = (typeof trackerRoles)[number];

/** A unit as screens need it: everything that does not change with a ping. */
export type RosterEntry = Unit & { readonly trackerId: string };

/** Most people that one unit brings: a company, and a slip of the keyboard beyond. */
export const maxUnitStrength = 200;

/** Longest callsign, in characters: what fits beside a symbol. */
export const maxCallsignLength = 32;

const idPattern = /^[A-Za-z0-9_-]{1,64}$/;
const regencyPattern = /^\d{2}\.\d{2}$/;

/** True for an id that a tracker or unit may have: `[A-Za-z0-9_-]{1,64}`, and not the reserved word `out`. */
export function isTrackerId(text: string): boolean {
  return idPattern.test(text) && text !== 'out';
}

/** True for a regency or city code as topics carry it: two digits, a dot, two digits (`64.08`). */
export function isRegencyCode(text: string): boolean {
  return regencyPattern.test(text);
}

/** Checks a callsign: one to 32 printable characters, trimmed. */
export function checkCallsign(text: string): Result<string, 'bad_callsign'> {
  const callsign = text.trim();
  if (callsign.length === 0 || callsign.length > maxCallsignLength || /\p{C}/u.test(callsign)) {
    return {
      ok: false,
      reason: 'bad_callsign',
      detail: `a callsign is 1 to ${maxCallsignLength} printable characters`,
    };
  }
  return { ok: true, value: callsign };
}

/** Checks how many people a unit brings to a site. */
export function checkUnitStrength(strength: number): Result<number, 'bad_strength'> {
  if (Number.isInteger(strength) && strength >= 0 && strength <= maxUnitStrength) {
    return { ok: true, value: strength };
  }
  const detail = `the strength of a unit is a whole number of people from 0 to ${maxUnitStrength}`;
  return { ok: false, reason: 'bad_strength', detail };
}
