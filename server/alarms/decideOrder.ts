import {
  type Alarm,
  type AlarmAction,
  type AlarmOrder,
  type AlarmState,
  type Assignee,
  maxShelfMs,
  type OrderRefusal,
} from '../domain/alarm.ts';
import { type Change, moveTo, standingOf } from './alarmChange.ts';
import { isRefusal, nextState, type Stimulus } from './lifecycle.ts';
import type { Moment } from './moment.ts';

/** Shortest time on the shelf, ms. */
export const minShelfMs = 1_000;

/** What comes of an order: a change, nothing because it is so already, or a refusal. */
export type Decided =
  | { readonly is: 'change'; readonly change: Change }
  | { readonly is: 'already' }
  | { readonly is: 'refused'; readonly reason: OrderRefusal; readonly detail: string };

/**
 * What an order does to an alarm. Whoever comes second and wants what is so already gets the alarm as
 * it is. Whoever wants something else, having seen a version before somebody else's decision, is told
 * that it changed; what the server did meanwhile is no reason for that.
 */
export function decideOrder(alarm: Alarm, order: AlarmOrder, moment: Moment): Decided {
  const { action } = order;
  const bad = whatIsBad(alarm, action, moment.atMs);
  if (bad !== undefined) return refused('bad', bad);
  const next = nextState(alarm.state, stimulusOf(action), standingOf(alarm), alarm.isLatching);
  if (next === 'already' || (!isRefusal(next) && isSo(alarm, action))) return { is: 'already' };
  if (decides(action) && wasDecidedSince(alarm, order)) {
    const by = alarm.decided?.by ?? 'somebody';
    return refused('changed', `${by} was first; look at the alarm as it is now and decide again`);
  }
  if (isRefusal(next)) return refused('not_now', whyNotNow(alarm, action));
  return { is: 'change', change: changeOf(alarm, order, next, moment) };
}

function refused(reason: OrderRefusal, detail: string): Decided {
  return { is: 'refused', reason, detail };
}

function stimulusOf({ kind }: AlarmAction): Stimulus {
  switch (kind) {
    case 'assign':
    case 'comment':
    case 'answer_step':
    case 'add_to_incident':
      return 'remark';
    default:
      return kind;
  }
}

/** True for what somebody else may have decided otherwise meanwhile. */
function decides({ kind }: AlarmAction): boolean {
  return kind !== 'comment' && kind !== 'answer_step' && kind !== 'add_to_incident';
}

function wasDecidedSince(
  { decided }: Alarm,
  { seenVersion = Number.POSITIVE_INFINITY, actor }: AlarmOrder,
): boolean {
  return decided !== undefined && decided.version > seenVersion && decided.by !== actor;
}

function whatIsBad(alarm: Alarm, action: AlarmAction, nowMs: number): string | undefined {
  switch (action.kind) {
    case 'shelve': {
      const forMs = action.untilMs - nowMs;
      // written so that NaN is refused
      if (!(forMs >= minShelfMs && forMs <= maxShelfMs)) {
        return `a shelf ends 1 s to ${maxShelfMs / 3_600_000} h from now; got ${Math.round(forMs / 1000)} s`;
      }
      return action.reason.trim() === '' ? 'shelving takes a reason' : undefined;
    }
    case 'put_out_of_service':
      return action.reason.trim() === '' ? 'taking out of service takes a reason' : undefined;
    case 'answer_step':
      return alarm.procedure[action.step] === undefined
        ? `the procedure has ${alarm.procedure.length} steps, counted from 0; got ${action.step}`
        : undefined;
    default:
      return undefined;
  }
}

/** True where nothing would be another for it. */
function isSo(alarm: Alarm, action: AlarmAction): boolean {
  switch (action.kind) {
    case 'assign':
      return isSameAssignee(alarm.assignee ?? null, action.to);
    case 'answer_step':
      return (alarm.procedure[action.step]?.done !== undefined) === action.isDone;
    case 'add_to_incident':
      return alarm.incidentId === action.incidentId;
    default:
      return false;
  }
}

function isSameAssignee(one: Assignee | null, other: Assignee | null): boolean {
  if (one === null || other === null) return one === other;
  return one.kind === 'person'
    ? other.kind === 'person' && one.name === other.name
    : other.kind === 'unit' && one.unitId === other.unitId;
}

function whyNotNow({ state, isLatching }: Alarm, { kind }: AlarmAction): string {
  if (state === 'closed') return 'the alarm is closed, and a closed alarm does not change any more';
  if (isLatching && kind === 'close') return 'an SOS is acknowledged before it is closed';
  if (isLatching && kind === 'shelve') {
    return 'an SOS is not shelved; a device whose button is broken is put out of service';
  }
  if (state === 'suppressed') {
    return 'the alarm is suppressed by design and shown to nobody; it comes back when that ends';
  }
  return 'the alarm is out of service; return it to service first';
}

function changeOf(
  alarm: Alarm,
  { orderId, actor, action }: AlarmOrder,
  state: AlarmState,
  { atMs }: Moment,
): Change {
  const by = { by: actor, atMs };
  const moved = {
    ...moveTo(alarm, state, atMs),
    decided: { version: alarm.version + 1, by: actor },
  };
  const acknowledged = alarm.acknowledged ?? by;
  switch (action.kind) {
    case 'acknowledge':
      return {
        ...{ kind: 'acknowledged', actor, data: { orderId } },
        fields: { ...moved, acknowledged },
      };
    case 'shelve': {
      const { reason, untilMs } = action;
      const shelf = { untilMs, reason, ...by };
      return {
        ...{ kind: 'shelved', actor, data: { orderId, reason, untilMs } },
        fields: { ...moved, acknowledged, shelf },
      };
    }
    case 'unshelve':
      return {
        ...{ kind: 'unshelved', actor, data: { orderId } },
        fields: { ...moved, shelf: undefined },
      };
    case 'put_out_of_service': {
      const { reason } = action;
      return {
        ...{ kind: 'put_out_of_service', actor, data: { orderId, reason } },
        fields: { ...moved, acknowledged, shelf: undefined, service: { reason, ...by } },
      };
    }
    case 'return_to_service':
      return {
        ...{ kind: 'returned_to_service', actor, data: { orderId } },
        fields: { ...moved, service: undefined },
      };
    case 'close': {
      const { outcome, text } = action;
      const said = text === undefined ? { outcome } : { outcome, text };
      return {
        ...{ kind: 'closed', actor, data: { orderId, ...said } },
        fields: {
          ...{ ...moved, acknowledged, shelf: undefined, service: undefined },
          closed: { ...by, ...said },
        },
      };
    }
    case 'assign': {
      const { to } = action;
      return {
        ...{ kind: 'assigned', actor, data: { orderId, to } },
        fields: { assignee: to ?? undefined, decided: moved.decided },
      };
    }
    case 'comment':
      return {
        ...{ kind: 'commented', actor, data: { orderId, text: action.text } },
        fields: { comments: alarm.comments + 1 },
      };
    case 'answer_step': {
      const { step, isDone } = action;
      const procedure = alarm.procedure.map(({ text, answers, done }, at) => ({
        ...{ text, answers },
        done: at === step ? (isDone ? by : undefined) : done,
      }));
      return {
        ...{ kind: 'step_answered', actor, data: { orderId, step, isDone } },
        fields: { procedure },
      };
    }
    case 'add_to_incident': {
      const { incidentId } = action;
      return {
        ...{ kind: 'added_to_incident', actor, data: { orderId, incidentId } },
        fields: { incidentId },
      };
    }
  }
}
