import type { AlarmRecord } from './alarm.ts';
import type { IncidentRecord } from './incident.ts';
import type { JournalInput } from './journalRecord.ts';
import type { PlaceRecord } from './placeChange.ts';
import type { RuleRecord } from './rule.ts';

/** All that the journal holds of what people and the database do: the JSON of its records. */
export type CoreRecord = PlaceRecord | RuleRecord | AlarmRecord | IncidentRecord;

/** The journal's record of a change of rules. */
export function ruleRecord(record: RuleRecord): JournalInput {
  return { kind: 'versioned_change', json: JSON.stringify(record) };
}

/** The journal's record of what a person orders. */
export function orderRecord(record: AlarmRecord | IncidentRecord): JournalInput {
  return { kind: 'operator_action', json: JSON.stringify(record) };
}

/** Reads a record back: our own writing, covered by the frame's CRC. */
export function readCoreRecord(json: string): CoreRecord {
  return JSON.parse(json);
}
