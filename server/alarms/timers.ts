import { type Alarm, isUnacknowledged } from '../domain/alarm.ts';
import { minuteMs } from '../domain/durations.ts';
import type { EscalationStep, Rule } from '../domain/rule.ts';
import {
  type Change,
  chatteringEnded,
  closedByServer,
  escalated,
  movedByServer,
} from './alarmChange.ts';
import type { HeldAlarm } from './heldAlarm.ts';
import type { Moment } from './moment.ts';

/** Without an occurrence for so long, chattering is over, ms. */
export const chatteringEndsMs = 10 * minuteMs;
/** Nothing happened to a normal alarm for so long: it closes by itself, ms. */
export const settlesMs = 10 * minuteMs;

/** What time does next to it, and when, ms. */
export type Timer =
  | { readonly kind: 'shelf_expires' | 'chattering_ends' | 'settles'; readonly dueMs: number }
  | { readonly kind: 'escalates'; readonly dueMs: number; readonly step: EscalationStep };

/** The first of what time will do to it; undefined: nothing, until something else happens. */
export function nextTimer({ alarm, since }: HeldAlarm, rule: Rule | undefined): Timer | undefined {
  const { state, shelf, isChattering, needsOutcome, escalations } = alarm;
  let first: Timer | undefined;
  const add = (timer: Timer): void => {
    if (first === undefined || timer.dueMs < first.dueMs) first = timer;
  };
  if (state === 'shelved' && shelf !== undefined) {
    add({ kind: 'shelf_expires', dueMs: shelf.untilMs });
  }
  if (isChattering) add({ kind: 'chattering_ends', dueMs: since.occurred + chatteringEndsMs });
  const step = isUnacknowledged(state) ? rule?.escalation[escalations] : undefined;
  if (step !== undefined) {
    add({ kind: 'escalates', dueMs: since.called + step.afterMs, step });
  }
  if (state === 'normal' && !needsOutcome) {
    add({ kind: 'settles', dueMs: since.changed + settlesMs });
  }
  return first;
}

/** What it does to the alarm when its time has come. */
export function timerRang(alarm: Alarm, timer: Timer, moment: Moment): Change {
  switch (timer.kind) {
    case 'shelf_expires':
      return movedByServer(alarm, 'shelf_expired', [], moment);
    case 'chattering_ends':
      return chatteringEnded();
    case 'escalates':
      return escalated(alarm, timer.step.to, timer.step.afterMs);
    case 'settles':
      return closedByServer(alarm, 'settled', moment);
  }
}
