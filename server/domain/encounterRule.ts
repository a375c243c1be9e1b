import type { RoamingSense } from './siteTransition.ts';
import type { Agency, UnitKind } from './unit.ts';

/*
 * Rules about units among themselves, as those who watch places take them. Their keys are small numbers
 * that stand for the rules that people wrote.
 */

/** What a transition of a convergence names at most, and a rule can ask for: enough to see who met. */
export const maxUnits = 64;

/** So many distinct units of a class within a radius within a time. */
export type ConvergenceRule = {
  readonly key: number;
  /** Missing: of any kind. */
  readonly unitKinds?: readonly UnitKind[] | undefined;
  readonly agencies?: readonly Agency[] | undefined;
  /** Distinct units, 2 to `maxUnits`. */
  readonly units: number;
  /** Around the place of any of them, metres, 1 to 20,000. */
  readonly radiusM: number;
  /** Their newest places are at most so much apart in time, ms. */
  readonly withinMs: number;
};

/** Two units that must not come nearer, or go farther apart, than a limit: an escort and its ballot boxes. */
export type RoamingRule = {
  readonly key: number;
  readonly unitKeys: readonly [one: number, other: number];
  readonly sense: RoamingSense;
  /** Metres, > 0. One below three times the error of both can hardly be seen. */
  readonly limitM: number;
};
