import { Check } from 'typebox/value';
import {
  type AlarmDetails,
  type AlarmLoadDetails,
  alarmDetailsSchema,
  alarmLoadSchema,
} from '../../../server/domain/alarmDetails.ts';

/** An alarm as the server tells it; undefined: it is none. */
export function readAlarm(json: unknown): AlarmDetails | undefined {
  return Check(alarmDetailsSchema, json) ? json : undefined;
}

/** The load in short. */
export function readLoad(json: unknown): AlarmLoadDetails | undefined {
  return Check(alarmLoadSchema, json) ? json : undefined;
}
