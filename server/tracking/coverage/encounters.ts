import type { ConvergenceRule, RoamingRule } from '../../domain/encounterRule.ts';
import type { Fix } from '../../domain/fix.ts';
import type { ConvergenceTransition, RoamingTransition } from '../../domain/siteTransition.ts';
import type { Agency, UnitKind } from '../../domain/unit.ts';
import { Convergence, type ConvergenceCheckpoint } from './convergence.ts';
import { emptyRoaming, type RoamingState, takePairFix } from './roaming.ts';

/** What rules about units among themselves are in force. */
export type EncounterRules = {
  readonly convergences: readonly ConvergenceRule[];
  readonly roamings: readonly RoamingRule[];
  /** Whether a unit counts for the convergence of a key, beside its kind and agency. */
  readonly counts: (ruleKey: number, unitKey: number) => boolean;
};

/** What is known of units among themselves: plain data. */
export type EncounterCheckpoint = {
  readonly convergences: readonly ConvergenceCheckpoint[];
  readonly roamings: readonly Roaming[];
};

type Roaming = { readonly rule: RoamingRule; readonly state: RoamingState };
type EncounteringUnit = {
  readonly unitKey: number;
  readonly kind: UnitKind;
  readonly agency: Agency;
};
export type Encounter = ConvergenceTransition | RoamingTransition;

const none: readonly Encounter[] = [];

/** Watches units among themselves, rule by rule. A rule that stays as it is goes on. */
export class Encounters {
  #convergences: readonly Convergence[] = [];
  #roamings: Roaming[] = [];
  #counts: EncounterRules['counts'] = () => true;

  /** Keys of rules are never reused: one that went took with it what was known. */
  set({ convergences, roamings, counts }: EncounterRules): void {
    this.#counts = counts;
    const watches = new Map(this.#convergences.map((watch) => [JSON.stringify(watch.rule), watch]));
    this.#convergences = convergences.map(
      (rule) => watches.get(JSON.stringify(rule)) ?? new Convergence(rule),
    );
    const pairs = new Map(this.#roamings.map((each) => [JSON.stringify(each.rule), each]));
    this.#roamings = roamings.map(
      (rule) => pairs.get(JSON.stringify(rule)) ?? { rule, state: emptyRoaming(rule.key) },
    );
  }

  /** False while there is no rule. */
  get isWatching(): boolean {
    return this.#convergences.length > 0 || this.#roamings.length > 0;
  }

  /** Takes a live fix of the tracker that drives a unit. */
  take({ unitKey, kind, agency }: EncounteringUnit, fix: Fix, nowMs: number): readonly Encounter[] {
    if (!this.isWatching) return none;
    const { fixedAtMs, lon, lat, accuracyM, speedMps } = fix;
    const placed = { unitKey, fixedAtMs, lon, lat };
    const told: Encounter[] = [];
    for (const watch of this.#convergences) {
      if (!this.#counts(watch.rule.key, unitKey)) continue;
      const transition = watch.take({ ...placed, kind, agency }, nowMs);
      if (transition !== undefined) told.push(transition);
    }
    for (const [nth, { rule, state }] of this.#roamings.entries()) {
      const taken = takePairFix(rule, state, { ...placed, accuracyM, speedMps }, nowMs);
      if (taken.state !== state) this.#roamings[nth] = { rule, state: taken.state };
      if (taken.transition !== undefined) told.push(taken.transition);
    }
    return told;
  }

  /** Time went on: convergences disperse. */
  tick(nowMs: number): readonly Encounter[] {
    return this.#convergences.length === 0
      ? none
      : this.#convergences.flatMap((watch) => watch.tick(nowMs));
  }

  checkpoint(): EncounterCheckpoint {
    return {
      convergences: this.#convergences.map((watch) => watch.checkpoint()),
      roamings: [...this.#roamings],
    };
  }

  /** Goes on from a checkpoint, with its rules. `set` comes after it, with those of now. */
  restore({ convergences, roamings }: EncounterCheckpoint): void {
    this.#convergences = convergences.map(({ rule, ...known }) => Convergence.restore(rule, known));
    this.#roamings = [...roamings];
  }

  /** After a clock that was ahead was set right: places of the future say nothing, and what was told lasts. */
  forgetFuture(nowMs: number): void {
    const { convergences, roamings } = this.checkpoint();
    const isPast = (fix: { readonly fixedAtMs: number }): boolean => fix.fixedAtMs <= nowMs;
    this.restore({
      convergences: convergences.map((each) => ({ ...each, fixes: each.fixes.filter(isPast) })),
      roamings: roamings.map(({ rule, state }) => ({
        rule,
        state: {
          ...state,
          one: state.one !== undefined && isPast(state.one) ? state.one : undefined,
          other: state.other !== undefined && isPast(state.other) ? state.other : undefined,
          turning: undefined,
        },
      })),
    });
  }
}
