import { randomUUID } from 'node:crypto';
import type {
  Alarm,
  AlarmEvent,
  AlarmEventKind,
  AlarmState,
} from '../../../server/domain/alarm.ts';
import type { Incident, IncidentEvent, IncidentUnit } from '../../../server/domain/incident.ts';
import type { Text } from '../../../server/domain/rule.ts';
import type { RuleDraft } from '../../../server/storage/ruleStore.ts';
import { nowMs } from './openedStores.ts';

const same = (text: string): Text => ({ id: text, en: text });

/** An alarm as it was raised, at so many ms after the clock of the tests. */
export function alarmAt(at: number, more: Partial<Alarm> = {}): Alarm {
  const atMs = nowMs + at;
  return {
    ...{ id: randomUUID(), version: 1, causeKey: `sos|unit:${at}`, ruleId: 'sos', ruleVersion: 1 },
    ...{ ruleKind: 'sos', name: same('SOS'), text: same('Elang 1 minta tolong'), priority: 'sos' },
    ...{ isExercise: false, regions: ['64.08'], subject: {}, state: 'unacknowledged' },
    ...{ isActive: true, isLatching: true, needsOutcome: true, happenedAtMs: atMs },
    ...{ raisedAtMs: atMs, changedAtMs: atMs, occurrences: 1, lastOccurredAtMs: atMs },
    ...{ recentAtMs: [atMs], isChattering: false, procedure: [], told: ['dispatchers'] },
    ...{ escalations: 0, comments: 0, sequence: 100 + at },
    ...more,
  };
}

/** The next event of an alarm. */
export function eventOf(
  alarm: Alarm,
  kind: AlarmEventKind = 'raised',
  more: Partial<Pick<AlarmEvent, 'id' | 'actor' | 'data'>> = {},
): AlarmEvent {
  const { id: alarmId, version, state, changedAtMs: atMs } = alarm;
  return {
    id: randomUUID(),
    alarmId,
    version,
    kind,
    atMs,
    state,
    actor: null,
    data: {},
    alarm,
    ...more,
  };
}

/** The alarm in its next version, a millisecond later. */
export function after(alarm: Alarm, more: Partial<Alarm> = {}): Alarm {
  const { version, changedAtMs, sequence } = alarm;
  return {
    ...alarm,
    ...{ version: version + 1, changedAtMs: changedAtMs + 1, sequence: sequence + 1 },
    ...more,
  };
}

/** The alarm closed by somebody. */
export function closedBy(alarm: Alarm, by: string, more: Partial<Alarm> = {}): Alarm {
  const closed = { by, atMs: alarm.changedAtMs + 1, outcome: 'handled', text: 'aman' } as const;
  const state: AlarmState = 'closed';
  return after(alarm, { state, closed, ...more });
}

/** An incident as it was opened, at so many ms after the clock of the tests. */
export function incidentAt(at: number, more: Partial<Incident> = {}): Incident {
  const atMs = nowMs + at;
  return {
    decided: { version: 1, by: 'andi' },
    ...{ id: randomUUID(), version: 1, title: 'Kerumunan KPU', region: '64.08', isExercise: false },
    ...{ place: [117.53, 0.5], radiusM: 300, level: 'hijau', force: 'dalmas_awal' },
    ...{ command: 'kapolres', openedAtMs: atMs, openedBy: 'andi', changedAtMs: atMs, alarmIds: [] },
    ...{ units: [], checked: [], crowds: [], sequence: 100 + at },
    ...more,
  };
}

/** The next event of an incident. */
export function lineOf(
  incident: Incident,
  kind: IncidentEvent['kind'] = 'open',
  more: Partial<Pick<IncidentEvent, 'actor' | 'data'>> = {},
): IncidentEvent {
  const { id: incidentId, version, changedAtMs: atMs } = incident;
  return {
    id: randomUUID(),
    incidentId,
    version,
    kind,
    atMs,
    actor: 'andi',
    data: {},
    incident,
    ...more,
  };
}

/** The incident in its next version, a millisecond later. */
export function later(incident: Incident, more: Partial<Incident> = {}): Incident {
  const { version, changedAtMs, sequence } = incident;
  return {
    ...incident,
    ...{ version: version + 1, changedAtMs: changedAtMs + 1, sequence: sequence + 1 },
    ...more,
  };
}

export function unitThere(unitKey: number, unitId: string, isAdded: boolean): IncidentUnit {
  return { unitKey, unitId, callsign: unitId, isAdded, isThere: true, arrivedAtMs: nowMs };
}

/** A rule as somebody wrote it. */
export function draftOf(id: string, more: Partial<RuleDraft> = {}): RuleDraft {
  return {
    ...{ id, isEnabled: true, name: same(id), condition: { kind: 'enter' }, where: {}, who: {} },
    ...{ during: {}, priority: 'high', text: same('{unit} masuk {place}'), procedure: [] },
    ...{ tell: ['dispatchers'], escalation: [], delayMs: 0, suppressedPhases: [] },
    ...{ needsOutcome: false },
    ...more,
  };
}
