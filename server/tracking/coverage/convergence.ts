import { type ConvergenceRule, maxUnits } from '../../domain/encounterRule.ts';
import type { LonLat } from '../../domain/fence.ts';
import {
  type ConvergenceTransition,
  type Edge,
  type UnitFix,
  unitsTransitionId,
} from '../../domain/siteTransition.ts';
import type { Agency, UnitKind } from '../../domain/unit.ts';
import { distanceM, wrapLon } from '../fences/localPlane.ts';
import { UnitGrid } from './unitGrid.ts';

/** A fix of a unit, with what rules ask of the unit. */
export type ClassedFix = UnitFix & { readonly kind: UnitKind; readonly agency: Agency };

/** A convergence that was told and has not ended. Its place follows those that met. */
export type Meeting = {
  readonly unitKeys: readonly number[];
  readonly sinceMs: number;
  readonly place: LonLat;
};

/** What a rule knows: plain data. */
export type ConvergenceCheckpoint = {
  readonly rule: ConvergenceRule;
  readonly fixes: readonly UnitFix[];
  readonly meetings: readonly Meeting[];
};

/** Meetings of a rule at one time; a rule with more is about traffic, not about a meeting. */
export const maxMeetings = 256;
/** One within so many radii of a known one is that one: those who meet walk about. */
const sameWithin = 2;
/** It lasts while its units are within so many radii, so that one on the edge does not end it by a jump. */
const lastsWithin = 1.5;

/**
 * Watches one rule, fix by fix. A convergence begins with a fix around which, within the radius, the
 * newest places of enough units (its own included) lie that are not older than the time. It ends by a
 * tick at which fewer are left within 1.5 radii of its middle.
 */
export class Convergence {
  readonly rule: ConvergenceRule;
  readonly #units: UnitGrid;
  #meetings: readonly Meeting[] = [];
  #overflowed = 0;

  constructor(rule: ConvergenceRule) {
    const { units, radiusM, withinMs } = rule;
    const isSound =
      Number.isInteger(units) && units >= 2 && units <= maxUnits && radiusM >= 1 && withinMs > 0;
    if (!isSound || !(radiusM <= 20_000)) {
      throw new RangeError(
        `expected 2 to ${maxUnits} units within 1 to 20000 m and a time, got ${units}, ${radiusM}, ${withinMs}`,
      );
    }
    this.rule = rule;
    this.#units = new UnitGrid(radiusM);
  }

  /** Convergences that were told and have not ended. */
  get meetings(): readonly Meeting[] {
    return this.#meetings;
  }

  /** How many more than `maxMeetings` there were and were not told. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /**
   * Takes a live fix; one that is older than the unit's newest changes nothing.
   *
   * @param nowMs when it is taken, by the operation's clock
   */
  take(fix: ClassedFix, nowMs: number): ConvergenceTransition | undefined {
    if (!this.#concerns(fix)) return undefined;
    const { unitKey, fixedAtMs, lon, lat } = fix;
    const before = this.#units.get(unitKey);
    if (before !== undefined && before.fixedAtMs >= fixedAtMs) return undefined;
    this.#units.put({ unitKey, fixedAtMs, lon, lat });
    const { radiusM, withinMs, units } = this.rule;
    const met = this.#units.near(lon, lat, radiusM, fixedAtMs - withinMs);
    if (met.length < units) return undefined;
    const place = middleOf(met);
    const known = this.#meetings.find(
      (each) => distanceM(lon, lat, each.place[0], each.place[1]) <= sameWithin * radiusM,
    );
    if (known !== undefined) {
      this.#meetings = this.#meetings.map((each) => (each === known ? { ...each, place } : each));
      return undefined;
    }
    if (this.#meetings.length >= maxMeetings) {
      this.#overflowed += 1;
      return undefined;
    }
    const named = met.slice(0, maxUnits);
    const meeting = {
      unitKeys: named.map((each) => each.unitKey),
      sinceMs: fixedAtMs,
      place,
    };
    this.#meetings = [...this.#meetings, meeting];
    return this.#transition(meeting, 'began', nowMs, named);
  }

  /** Ends what has dispersed, and forgets places that are too old to count again. */
  tick(nowMs: number): ConvergenceTransition[] {
    const { radiusM, withinMs, units } = this.rule;
    const sinceMs = nowMs - withinMs;
    for (const { unitKey, fixedAtMs } of [...this.#units.values()]) {
      if (fixedAtMs < sinceMs) this.#units.remove(unitKey);
    }
    const ended: ConvergenceTransition[] = [];
    const lasting: Meeting[] = [];
    for (const meeting of this.#meetings) {
      const [lon, lat] = meeting.place;
      const left = this.#units.near(lon, lat, lastsWithin * radiusM, sinceMs);
      if (left.length >= units) lasting.push(meeting);
      else ended.push(this.#transition(meeting, 'ended', nowMs, left));
    }
    if (ended.length > 0) this.#meetings = lasting;
    return ended;
  }

  checkpoint(): ConvergenceCheckpoint {
    return {
      rule: this.rule,
      fixes: [...this.#units.values()],
      meetings: this.#meetings,
    };
  }

  /** A watch that goes on from a checkpoint of the same rule. */
  static restore(
    rule: ConvergenceRule,
    { fixes, meetings }: Omit<ConvergenceCheckpoint, 'rule'>,
  ): Convergence {
    const restored = new Convergence(rule);
    for (const fix of fixes) restored.#units.put(fix);
    restored.#meetings = meetings;
    return restored;
  }

  #concerns({ kind, agency }: ClassedFix): boolean {
    const { unitKinds, agencies } = this.rule;
    if (unitKinds !== undefined && !unitKinds.includes(kind)) return false;
    return agencies === undefined || agencies.includes(agency);
  }

  #transition(
    { unitKeys, sinceMs, place }: Meeting,
    edge: Edge,
    nowMs: number,
    fixes: readonly UnitFix[],
  ): ConvergenceTransition {
    const { key: ruleKey, radiusM } = this.rule;
    return {
      id: unitsTransitionId('convergence', ruleKey, unitKeys, sinceMs, edge),
      kind: 'convergence',
      edge,
      ruleKey,
      place,
      radiusM,
      sinceMs,
      confirmedAtMs: nowMs,
      fixes,
    };
  }
}

/** The mean place; of longitudes by their distance from the first, for the sake of the antimeridian. */
function middleOf(fixes: readonly UnitFix[]): LonLat {
  const first = fixes[0]?.lon ?? 0;
  const east = fixes.reduce((sum, { lon }) => sum + wrapLon(lon - first), 0);
  const lat = fixes.reduce((sum, fix) => sum + fix.lat, 0);
  return [wrapLon(first + east / fixes.length), lat / fixes.length];
}
