import {
  type Agency,
  agencies,
  type TrackerRole,
  trackerRoles,
  type UnitKind,
  unitKinds,
} from '../../../server/domain/unit.ts';
import { fieldsOf, listOf, numberOf, textOf } from '../api/jsonFields.ts';

/** A tracker, the unit that carries it, and how it says who it is. */
export type ListedTracker = {
  readonly id: string;
  readonly region: string;
  readonly role: TrackerRole;
  readonly unitId: string;
  readonly callsign: string;
  readonly kind: UnitKind;
  readonly agency: Agency;
  readonly strength: number;
  readonly hasSecret: boolean;
  /** May speak by its id alone. */
  readonly isWeak: boolean;
  /** From where it may do so (CIDR); empty: from everywhere. */
  readonly networks: readonly string[];
  /** IANA name for times that it sends without an offset. */
  readonly timeZone: string | undefined;
};

/** How a tracker says who it is: with a secret, by its id alone, or not at all. */
export type Identity = 'secret' | 'weak' | 'both' | 'none';

export function identityOf({ hasSecret, isWeak }: ListedTracker): Identity {
  if (hasSecret) return isWeak ? 'both' : 'secret';
  return isWeak ? 'weak' : 'none';
}

/** Trackers by id, and where the next page begins. */
export type TrackerPage = {
  readonly trackers: readonly ListedTracker[];
  readonly nextCursor: string | undefined;
};

/** Reads the answer of `GET /trackers`. */
export function readTrackerPage(json: unknown): TrackerPage | undefined {
  const fields = fieldsOf(json);
  const trackers = listOf(fields['trackers'], readTracker);
  return trackers && { trackers, nextCursor: textOf(fields['nextCursor']) };
}

/** Reads one tracker. */
export function readTracker(json: unknown): ListedTracker | undefined {
  const fields = fieldsOf(json);
  const unit = fieldsOf(fields['unit']);
  const id = textOf(fields['id']);
  const region = textOf(fields['region']);
  const unitId = textOf(unit['id']);
  if (id === undefined || region === undefined || unitId === undefined) return undefined;
  return {
    id,
    region,
    role: trackerRoles.find((name) => name === fields['role']) ?? 'primary',
    unitId,
    callsign: textOf(unit['callsign']) ?? unitId,
    kind: unitKinds.find((name) => name === unit['kind']) ?? 'other',
    agency: agencies.find((name) => name === unit['agency']) ?? 'other',
    strength: numberOf(unit['strength']) ?? 1,
    hasSecret: fields['hasSecret'] === true,
    isWeak: fields['isWeak'] === true,
    networks: listOf(fields['networks'], textOf) ?? [],
    timeZone: textOf(fields['timeZone']),
  };
}
