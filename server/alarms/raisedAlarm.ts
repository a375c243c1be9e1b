import type { Alarm, AlarmSubject } from '../domain/alarm.ts';
import type { Cause } from '../domain/cause.ts';
import type { Rule, RuleKind, Text } from '../domain/rule.ts';
import { uuidOf } from '../domain/uuid5.ts';
import type { Moment } from './moment.ts';

/** What an alarm says of its cause, found out when it is raised. */
export type Particulars = {
  readonly subject: AlarmSubject;
  readonly regions: readonly string[];
  readonly operationId?: string | undefined;
  readonly isExercise: boolean;
  /** With everything filled in. */
  readonly text: Text;
  /** It is noted and shown to nobody. Of an SOS never. */
  readonly isSuppressed: boolean;
};

/** Of rule and subject: at most one alarm that is not closed has it. */
export function causeKeyOf(ruleId: string, subjectKey: string): string {
  return `${ruleId}|${subjectKey}`;
}

/** True for alarms that only a person ends. */
export function isLatchingKind(kind: RuleKind): boolean {
  return kind === 'sos';
}

/** A new alarm, as it is with its first event. */
export function raisedAlarm(
  rule: Rule,
  cause: Cause,
  { subject, regions, operationId, isExercise, text, isSuppressed }: Particulars,
  { atMs, sequence }: Moment,
): Alarm {
  const causeKey = causeKeyOf(rule.id, cause.subjectKey);
  const isLatching = isLatchingKind(cause.kind);
  const isActive = isLatching || cause.edge === 'began';
  const isHidden = isSuppressed && !isLatching;
  return {
    id: uuidOf(`alarm/${causeKey}/${cause.id}`),
    version: 1,
    ...{ causeKey, ruleId: rule.id, ruleVersion: rule.version, ruleKind: cause.kind },
    ...{ name: rule.name, text, priority: rule.priority },
    ...{ operationId, isExercise, regions, subject },
    state: isHidden ? 'suppressed' : isActive ? 'unacknowledged' : 'returned_unacknowledged',
    ...{ isActive, isLatching },
    needsOutcome: rule.needsOutcome || isLatching,
    happenedAtMs: cause.happenedAtMs,
    ...{ raisedAtMs: atMs, changedAtMs: atMs },
    ...(isHidden ? {} : { unacknowledgedAtMs: atMs }),
    ...{ occurrences: 1, lastOccurredAtMs: atMs, recentAtMs: [atMs], isChattering: false },
    procedure: rule.procedure,
    told: isHidden ? [] : rule.tell,
    ...{ escalations: 0, comments: 0, sequence },
  };
}
