import type { Fix } from './fix.ts';

/**
 * What the server thinks of a fix:
 * - `live`: newer than all that is known of its tracker; moves the marker.
 * - `delayed`: older than what is known; history only, the marker stays.
 * - `duplicate`: the tracker's newest fix once more.
 * - `implausible`: cannot be where it says; kept out of live state.
 * - `quarantined`: its clock cannot be right.
 */
export const verdicts = ['live', 'delayed', 'duplicate', 'implausible', 'quarantined'] as const;
export type Verdict = (typeof verdicts)[number];

/** Why a fix was not believed. */
export const acceptReasons = [
  'null_island',
  // in what was kept aside before such clocks were corrected at once
  'clock_ahead',
  'clock_behind',
  'clock_distrusted',
  'flagged_invalid',
  'inaccurate',
  'impossible_speed',
] as const;
export type AcceptReason = (typeof acceptReasons)[number];

/** A fix with a verdict. */
export type Position = {
  readonly trackerKey: number;
  /** Its time is corrected by the tracker's clock offset where that is known. */
  readonly fix: Fix;
  /** When the server took it in, UTC epoch milliseconds, by the server's clock. */
  readonly receivedAtMs: number;
  readonly verdict: Verdict;
  /** Only with `implausible` and `quarantined`. */
  readonly reason?: AcceptReason;
};
