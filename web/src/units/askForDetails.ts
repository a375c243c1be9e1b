import type { ApiClient } from '../api/apiClient.ts';
import { type FixDetails, readFixDetails } from './fixDetails.ts';

/** A unit that reports every second is asked about at most this often. */
const askEveryMs = 2000;

/** What asking about one unit needs from outside; a test gives its own. */
export type DetailsSurroundings = {
  /** Undefined when there was no usable answer. */
  readonly fetchDetails: (unitId: string, signal: AbortSignal) => Promise<FixDetails | undefined>;
  /** Runs `task` after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
};

/** Asks about one unit until it is closed. */
export type DetailsAsker = {
  /** There may be something new to learn. Asks at once, or when 2 s have passed since the last time. */
  readonly ask: () => void;
  readonly close: () => void;
};

/** Asks `GET /api/v1/units/<id>` of the page's own server, with the browser's timers. */
export function browserSurroundings(api: ApiClient): DetailsSurroundings {
  return {
    fetchDetails: async (unitId, signal) => {
      const path = `/units/${encodeURIComponent(unitId)}`;
      // each new fix asks again, whether anybody looks or not
      const answer = await api.get(path, readFixDetails, { signal, isAutomatic: true });
      return answer.ok ? answer.value : undefined;
    },
    after: (delayMs, task) => {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

/**
 * Keeps one question at a time on its way and at least 2 s between two, however often the unit
 * reports and however slow the answers are.
 *
 * @param tell given each answer, or undefined when the question failed
 */
export function askForDetails(
  unitId: string,
  tell: (details: FixDetails | undefined) => void,
  { fetchDetails, after }: DetailsSurroundings,
): DetailsAsker {
  const abort = new AbortController();
  let isBusy = false;
  let isWanted = false;
  let cancelPause = (): void => {};

  const ask = (): void => {
    isWanted = true;
    if (isBusy || abort.signal.aborted) return;
    isBusy = true;
    isWanted = false;
    const pause = new Promise<void>((resolve) => {
      cancelPause = after(askEveryMs, resolve);
    });
    const answer = fetchDetails(unitId, abort.signal).then((details) => {
      // none is told as a sentence in the panel; the live frame goes on showing the rest
      if (!abort.signal.aborted) tell(details);
    });
    void Promise.all([answer, pause]).then(() => {
      isBusy = false;
      if (isWanted) ask();
    });
  };
  return {
    ask,
    close: () => {
      cancelPause();
      abort.abort();
    },
  };
}
