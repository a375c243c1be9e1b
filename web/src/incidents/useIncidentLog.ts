import { useCallback, useContext, useEffect, useState } from 'react';
import type {
  IncidentDetails,
  IncidentEventDetails,
} from '../../../server/domain/incidentDetails.ts';
import { useApi } from '../api/ApiContext.ts';
import type { Problem } from '../api/problem.ts';
import { IsCovered } from '../session/IsCovered.ts';
import { joinLogs, readIncidentLog } from './incidentLog.ts';

/** What is known of a log, and the way to its older part. */
export type KnownLog = {
  readonly events: readonly IncidentEventDetails[];
  readonly problem: Problem | undefined;
  /** Undefined: all is there. */
  readonly loadOlder: (() => void) | undefined;
  /** The newest lines are not written yet. */
  readonly isBehind: boolean;
};

const pageSize = 50;
/** Lines come to the database a moment after the incident has changed. */
const againMs = 700;
const triesAtMost = 8;

/** The log of an incident, asked again whenever its version says that there is more. */
export function useIncidentLog({ id, version }: IncidentDetails): KnownLog {
  const api = useApi();
  const isCovered = useContext(IsCovered);
  const [events, setEvents] = useState<readonly IncidentEventDetails[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const [oldest, setOldest] = useState<string | null>();
  useEffect(() => {
    if (isCovered) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (tries: number): Promise<void> => {
      const asking = { signal: abort.signal, isAutomatic: true };
      const path = `/incidents/${id}/log?limit=${pageSize}`;
      const answer = await api.get(path, readIncidentLog, asking);
      if (abort.signal.aborted) return;
      setProblem(answer.ok ? undefined : answer.problem);
      if (answer.ok) {
        setEvents((before) => joinLogs(before, answer.value.events));
        // the cursor of the first page is where older ones begin; later pages move it themselves
        setOldest((before) => (before === undefined ? answer.value.nextCursor : before));
      }
      const newest = answer.ok ? (answer.value.events[0]?.version ?? 0) : 0;
      if (newest >= version || tries >= triesAtMost) return;
      timer = setTimeout(() => void ask(tries + 1), againMs);
    };
    void ask(1);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, id, version, isCovered]);
  const loadOlder = useCallback(async (): Promise<void> => {
    const path = `/incidents/${id}/log?limit=${pageSize}&cursor=${oldest}`;
    const answer = await api.get(path, readIncidentLog);
    setProblem(answer.ok ? undefined : answer.problem);
    if (!answer.ok) return;
    setEvents((before) => joinLogs(before, answer.value.events));
    setOldest(answer.value.nextCursor);
  }, [api, id, oldest]);
  return {
    events,
    problem,
    loadOlder: typeof oldest === 'string' ? () => void loadOlder() : undefined,
    isBehind: (events[0]?.version ?? 0) < version,
  };
}
