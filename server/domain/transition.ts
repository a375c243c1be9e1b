/**
 * What a unit did at a fence:
 * - `enter`, `exit`: confirmed.
 * - `provisional_enter`: one fix is inside; told at once where a fence is urgent, then `enter` or `withdrawn`.
 * - `cross`: in and out again between two fixes, or with one inside; `possible_cross`: over a gap so
 *   long that it may have gone around.
 * - `dwell`: confirmed inside for as long as the fence says, by the clock.
 * - `lost_inside`: silent for as long as the fence says, inside. Never an exit.
 * - `zone_speed`: faster inside than the fence allows, for as long as it says.
 */
export const transitionKinds = [
  'enter',
  'exit',
  'provisional_enter',
  'withdrawn',
  'cross',
  'possible_cross',
  'dwell',
  'lost_inside',
  'zone_speed',
] as const;
export type TransitionKind = (typeof transitionKinds)[number];

/**
 * Why it was decided:
 * - `beyond_hysteresis`: enough fixes, the last of them farther from the edge than noise reaches.
 * - `long_enough`: nearer to the edge, but all fixes for long enough.
 * - `anchored`: the unit stands, and the mean of its fixes is on this side.
 * - `raw_fix`: one fix, as it came.
 * - `segment`: the straight way between two fixes.
 * - `timer`: time went on.
 * - `not_confirmed`: the time for confirming it ran out, or a fix spoke against it.
 * - `speed`: all fixes for long enough.
 */
export const transitionRules = [
  'beyond_hysteresis',
  'long_enough',
  'anchored',
  'raw_fix',
  'segment',
  'timer',
  'not_confirmed',
  'speed',
] as const;
export type TransitionRule = (typeof transitionRules)[number];

/** What a unit did at a fence, with what it rests on. */
export type Transition = {
  /** Of what it is of: the same journal gives the same. */
  readonly id: string;
  readonly kind: TransitionKind;
  readonly unitKey: number;
  readonly fenceKey: number;
  readonly fenceVersion: number;
  /** The site whose ring the fence is. */
  readonly siteKey?: number | undefined;
  /** When it was at the edge, interpolated between two fixes; of a timer, when its time began. Epoch ms. */
  readonly crossedAtMs: number;
  /** Time of the fix, or end of the time, that decided it. Epoch ms. */
  readonly confirmedAtMs: number;
  /** Of being inside, 0 to 1, by the newest fix that it rests on. */
  readonly probability: number;
  /** One sigma of one axis of that, as estimated, metres. */
  readonly accuracyM: number;
  /** Of that to the edge, negative inside, metres. */
  readonly signedDistanceM: number;
  /** The fixes that it rests on, by their times, oldest first. */
  readonly fixedAtMs: readonly number[];
  readonly rule: TransitionRule;
  /** Found in fixes that came too late: history, no live alarm. */
  readonly isCorrection: boolean;
};

/** Id of a transition: one unit does one thing at one fence at one moment. */
export function transitionId({
  kind,
  unitKey,
  fenceKey,
  crossedAtMs,
  isCorrection,
}: Pick<Transition, 'kind' | 'unitKey' | 'fenceKey' | 'crossedAtMs' | 'isCorrection'>): string {
  return `${kind}.${unitKey}.${fenceKey}.${crossedAtMs}${isCorrection ? '.c' : ''}`;
}

/** That a unit began or ceased to be inside a fence, told or silent: who is present follows from it. */
export type Stay = {
  readonly unitKey: number;
  readonly fenceKey: number;
  readonly siteKey: number | undefined;
  readonly isInside: boolean;
  readonly atMs: number;
  /** It was inside before the fence counted, or the fence ceased to count: no transition tells of it. */
  readonly isSilent: boolean;
};
