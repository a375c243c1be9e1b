/** A stretch of time from `fromMs` on and before `toMs`, UTC epoch milliseconds; empty where they are equal. */
export type TimeWindow = { readonly fromMs: number; readonly toMs: number };

/** @throws RangeError when it ends before it begins: the caller's bug */
export function checkWindow({ fromMs, toMs }: TimeWindow): void {
  if (fromMs <= toMs) return;
  throw new RangeError(`a window must not end before it begins, got ${fromMs} to ${toMs}`);
}

/** A time as a parameter of type timestamptz. */
export function sqlTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
