import { Check } from 'typebox/value';
import {
  type IncidentDetails,
  incidentDetailsSchema,
} from '../../../server/domain/incidentDetails.ts';

/** An incident as the server tells it; undefined: it is none. */
export function readIncident(json: unknown): IncidentDetails | undefined {
  return Check(incidentDetailsSchema, json) ? json : undefined;
}
