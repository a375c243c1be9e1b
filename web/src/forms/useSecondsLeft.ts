import { useEffect, useState } from 'react';

const lookEveryMs = 250;

/** Whole seconds until `untilMs` (page time, epoch ms), counting down; 0 when it is over or there is nothing to wait for. */
export function useSecondsLeft(untilMs: number | undefined, nowMs: () => number): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const look = (): boolean => {
      const seconds = untilMs === undefined ? 0 : secondsLeft(untilMs, nowMs());
      setLeft(seconds);
      return seconds > 0;
    };
    if (!look()) return;
    const timer = setInterval(() => {
      if (!look()) clearInterval(timer);
    }, lookEveryMs);
    return () => clearInterval(timer);
  }, [untilMs, nowMs]);
  return left;
}

/** Whole seconds to wait, rounded up: while any of it is left, it is 1 at least. */
export function secondsLeft(untilMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}
