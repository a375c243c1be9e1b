import { useContext, useEffect, useRef, useState } from 'react';
import { useApi } from '../api/ApiContext.ts';
import type { Answer } from '../api/problem.ts';
import { IsCovered } from '../session/IsCovered.ts';
import { type AlarmHistory, readHistory } from './alarmHistory.ts';

/** The history is written a moment after the alarm has changed: asked again after so long, so often. */
const againMs = 700;
const mostTries = 6;

/**
 * What happened to an alarm, asked again whenever it has changed.
 *
 * @param version of the alarm as it is shown
 * @param isOpen false: it has left the board, which brings no version any more
 */
export function useAlarmHistory(
  id: string,
  version: number,
  isOpen: boolean,
): Answer<AlarmHistory> | undefined {
  const api = useApi();
  const isCovered = useContext(IsCovered);
  const [answer, setAnswer] = useState<Answer<AlarmHistory>>();
  const asked = useRef<string>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: leaving the board is news of its own
  useEffect(() => {
    if (isCovered) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (tries: number): Promise<void> => {
      // only the first is a person's doing
      const isAutomatic = asked.current === id;
      asked.current = id;
      const next = await api.get(`/alarms/${id}`, readHistory, {
        signal: abort.signal,
        isAutomatic,
      });
      if (abort.signal.aborted) return;
      setAnswer(next);
      const newest = next.ok ? (next.value.events.at(-1)?.version ?? 0) : 0;
      if (newest >= version || tries >= mostTries) return;
      timer = setTimeout(() => void ask(tries + 1), againMs);
    };
    void ask(1);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, id, version, isOpen, isCovered]);
  return answer;
}
