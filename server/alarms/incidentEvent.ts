import type {
  Incident,
  IncidentAction,
  IncidentEvent,
  IncidentEventKind,
  IncidentOrder,
} from '../domain/incident.ts';
import { uuidOf } from '../domain/uuid5.ts';
import { isContested } from './incidentActions.ts';
import type { Moment } from './moment.ts';

/** What happened to an incident. */
export type IncidentNews = {
  readonly kind: IncidentEventKind;
  /** null: the server saw it. */
  readonly actor: string | null;
  readonly changes: Partial<Incident>;
  /** For the log. */
  readonly data: Readonly<Record<string, unknown>>;
};

/** An incident before its first event: at hijau, with Dalmas awal and the Kapolsek in command. */
export function unopenedIncident(
  { incidentId, actor }: IncidentOrder,
  action: Extract<IncidentAction, { kind: 'open' }>,
  { atMs }: Moment,
): Incident {
  const { title, place, region, radiusM, operationId, isExercise, alarmId } = action;
  return {
    ...{ id: incidentId, version: 0, decided: { version: 0, by: actor } },
    ...{ title, region, operationId, isExercise, place, radiusM },
    ...{ level: 'hijau', force: 'dalmas_awal', command: 'kapolsek' },
    ...{ openedAtMs: atMs, openedBy: actor, changedAtMs: atMs },
    alarmIds: alarmId === undefined ? [] : [alarmId],
    ...{ units: [], checked: [], crowds: [], sequence: 0 },
  };
}

/** The next line of the log of an incident, with the incident after it. */
export function nextEvent(
  before: Incident,
  { kind, actor, changes, data }: IncidentNews,
  { atMs, sequence }: Moment,
): IncidentEvent {
  const { id: incidentId } = before;
  const version = before.version + 1;
  const isDecision = actor !== null && isContested(kind);
  const incident: Incident = {
    ...before,
    ...changes,
    ...{ version, changedAtMs: atMs, sequence: Math.max(before.sequence, sequence) },
    decided: isDecision ? { version, by: actor } : before.decided,
  };
  const id = uuidOf(`${incidentId}/${version}`);
  return { id, incidentId, version, kind, atMs, actor, data, incident };
}
