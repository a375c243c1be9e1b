import {
  type Alarm,
  type AlarmEvent,
  type AlarmEventKind,
  type AlarmState,
  isUnacknowledged,
  type Outcome,
} from '../domain/alarm.ts';
import type { Cause } from '../domain/cause.ts';
import { minuteMs } from '../domain/durations.ts';
import type { Audience } from '../domain/rule.ts';
import { uuidOf } from '../domain/uuid5.ts';
import { isRefusal, nextState, type Standing, type Stimulus } from './lifecycle.ts';
import type { Moment } from './moment.ts';

/** So many occurrences within `chatteringWithinMs` are chattering [ANSI/ISA-18.2-2016, 16.5.4]. */
export const chatteringCount = 3;
export const chatteringWithinMs = minuteMs;

/** One thing that happens to an alarm. */
export type Change = {
  readonly kind: AlarmEventKind;
  /** null: the server. */
  readonly actor: string | null;
  readonly fields: Partial<Alarm>;
  readonly data: Readonly<Record<string, unknown>>;
};

/** The event by which a change comes, with the alarm after it. */
export function changed(alarm: Alarm, change: Change, { atMs, sequence }: Moment): AlarmEvent {
  const version = alarm.version + 1;
  const after = { ...alarm, ...change.fields, version, changedAtMs: atMs, sequence };
  return eventOf(after, change);
}

/** The event that brought an alarm to where it is. */
export function eventOf(alarm: Alarm, change: Pick<Change, 'kind' | 'actor' | 'data'>): AlarmEvent {
  const { id: alarmId, version, changedAtMs, state } = alarm;
  const { kind, actor, data } = change;
  const id = uuidOf(`${alarmId}/${version}`);
  return { id, alarmId, version, kind, atMs: changedAtMs, actor, state, data, alarm };
}

/** How things stand with an alarm. */
export function standingOf(alarm: Alarm): Standing {
  const { state, isActive, shelf, lastOccurredAtMs, acknowledged, told } = alarm;
  if (isActive) return 'active';
  // of the same millisecond nobody knows which was first: better to call
  if (state === 'shelved' && shelf !== undefined && lastOccurredAtMs >= shelf.atMs) return 'missed';
  if (state === 'suppressed' && acknowledged === undefined && told.length > 0) return 'missed';
  return 'over';
}

/** True where nobody was ever shown it: it was suppressed from its beginning. */
export function wasNeverShown({ state, acknowledged, told }: Alarm): boolean {
  return state === 'suppressed' && acknowledged === undefined && told.length === 0;
}

/** What else changes with the state. */
export function moveTo(alarm: Alarm, state: AlarmState, atMs: number): Partial<Alarm> {
  const before = isUnacknowledged(alarm.state);
  const after = isUnacknowledged(state);
  if (after && !before) {
    return { state, unacknowledgedAtMs: atMs, acknowledged: undefined, escalations: 0 };
  }
  return after ? { state } : { state, unacknowledgedAtMs: undefined };
}

/**
 * It was so again, with a cause that began or is momentary.
 *
 * @param isSuppressed it is shown to nobody now: where it would be shown, it is suppressed with it
 * @param place where it is so now; undefined: not known
 */
export function occurredAgain(
  alarm: Alarm,
  cause: Cause,
  { isSuppressed, place }: { isSuppressed: boolean; place: Alarm['subject']['place'] },
  { atMs }: Moment,
): Change {
  const isActive = alarm.isActive || cause.edge === 'began';
  const standing = isActive ? 'active' : 'over';
  const hidden = (from: AlarmState): AlarmState => {
    const suppressed = nextState(from, 'suppress', standing, alarm.isLatching);
    return isSuppressed && !isRefusal(suppressed) ? suppressed : from;
  };
  const state = hidden(movedState({ ...alarm, state: hidden(alarm.state) }, 'occurred', standing));
  return {
    kind: 'occurred_again',
    actor: null,
    fields: {
      ...moveTo(alarm, state, atMs),
      ...{ isActive, occurrences: alarm.occurrences + 1, lastOccurredAtMs: atMs },
      // times ahead of this one are of a clock that was set back
      recentAtMs: [...alarm.recentAtMs.filter((time) => time <= atMs), atMs].slice(
        -chatteringCount,
      ),
      ...(place === undefined ? {} : { subject: { ...alarm.subject, place } }),
    },
    data: causeData(cause),
  };
}

