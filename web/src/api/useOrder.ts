import { useCallback, useState } from 'react';
import type { Answer, Problem } from './problem.ts';

/** One thing at a time that a person has the server do, and what came of the last one. */
export type Order = {
  readonly isBusy: boolean;
  /** Why the newest one was not done. */
  readonly problem: Problem | undefined;
  /** Runs it and returns its value; undefined when it was not done, and `problem` says why. */
  readonly run: <Value>(order: () => Promise<Answer<Value>>) => Promise<Value | undefined>;
  readonly forget: () => void;
};

/** Keeps a form or a row of buttons busy while the server works, and its problem beside it. */
export function useOrder(): Order {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const run = useCallback(
    async <Value>(order: () => Promise<Answer<Value>>): Promise<Value | undefined> => {
      setBusy(true);
      setProblem(undefined);
      const answer = await order();
      setBusy(false);
      if (answer.ok) return answer.value;
      setProblem(answer.problem);
      return undefined;
    },
    [],
  );
  const forget = useCallback(() => setProblem(undefined), []);
  return { isBusy, problem, run, forget };
}
