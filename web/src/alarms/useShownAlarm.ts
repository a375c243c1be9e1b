import { useRef } from 'react';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { Answer } from '../api/problem.ts';
import type { AlarmHistory } from './alarmHistory.ts';
import { useAlarmHistory } from './useAlarmHistory.ts';
import type { AlarmNotice } from './useAlarmOrders.ts';

/** An alarm as it is now, from wherever the newest word of it came, and what happened to it. */
export type ShownAlarm = {
  readonly alarm: AlarmDetails | undefined;
  readonly history: Answer<AlarmHistory> | undefined;
};

/** The selected alarm. One that is closed leaves the board, and stays on the screen until it is let go. */
export function useShownAlarm(
  id: string,
  board: readonly AlarmDetails[],
  notice: AlarmNotice | undefined,
): ShownAlarm {
  const kept = useRef<AlarmDetails>(undefined);
  const live = newest(id, [
    kept.current,
    board.find((alarm) => alarm.id === id),
    notice?.kind === 'problem' ? notice.problem.alarm : undefined,
  ]);
  const history = useAlarmHistory(
    id,
    live?.version ?? 0,
    board.some((alarm) => alarm.id === id),
  );
  const alarm = newest(id, [live, history?.ok === true ? history.value.alarm : undefined]);
  kept.current = alarm;
  return { alarm, history };
}

function newest(
  id: string,
  versions: readonly (AlarmDetails | undefined)[],
): AlarmDetails | undefined {
  return versions
    .filter((alarm) => alarm?.id === id)
    .reduce(
      (best, alarm) => ((alarm?.version ?? 0) > (best?.version ?? 0) ? alarm : best),
      undefined,
    );
}