/** It began to chatter with its newest occurrence; undefined: it does so already, or does not. */
export function chatteringBegan({ isChattering, recentAtMs }: Alarm): Change | undefined {
  const [first = 0, , last = 0] = recentAtMs;
  if (isChattering || recentAtMs.length < chatteringCount || last - first > chatteringWithinMs) {
    return undefined;
  }
  return {
    ...{ kind: 'chattering_began', actor: null },
    fields: { isChattering: true },
    data: { recentAtMs },
  };
}

export function chatteringEnded(): Change {
  return { kind: 'chattering_ended', actor: null, fields: { isChattering: false }, data: {} };
}

/** It is not so any more; undefined: it was not, or only a person ends it. */
export function returned(
  alarm: Alarm,
  data: Readonly<Record<string, unknown>>,
  { atMs }: Moment,
): Change | undefined {
  const state = nextState(alarm.state, 'returned', 'over', alarm.isLatching);
  if (!alarm.isActive || isRefusal(state)) return undefined;
  const fields = { ...moveTo(alarm, state, atMs), isActive: false, returnedAtMs: atMs };
  return { kind: 'returned', actor: null, fields, data };
}

/** Suppression began or ended, or the shelf did. */
export function movedByServer(
  alarm: Alarm,
  stimulus: Extract<Stimulus, 'suppress' | 'unsuppress' | 'shelf_expired'>,
  told: readonly Audience[],
  { atMs }: Moment,
): Change {
  const state = movedState(alarm, stimulus, standingOf(alarm));
  const kind = (
    { suppress: 'suppressed', unsuppress: 'unsuppressed', shelf_expired: 'shelf_expired' } as const
  )[stimulus];
  const fields = { ...moveTo(alarm, state, atMs), shelf: undefined, ...toldWith(alarm, told) };
  return { kind, actor: null, fields, data: {} };
}

/** Nobody took it for so long that these are told too. */
export function escalated(alarm: Alarm, to: Audience, afterMs: number): Change {
  const escalations = alarm.escalations + 1;
  return {
    ...{ kind: 'escalated', actor: null },
    fields: { escalations, ...toldWith(alarm, [to]) },
    data: { to, afterMs, step: escalations },
  };
}

/** The server closes it. */
export function closedByServer(
  alarm: Alarm,
  stimulus: 'settled' | 'overflowed',
  { atMs }: Moment,
): Change {
  const state = movedState(alarm, stimulus, standingOf(alarm));
  const outcome: Outcome = stimulus === 'settled' ? 'returned' : 'overflow';
  const fields = {
    ...moveTo(alarm, state, atMs),
    ...{ closed: { by: null, atMs, outcome }, shelf: undefined, service: undefined },
  };
  return { kind: 'closed', actor: null, fields, data: { outcome } };
}

/** @throws RangeError where the table does not know it: the server asks for nothing else */
function movedState(alarm: Alarm, stimulus: Stimulus, standing: Standing): AlarmState {
  const next = nextState(alarm.state, stimulus, standing, alarm.isLatching);
  if (!isRefusal(next)) return next;
  throw new RangeError(`an alarm that is ${alarm.state} does not take ${stimulus}: ${alarm.id}`);
}

/** What the event of an occurrence says of its cause. */
export function causeData(cause: Cause): Readonly<Record<string, unknown>> {
  const { id: causeId, happenedAtMs, value, data } = cause;
  return {
    ...{ causeId, happenedAtMs },
    ...(value === undefined ? {} : { value }),
    ...(data === undefined ? {} : { cause: data }),
  };
}

function toldWith({ told }: Alarm, others: readonly Audience[]): Partial<Alarm> {
  const fresh = others.filter((audience) => !told.includes(audience));
  return fresh.length === 0 ? {} : { told: [...told, ...fresh] };
}
