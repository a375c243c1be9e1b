import { isUnacknowledged } from '../../../server/domain/alarm.ts';
import type { AlarmDetails, AlarmLoadDetails } from '../../../server/domain/alarmDetails.ts';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import type { AlarmsMessage, IncidentsMessage } from '../../../server/domain/liveMessage.ts';
import { priorities } from '../../../server/domain/rule.ts';

/** What is known of alarms and incidents that are not closed. Replaced as a whole with each message. */
export type AlarmBoard = {
  /** Unacknowledged first, then by priority, then the newest first. */
  readonly alarms: readonly AlarmDetails[];
  /** Open ones that the server did not send, since so many are open. */
  readonly omitted: number;
  readonly load: AlarmLoadDetails;
  /** The newest first. */
  readonly incidents: readonly IncidentDetails[];
  /** False until the server has told them. */
  readonly isKnown: boolean;
};

export const emptyAlarmBoard: AlarmBoard = {
  alarms: [],
  omitted: 0,
  load: { last10Min: 0, perOperator10Min: 0, isFlood: false, floodSinceMs: null },
  incidents: [],
  isKnown: false,
};

/** The board after a message about alarms. */
export function withAlarms(board: AlarmBoard, message: AlarmsMessage): AlarmBoard {
  const { complete, omitted, load } = message;
  const byId = new Map(complete ? [] : board.alarms.map((alarm) => [alarm.id, alarm]));
  for (const alarm of message.alarms) {
    if (alarm.state === 'closed') byId.delete(alarm.id);
    else byId.set(alarm.id, alarm);
  }
  return { ...board, alarms: [...byId.values()].sort(compareAlarms), omitted, load, isKnown: true };
}

/** The board after a message about incidents. */
export function withIncidents(board: AlarmBoard, message: IncidentsMessage): AlarmBoard {
  const { complete } = message;
  const byId = new Map(complete ? [] : board.incidents.map((each) => [each.id, each]));
  for (const incident of message.incidents) {
    if (incident.closedAtMs !== null) byId.delete(incident.id);
    else byId.set(incident.id, incident);
  }
  const incidents = [...byId.values()].sort((a, b) => b.openedAtMs - a.openedAtMs);
  return { ...board, incidents };
}

/** The board with an alarm as an answer of the server has it, unless the live socket was quicker. */
export function withAlarm(board: AlarmBoard, alarm: AlarmDetails): AlarmBoard {
  const known = board.alarms.find(({ id }) => id === alarm.id);
  if (known === undefined || known.version >= alarm.version) return board;
  const { omitted, load } = board;
  const changed = { type: 'alarms', complete: false, alarms: [alarm], omitted, load } as const;
  return withAlarms(board, changed);
}

/** What must be looked at first comes first. */
export function compareAlarms(a: AlarmDetails, b: AlarmDetails): number {
  const waits = Number(isUnacknowledged(b.state)) - Number(isUnacknowledged(a.state));
  if (waits !== 0) return waits;
  const priority = priorities.indexOf(b.priority) - priorities.indexOf(a.priority);
  if (priority !== 0) return priority;
  return b.raisedAtMs - a.raisedAtMs || (a.id < b.id ? -1 : 1);
}
