import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import type { Problem } from '../api/problem.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { newestOf } from './incidentDesk.ts';
import { readIncident } from './readIncident.ts';

/** An incident by the live socket, by the newest answer, or, when neither has it, as the server is asked. */
export function useIncident(
  id: string | undefined,
  open: readonly IncidentDetails[],
  answered: IncidentDetails | undefined,
): { readonly incident: IncidentDetails | undefined; readonly problem: Problem | undefined } {
  const known = id === undefined ? undefined : newestOf(id, open, answered);
  const path = id === undefined || known !== undefined ? undefined : `/incidents/${id}`;
  const { answer } = useAnswer(path, readIncident);
  const asked = answer?.ok === true && answer.value.id === id ? answer.value : undefined;
  const isAsked = path !== undefined && answer?.ok === false;
  return { incident: known ?? asked, problem: isAsked ? answer.problem : undefined };
}
