import type { Deed } from '../domain/account.ts';
import type { IncidentActionKind, IncidentEvent } from '../domain/incident.ts';
import { eventDigest } from './eventDigest.ts';

const actions: Readonly<Record<IncidentActionKind, `incident.${string}`>> = {
  open: 'incident.opened',
  rename: 'incident.renamed',
  move: 'incident.moved',
  decide: 'incident.decided',
  note: 'incident.noted',
  message: 'incident.message_noted',
  photo: 'incident.photo_added',
  check: 'incident.checked',
  link_alarm: 'incident.alarm_linked',
  unlink_alarm: 'incident.alarm_unlinked',
  add_unit: 'incident.unit_added',
  remove_unit: 'incident.unit_removed',
  crowd: 'incident.crowd_noted',
  close: 'incident.closed',
  reopen: 'incident.reopened',
};

/**
 * What the log says of an event of an incident; undefined for a unit that came or went: the log, out of
 * which nothing can be taken, says nothing of where units were. Of names and texts it has the digest.
 */
export function deedOnIncident(event: IncidentEvent): Deed | undefined {
  const { kind, actor, version, data, incident } = event;
  if (kind === 'unit_arrived' || kind === 'unit_left') return undefined;
  const { level, force, command, isExercise } = incident;
  return {
    actor,
    action: actions[kind],
    subject: `incident:${incident.id}`,
    region: incident.region,
    data: {
      ...{ version, level, force, command },
      ...(isExercise && { isExercise }),
      digest: eventDigest(data),
    },
  };
}
