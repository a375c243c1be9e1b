import type { Alarm } from '../domain/alarm.ts';
import type { Moment } from './moment.ts';

/** An alarm that is not closed, in the hands of the engine; it changes by events alone. */
export type HeldAlarm = {
  alarm: Alarm;
  /** The cause that was counted last; empty: not known, it was taken from the database. */
  causeId: string;
  /**
   * From when its timers count, ms: the times of the alarm, but never ahead of the journal's clock,
   * which may have been set back since.
   */
  since: {
    readonly called: number;
    readonly occurred: number;
    readonly changed: number;
  };
  /** Its newest call in the history. */
  call: number | undefined;
  /** Records up to this one are in it already: it was taken from the database. 0: no such thing. */
  takenUntil: number;
};

/** True where an alarm, or what is known of its cause, has the record already. */
export function hasTaken(taken: { readonly takenUntil: number }, moment: Moment): boolean {
  return moment.sequence > 0 && moment.sequence <= taken.takenUntil;
}

/** As it is in the database. */
export function adoptedAlarm(alarm: Alarm): HeldAlarm {
  return {
    alarm,
    causeId: '',
    since: {
      called: alarm.unacknowledgedAtMs ?? alarm.raisedAtMs,
      occurred: alarm.lastOccurredAtMs,
      changed: alarm.changedAtMs,
    },
    call: undefined,
    takenUntil: alarm.sequence,
  };
}

/** The journal's clock was set back to `nowMs`: nothing that it counts from lies after that. */
export function setBack(held: HeldAlarm, nowMs: number): void {
  const { called, occurred, changed } = held.since;
  held.since = {
    called: Math.min(called, nowMs),
    occurred: Math.min(occurred, nowMs),
    changed: Math.min(changed, nowMs),
  };
}
