import { Check } from 'typebox/value';
import {
  type IncidentDetails,
  type IncidentEventDetails,
  incidentDetailsSchema,
  incidentListSchema,
  incidentLogSchema,
} from '../../../server/domain/incidentDetails.ts';
import { fieldsOf } from '../api/jsonFields.ts';

/** Lines of a log, the newest first. */
export type IncidentLogPage = {
  readonly events: readonly IncidentEventDetails[];
  readonly nextCursor: string | null;
};

/** Reads the answer of `GET /incidents/{id}/log`. */
export function readIncidentLog(json: unknown): IncidentLogPage | undefined {
  return Check(incidentLogSchema, json) ? json : undefined;
}

/** Reads the answer of `GET /incidents`. */
export function readIncidents(json: unknown): readonly IncidentDetails[] | undefined {
  return Check(incidentListSchema, json) ? json.incidents : undefined;
}

/** Reads the answer to whatever was done to an incident. */
export function readIncidentResult(json: unknown): IncidentDetails | undefined {
  const { incident } = fieldsOf(json);
  return Check(incidentDetailsSchema, incident) ? incident : undefined;
}

/** Two parts of one log as one, the newest first, each line once. */
export function joinLogs(
  one: readonly IncidentEventDetails[],
  other: readonly IncidentEventDetails[],
): readonly IncidentEventDetails[] {
  const byVersion = new Map([...one, ...other].map((event) => [event.version, event]));
  return [...byVersion.values()].sort((a, b) => b.version - a.version);
}
