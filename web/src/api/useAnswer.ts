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

/**
 * What `GET /api/v1<path>` answers, asked when shown, when told to, and after a new sign-in. `read`
 * must not change.
 *
 * @param path undefined: nothing is asked
 * @param everyMs asked again so long after each answer, too
 */
export function useAnswer<Value>(
  path: string | undefined,
  read: Reader<Value>,
  everyMs?: number,
): Asked<Value> {
  const api = useApi();
  const isCovered = useContext(IsCovered);
  const [answer, setAnswer] = useState<Answer<Value>>();
  const [attempt, setAttempt] = useState({ isAutomatic: false });
  const askAgain = useCallback(() => setAttempt({ isAutomatic: false }), []);
  useEffect(() => {
    if (isCovered || path === undefined) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    void api.get(path, read, { signal: abort.signal, ...attempt }).then((next) => {
      if (abort.signal.aborted) return;
      setAnswer(next);
      if (everyMs !== undefined)
        timer = setTimeout(() => setAttempt({ isAutomatic: true }), everyMs);
    });
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, path, read, everyMs, attempt, isCovered]);
  return { answer, askAgain };
}
