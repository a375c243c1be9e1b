import type { LonLat } from './fence.ts';
import type { Audience, Priority, ProcedureStep, RuleKind, Text } from './rule.ts';
import type { Agency } from './unit.ts';

/**
 * States of an alarm [ANSI/ISA-18.2-2016, 5.2 (figure 4); IEC 62682]:
 * - `unacknowledged`: it is so, and nobody has taken it.
 * - `acknowledged`: it is so, and somebody has.
 * - `returned_unacknowledged`: it was so; nobody has taken it.
 * - `normal`: it was so, and somebody has taken it. Closes by itself where no outcome is needed.
 * - `shelved`: put aside by a person, with a reason and an end.
 * - `suppressed`: by design, such as a phase in which it is to be expected.
 * - `out_of_service`: by a person, until somebody takes it back: a device that is being mended.
 * - `closed`: with an outcome; it never changes again.
 */
export const alarmStates = [
  'unacknowledged',
  'acknowledged',
  'returned_unacknowledged',
  'normal',
  'shelved',
  'suppressed',
  'out_of_service',
  'closed',
] as const;
export type AlarmState = (typeof alarmStates)[number];

/** True where somebody must take it: by these it sounds, flashes and escalates. */
export function isUnacknowledged(state: AlarmState): boolean {
  return state === 'unacknowledged' || state === 'returned_unacknowledged';
}

/** How it ended. `returned`: by itself, after it was normal for a while. `overflow`: too many were open. */
export const outcomes = [
  'handled',
  'false_alarm',
  'duplicate',
  'test',
  'returned',
  'overflow',
] as const;
export type Outcome = (typeof outcomes)[number];
/** Those that a person can give. */
export const personOutcomes = ['handled', 'false_alarm', 'duplicate', 'test'] as const;
export type PersonOutcome = (typeof personOutcomes)[number];

/** What it is of; as it was called when the alarm was raised. Keys are those of the database. */
export type AlarmSubject = {
  readonly unitKey?: number | undefined;
  readonly unitId?: string | undefined;
  readonly callsign?: string | undefined;
  /** Of units among themselves. */
  readonly unitKeys?: readonly number[] | undefined;
  readonly fenceKey?: number | undefined;
  readonly fenceId?: string | undefined;
  readonly fenceName?: string | undefined;
  readonly siteKey?: number | undefined;
  readonly siteId?: string | undefined;
  readonly siteName?: string | undefined;
  readonly agency?: Agency | undefined;
  /** Where to look: of the unit then, else of the site; undefined: an SOS without a place. */
  readonly place?: LonLat | undefined;
};

/** A step of the procedure, and who answered for it. */
export type AnsweredStep = ProcedureStep & {
  readonly done?: { readonly by: string; readonly atMs: number } | undefined;
};

/** Who it was given to. */
export type Assignee =
  | { readonly kind: 'person'; readonly name: string }
  | { readonly kind: 'unit'; readonly unitId: string };

/** Times are of the operation's clock by the journal, UTC epoch ms. */
export type Alarm = {
  /** UUID of version 5 of the rule, the subject and what raised it: the same journal gives the same. */
  readonly id: string;
  /** From 1, one more with each event. */
  readonly version: number;
  /** Of rule and subject: at most one alarm that is not closed has it. */
  readonly causeKey: string;
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly ruleKind: RuleKind;
  readonly name: Text;
  readonly text: Text;
  readonly priority: Priority;
  readonly operationId?: string | undefined;
  readonly isExercise: boolean;
  /** Where it may be seen and handled: of the site or fence, of the unit's home and of its operations. */
  readonly regions: readonly string[];
  readonly subject: AlarmSubject;
  readonly state: AlarmState;
  /** It is so now, whatever the state. */
  readonly isActive: boolean;
  /** Only a person ends it. */
  readonly isLatching: boolean;
  readonly needsOutcome: boolean;
  /** When what raised it happened: interpolated crossing, time of the device; not after `raisedAtMs` by much. */
  readonly happenedAtMs: number;
  readonly raisedAtMs: number;
  /** Of the newest event. */
  readonly changedAtMs: number;
  readonly returnedAtMs?: number | undefined;
  /** Since when nobody has it: escalation counts from here. Undefined: somebody has, or nobody needs to. */
  readonly unacknowledgedAtMs?: number | undefined;
  readonly acknowledged?: { readonly by: string; readonly atMs: number } | undefined;
  /** The newest event by which a person changed its state or gave it to somebody. */
  readonly decided?: { readonly version: number; readonly by: string } | undefined;
  readonly closed?:
    | {
        readonly by: string | null;
        readonly atMs: number;
        readonly outcome: Outcome;
        readonly text?: string | undefined;
      }
    | undefined;
  /** How often it was so since it was raised, from 1. */
  readonly occurrences: number;
  readonly lastOccurredAtMs: number;
  /** Of the newest occurrences, at most three, ascending. */
  readonly recentAtMs: readonly number[];
  /** Three or more occurrences within a minute: offered for shelving. */
  readonly isChattering: boolean;
  readonly shelf?:
    | {
        readonly untilMs: number;
        readonly reason: string;
        readonly by: string;
        readonly atMs: number;
      }
    | undefined;
  /** Why it is out of service. */
  readonly service?:
    | { readonly reason: string; readonly by: string; readonly atMs: number }
    | undefined;
  readonly assignee?: Assignee | undefined;
  readonly procedure: readonly AnsweredStep[];
  /** Who was told so far. */
  readonly told: readonly Audience[];
  /** Escalation steps that were taken. */
  readonly escalations: number;
  readonly incidentId?: string | undefined;
  /** Comments that were made; their texts are in the events. */
  readonly comments: number;
  /** Record of the journal by which it changed last; 0: of one that could not be stored. */
  readonly sequence: number;
};

