import { Check } from 'typebox/value';
import { type AlarmLoadWhole, alarmLoadWholeSchema } from '../../../server/domain/alarmDetails.ts';

/** Reads the answer of `GET /alarms/load`. */
export function readLoadWhole(json: unknown): AlarmLoadWhole | undefined {
  return Check(alarmLoadWholeSchema, json) ? json : undefined;
}
