import { useCallback, useEffect, useState } from 'react';
import type { Basemap } from '../../../server/domain/unitDetails.ts';
import { useApi } from '../api/ApiContext.ts';
import { readBasemap } from './basemap.ts';

export type AskedBasemap = {
  readonly basemap: Basemap | undefined;
  /** Why there is none, or what is wrong with it. */
  readonly problem: string | undefined;
  readonly reportProblem: (problem: string) => void;
  readonly retry: () => void;
};

/** The server's map, asked for once, again on `retry`, and after a problem when the server is back. */
export function useBasemap(isConnected: boolean): AskedBasemap {
  const api = useApi();
  const [basemap, setBasemap] = useState<Basemap>();
  const [problem, reportProblem] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is the reason to ask again
  useEffect(() => {
    const abort = new AbortController();
    const asking = { signal: abort.signal, isAutomatic: true };
    void api.get('/basemap', readBasemap, asking).then((answer) => {
      if (abort.signal.aborted) return;
      if (answer.ok) setBasemap(answer.value);
      else reportProblem(answer.problem.title || answer.problem.detail);
    });
    return () => abort.abort();
  }, [api, attempt]);
  const retry = useCallback(() => {
    reportProblem(undefined);
    setAttempt((before) => before + 1);
  }, []);
  const hadProblem = problem !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the return of the server is the reason, not the problem
  useEffect(() => {
    if (isConnected && hadProblem) retry();
  }, [isConnected, retry]);
  return { basemap, problem, reportProblem, retry };
}
