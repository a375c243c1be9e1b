import { type ClockState, clockStates } from '../../../server/domain/clockReading.ts';
import { fieldsOf, numberOf, textOf } from '../api/jsonFields.ts';

/** What the server knows of a unit and its newest position beyond the roster and the live frame. */
export type FixDetails = {
  /** Who carries it; undefined for those who may not see people, too. */
  readonly bearer: string | undefined;
  readonly fixedAtMs: number | undefined;
  /** From the fix to its arrival at the server, ms. */
  readonly delayMs: number | undefined;
  readonly altitudeM: number | undefined;
  readonly batteryPct: number | undefined;
  readonly sats: number | undefined;
  /** What else the device said, by name. */
  readonly attributes: readonly (readonly [string, string | number | boolean])[];
  /** When any of its trackers last said anything; undefined: never since the server knows. */
  readonly contactAtMs: number | undefined;
  readonly clock: { readonly state: ClockState; readonly offsetMs: number } | undefined;
  readonly lastSos: LastSos | undefined;
  /** Its tracker speaks by its id alone: anybody could. */
  readonly isWeak: boolean;
};

/** The newest call for help. */
export type LastSos = { readonly receivedAtMs: number; readonly text: string | undefined };

/** Takes what can be shown from the server's answer; a field that is missing or of a wrong type is unknown. */
export function readFixDetails(json: unknown): FixDetails {
  const position = fieldsOf(fieldsOf(json)['position']);
  const fixedAtMs = numberOf(position['fixedAtMs']);
  const receivedAtMs = numberOf(position['receivedAtMs']);
  return {
    bearer: textOf(fieldsOf(fieldsOf(json)['unit'])['bearer']),
    fixedAtMs,
    delayMs:
      fixedAtMs === undefined || receivedAtMs === undefined ? undefined : receivedAtMs - fixedAtMs,
    altitudeM: numberOf(position['altitudeM']),
    batteryPct: numberOf(position['batteryPct']),
    sats: numberOf(position['sats']),
    attributes: Object.entries(fieldsOf(position['attributes'])).flatMap(([name, value]) =>
      isScalar(value) ? [[name, value] as const] : [],
    ),
    contactAtMs: numberOf(fieldsOf(json)['contactAtMs']),
    clock: readClock(fieldsOf(fieldsOf(json)['clock'])),
    lastSos: readSos(fieldsOf(fieldsOf(json)['lastSos'])),
    isWeak: fieldsOf(json)['isWeak'] === true,
  };
}

function readClock(fields: Fields): FixDetails['clock'] {
  const state = clockStates.find((name) => name === fields['state']);
  return state && { state, offsetMs: numberOf(fields['offsetMs']) ?? 0 };
}

function readSos(fields: Fields): LastSos | undefined {
  const receivedAtMs = numberOf(fields['receivedAtMs']);
  return receivedAtMs === undefined ? undefined : { receivedAtMs, text: textOf(fields['text']) };
}

type Fields = ReturnType<typeof fieldsOf>;

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
