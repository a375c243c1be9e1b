import type { CheckIn, CheckOut } from './checkIn.ts';
import type { JournalInput } from './journalRecord.ts';
import type { ChangeId } from './places.ts';

/**
 * What the journal holds of changes of places and of check-ins. A change of places is named by its
 * number and time: the versions of sites and fences that it began and ended, and the operation with its phases,
 * are read from the database by that. A check-in is whole: the live core may need it while the
 * database is away.
 */
export type PlaceRecord =
  | { readonly type: 'places_changed'; readonly change: ChangeId }
  | { readonly type: 'checked_in'; readonly checkIn: CheckIn }
  | { readonly type: 'checked_out'; readonly checkOut: CheckOut };

/** The journal's record of a change of sites, fences or operations. */
export function placesChangedRecord(change: ChangeId): JournalInput {
  return { kind: 'versioned_change', json: toJson({ type: 'places_changed', change }) };
}

export function checkedInRecord(checkIn: CheckIn): JournalInput {
  return { kind: 'operator_action', json: toJson({ type: 'checked_in', checkIn }) };
}

export function checkedOutRecord(checkOut: CheckOut): JournalInput {
  return { kind: 'operator_action', json: toJson({ type: 'checked_out', checkOut }) };
}

function toJson(record: PlaceRecord): string {
  return JSON.stringify(record);
}
