import type { CheckIn } from '../../domain/checkIn.ts';
import type { SitePresence } from './sitePresence.ts';
import type { SiteState } from './siteState.ts';

/** A presence in which nobody came, left or was spoken of later than `nowMs`. */
export function presenceWithoutFuture(presence: SitePresence, nowMs: number): SitePresence {
  const { reportedAtMs, stays, checkIns } = presence;
  return {
    reportedAtMs: Math.min(reportedAtMs, nowMs),
    stays: stays.map(({ unitKey, enteredAtMs, leftAtMs }) => ({
      unitKey,
      enteredAtMs: Math.min(enteredAtMs, nowMs),
      leftAtMs: leftAtMs === undefined ? undefined : Math.min(leftAtMs, nowMs),
    })),
    checkIns: checkInsWithoutFuture(checkIns, nowMs),
  };
}

/** What was told of is what its end will name, so that keeps since when it was. */
export function stateWithoutFuture(state: SiteState, nowMs: number): SiteState {
  const { word, sinceMs, shortages } = state;
  return {
    word,
    sinceMs: Math.min(sinceMs, nowMs),
    shortages: shortages.map((each) =>
      each.toldAfterMs === undefined ? { ...each, sinceMs: Math.min(each.sinceMs, nowMs) } : each,
    ),
  };
}

/** All that begin later go back together, so that one which replaced another still does. */
function checkInsWithoutFuture(checkIns: readonly CheckIn[], nowMs: number): readonly CheckIn[] {
  const starts = new Set(checkIns.map(({ fromMs }) => fromMs).filter((fromMs) => fromMs > nowMs));
  if (starts.size === 0) return checkIns;
  const aheadMs = Math.max(...starts) - nowMs;
  return checkIns.map((each) => {
    const { fromMs, untilMs } = each;
    if (starts.has(fromMs))
      return { ...each, fromMs: fromMs - aheadMs, untilMs: untilMs - aheadMs };
    return starts.has(untilMs) ? { ...each, untilMs: untilMs - aheadMs } : each;
  });
}
