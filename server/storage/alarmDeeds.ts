import type { Deed } from '../domain/account.ts';
import type { AlarmEvent } from '../domain/alarm.ts';
import { eventDigest } from './eventDigest.ts';
import { smallestRegionAround } from './regionsAbove.ts';

/**
 * What the log says of an event of an alarm. Not which unit it was, where, and what people typed: the
 * event has that, and the digest shows whether it still is what it was.
 */
export function deedOnAlarm({ kind, actor, state, version, data, alarm }: AlarmEvent): Deed {
  const { ruleId, ruleVersion, priority, isExercise, closed, regions } = alarm;
  return {
    actor,
    action: `alarm.${kind}`,
    subject: `alarm:${alarm.id}`,
    region: smallestRegionAround(regions),
    data: {
      ...{ version, state, rule: ruleId, ruleVersion, priority },
      ...(isExercise && { isExercise }),
      ...(kind === 'closed' && { outcome: closed?.outcome }),
      digest: eventDigest(data),
      // whoever answers for one of them sees it (logStore.ts)
      ...(regions.length > 1 && { regions }),
    },
  };
}
