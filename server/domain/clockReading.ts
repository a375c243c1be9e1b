/**
 * How far a tracker's clock is to be trusted:
 * - `right`: within a minute.
 * - `corrected`: off by always the same, which is taken off the times of its fixes.
 * - `distrusted`: it jumps; its fixes count as of when they came in.
 * - `ahead`: a fix came from the future. Until it is known whether the clock is off by always the same,
 *   what that fix showed is taken off.
 * - `behind`: its fixes are late by always the same: a clock that is behind, or a queue that never gets
 *   shorter. Nothing is taken off, since nobody can tell which.
 */
export const clockStates = ['right', 'corrected', 'distrusted', 'ahead', 'behind'] as const;
export type ClockState = (typeof clockStates)[number];

/** What is known of a tracker's clock. */
export type ClockReading = {
  readonly state: ClockState;
  /**
   * What is taken off the times of its fixes, ms: how far it is ahead of the server's clock, behind
   * where negative. 0 unless `corrected` or `ahead`.
   */
  readonly offsetMs: number;
  /** Received when the fix came in that showed it, epoch ms. */
  readonly changedAtMs: number;
};
