import type { FenceClass } from '../../domain/fence.ts';

/** The constants by which a crossing is confirmed. Lengths in metres, times in milliseconds. */
export type Confirmation = {
  /** A crossing counts only beyond this, or beyond so many sigmas, whichever is farther. */
  readonly hysteresisM: number;
  readonly hysteresisSigmas: number;
  /** Fixes that speak for the new side. */
  readonly fixes: number;
  /** Nearer to the edge than the hysteresis: as long as this, or as the noise hangs together. */
  readonly nearEdgeMs: number;
  /** An anchored unit is on the side of its anchor, when that is so many of its own sigmas from the edge. */
  readonly anchorSigmas: number;
  /** An anchor younger than this is held to the hysteresis, too. */
  readonly freshAnchorMs: number;
  /** A provisional enter is confirmed or withdrawn within this. */
  readonly provisionalMs: number;
  /** Over a longer gap a cross is only possible. */
  readonly gapMs: number;
};

const usual: Confirmation = {
  hysteresisM: 20,
  hysteresisSigmas: 1.5,
  fixes: 2,
  nearEdgeMs: 10_000,
  anchorSigmas: 3,
  freshAnchorMs: 600_000,
  provisionalMs: 60_000,
  gapMs: 60_000,
};

/** By class of fence. An area is large and its edge a line on a map; a route is narrow; an escort moves. */
export const confirmations: Readonly<Record<FenceClass, Confirmation>> = {
  site: usual,
  area: { ...usual, hysteresisM: 25, gapMs: 120_000 },
  route: { ...usual, hysteresisM: 20, provisionalMs: 90_000 },
  escort: { ...usual, hysteresisM: 25, fixes: 3, nearEdgeMs: 30_000 },
};
