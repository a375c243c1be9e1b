import { useCallback, useContext, useEffect, useState } from 'react';
import { useApi } from '../api/ApiContext.ts';
import type { Answer } from '../api/problem.ts';
import type { Asked } from '../api/useAnswer.ts';
import { IsCovered } from '../session/IsCovered.ts';
import { readAllTrackers } from './readAllTrackers.ts';
import type { ListedTracker } from './trackers.ts';

/** Every tracker that one manages, asked when shown, when told to, and after a new sign-in. */
export function useTrackers(): Asked<readonly ListedTracker[]> {
  const api = useApi();
  const isCovered = useContext(IsCovered);
  const [answer, setAnswer] = useState<Answer<readonly ListedTracker[]>>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is the reason to ask again
  useEffect(() => {
    if (isCovered) return;
    const abort = new AbortController();
    void readAllTrackers(api, abort.signal).then((next) => {
      if (!abort.signal.aborted) setAnswer(next);
    });
    return () => abort.abort();
  }, [api, attempt, isCovered]);
  const askAgain = useCallback(() => setAttempt((before) => before + 1), []);
  return { answer, askAgain };
}