/** What can happen to an alarm. */
export const alarmEventKinds = [
  'raised',
  'occurred_again',
  'returned',
  'acknowledged',
  'shelved',
  'unshelved',
  'shelf_expired',
  'suppressed',
  'unsuppressed',
  'put_out_of_service',
  'returned_to_service',
  'assigned',
  'commented',
  'step_answered',
  'escalated',
  'chattering_began',
  'chattering_ended',
  'added_to_incident',
  'closed',
] as const;
export type AlarmEventKind = (typeof alarmEventKinds)[number];

/** One transition of an alarm. */
export type AlarmEvent = {
  /** UUID of version 5 of the alarm's id and version. */
  readonly id: string;
  readonly alarmId: string;
  /** That it brought the alarm to. */
  readonly version: number;
  readonly kind: AlarmEventKind;
  readonly atMs: number;
  /** A user's name, `name/token`; null: the server by a rule or by time. */
  readonly actor: string | null;
  /** After it. */
  readonly state: AlarmState;
  /** What belongs to the kind: a comment's text, a reason, ids of what caused it. Small. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The alarm after it, whole. */
  readonly alarm: Alarm;
};

/** What a person does to an alarm. Texts are 1 to 1,000 characters. */
export type AlarmAction =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'shelve'; readonly reason: string; readonly untilMs: number }
  | { readonly kind: 'unshelve' }
  | { readonly kind: 'put_out_of_service'; readonly reason: string }
  | { readonly kind: 'return_to_service' }
  /** null: to nobody any more. */
  | { readonly kind: 'assign'; readonly to: Assignee | null }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'answer_step'; readonly step: number; readonly isDone: boolean }
  | { readonly kind: 'add_to_incident'; readonly incidentId: string }
  | { readonly kind: 'close'; readonly outcome: PersonOutcome; readonly text?: string | undefined };

/** Not closed, and raised more than this long ago [EEMUA 191]: nobody sees it any more. */
export const staleMs = 24 * 3_600_000;

export function isStale({ state, raisedAtMs }: Alarm, nowMs: number): boolean {
  return state !== 'closed' && nowMs - raisedAtMs > staleMs;
}

/** Longest time on the shelf, ms: a shift. */
export const maxShelfMs = 12 * 3_600_000;
/** Longest reason, comment and closing text, characters. */
export const maxRemarkLength = 1_000;

/** An action as the journal has it. */
export type AlarmOrder = {
  /** Made by whoever asks; the same id again does nothing again. */
  readonly orderId: string;
  readonly alarmId: string;
  /** The version that the person has seen; undefined: whatever it is. */
  readonly seenVersion?: number | undefined;
  readonly actor: string;
  readonly action: AlarmAction;
};
export type AlarmRecord = { readonly type: 'alarm_ordered'; readonly order: AlarmOrder };

/**
 * Why an action was not carried out:
 * - `not_found`: there is no such alarm that is open or was closed lately.
 * - `changed`: somebody else was first; the alarm as it is now comes with it.
 * - `not_now`: the state does not allow it.
 * - `bad`: a step that the procedure does not have, an end of a shelf that has passed or is too far.
 */
export type OrderRefusal = 'not_found' | 'changed' | 'not_now' | 'bad';
export type AlarmResult =
  /** `isDone` is false where it was so already: somebody acknowledged before; the alarm says who. */
  | { readonly ok: true; readonly alarm: Alarm; readonly isDone: boolean }
  | {
      readonly ok: false;
      readonly reason: OrderRefusal;
      readonly detail: string;
      readonly alarm?: Alarm | undefined;
    };
