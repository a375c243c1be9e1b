import { useCallback, useContext, useEffect, useState } from 'react';
import { IsCovered } from '../session/IsCovered.ts';
import { useApi } from './ApiContext.ts';
import type { Reader } from './apiClient.ts';
import type { Answer } from './problem.ts';

export type Asked<Value> = {
  /** Undefined until the first answer; the old one stays while it is asked again. */
  readonly answer: Answer<Value> | undefined;
  readonly askAgain: () => void;
};

/** What `GET /api/v1<path>` answers, asked when shown, when told to, and after a new sign-in. `read` must not change. */
export function useAnswer<Value>(path: string, read: Reader<Value>): Asked<Value> {
  const api = useApi();
  const isCovered = useContext(IsCovered);
  const [answer, setAnswer] = useState<Answer<Value>>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is the reason to ask again
  useEffect(() => {
    if (isCovered) return;
    const abort = new AbortController();
    void api.get(path, read, { signal: abort.signal }).then((next) => {
      if (!abort.signal.aborted) setAnswer(next);
    });
    return () => abort.abort();
  }, [api, path, read, attempt, isCovered]);
  const askAgain = useCallback(() => setAttempt((before) => before + 1), []);
  return { answer, askAgain };
}
