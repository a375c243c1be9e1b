import type { Stay } from '../../domain/transition.ts';
import type { ArmedFence } from './armedFence.ts';
import type { Sight } from './crossing.ts';
import { type Due, DueQueue } from './dueQueue.ts';
import type { FencesInForce } from './fencesInForce.ts';
import type { Happened } from './transitionOf.ts';
import { type AtFence, distanceAtOf, sightAt, type UnitAtFences } from './unitAtFences.ts';

/** What is asked and told by whoever watches units at fences. */
export type WatchParts = {
  readonly ground: FencesInForce;
  readonly unitOf: (unitKey: number) => UnitAtFences | undefined;
  readonly tell: (unit: UnitAtFences, armed: ArmedFence, happened: Happened) => void;
  readonly onStay: (stay: Stay) => void;
};

const nobody: ReadonlySet<number> = new Set();

/** Who is confirmed inside what, and what time alone tells of them: dwell, lost-inside, withdrawn. */
export class Insiders {
  readonly #parts: WatchParts;
  readonly #byFence = new Map<number, Set<number>>();
  readonly #due = new DueQueue();

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  of(fenceKey: number): ReadonlySet<number> {
    return this.#byFence.get(fenceKey) ?? nobody;
  }

  /** A unit is inside from now on. */
  begin(unit: UnitAtFences, at: AtFence, armed: ArmedFence, atMs: number, isSilent: boolean): void {
    const { unitKey } = unit;
    const { key: fenceKey, siteKey } = armed.fence;
    this.#add(fenceKey, unitKey);
    at.isDwellTold = false;
    at.isLostTold = false;
    at.dwellFromMs = atMs;
    this.#parts.onStay({ unitKey, fenceKey, siteKey, isInside: true, atMs, isSilent });
    this.schedule(unit, armed);
  }

  /** A unit is not inside any more, if it was. */
  end(unitKey: number, fenceKey: number, atMs: number, isSilent: boolean): void {
    const inside = this.#byFence.get(fenceKey);
    if (inside?.delete(unitKey) !== true) return;
    if (inside.size === 0) this.#byFence.delete(fenceKey);
    const siteKey = this.#parts.ground.get(fenceKey)?.fence.siteKey;
    this.#parts.onStay({ unitKey, fenceKey, siteKey, isInside: false, atMs, isSilent });
  }

  /** A unit left: its stay may have been long enough, and no tick came meanwhile, as in fixes that were stored. */
  tellDwell({ unitKey }: UnitAtFences, { fenceKey, dwellDueMs }: AtFence, leftAtMs: number): void {
    if (dwellDueMs === undefined || dwellDueMs > leftAtMs) return;
    this.#fall({ unitKey, fenceKey, kind: 'dwell', dueMs: dwellDueMs });
  }

  /** A fence ceased to count: nobody left it, and nobody is inside. */
  endAll(fenceKey: number, atMs: number): void {
    for (const unitKey of [...this.of(fenceKey)]) this.end(unitKey, fenceKey, atMs, true);
  }

  /** Puts on the clock what is due of a unit that is inside. */
  schedule(unit: UnitAtFences, armed: ArmedFence | undefined): void {
    if (armed === undefined) return;
    const { unitKey } = unit;
    const { key: fenceKey, watch } = armed.fence;
    const at = unit.at.find((each) => each.fenceKey === fenceKey);
    if (at === undefined || at.crossing.side !== 'inside') return;
    const { dwellMs, lostInsideMs } = watch;
    at.dwellDueMs = dwellMs === undefined || at.isDwellTold ? undefined : at.dwellFromMs + dwellMs;
    at.lostDueMs =
      lostInsideMs === undefined || at.isLostTold ? undefined : unit.heardAtMs + lostInsideMs;
    if (at.dwellDueMs !== undefined) {
      this.#due.add({ unitKey, fenceKey, kind: 'dwell', dueMs: at.dwellDueMs });
    }
    if (at.lostDueMs !== undefined) {
      this.#due.add({ unitKey, fenceKey, kind: 'lost_inside', dueMs: at.lostDueMs });
    }
  }

  /** A provisional enter is withdrawn at this time, unless it is confirmed before. */
  scheduleWithdrawal(unitKey: number, fenceKey: number, dueMs: number): void {
    this.#due.add({ unitKey, fenceKey, kind: 'provisional', dueMs });
  }

  /** Nothing confirmed a provisional enter. */
  withdraw(
    unit: UnitAtFences,
    at: AtFence,
    armed: ArmedFence,
    atMs: number,
    rests: readonly Sight[],
  ): void {
    if (at.provisional === undefined) return;
    const { crossedAtMs } = at.provisional;
    at.provisional = undefined;
    at.quietUntilMs = atMs + armed.rules.provisionalMs;
    this.#parts.tell(unit, armed, {
      kind: 'withdrawn',
      rule: 'not_confirmed',
      crossedAtMs,
      rests,
      isCorrection: false,
      confirmedAtMs: atMs,
    });
  }

  /** Tells of all that is due by now. */
  tick(nowMs: number): void {
    for (let due = this.#due.take(nowMs); due !== undefined; due = this.#due.take(nowMs)) {
      this.#fall(due);
    }
  }

  clear(): void {
    this.#byFence.clear();
    this.#due.clear();
  }

  /** Takes over a unit from a checkpoint. */
  restore(unit: UnitAtFences): void {
    const { unitKey } = unit;
    for (const { fenceKey, crossing, provisional } of unit.at) {
      const armed = this.#parts.ground.get(fenceKey);
      if (armed?.isArmed !== true) continue;
      if (provisional !== undefined) this.scheduleWithdrawal(unitKey, fenceKey, provisional.dueMs);
      // a fence that ceased to count and counts again: nobody was seen inside since
      if (crossing.side !== 'inside' || armed.armedAtMs > unit.takenAtMs) continue;
      this.#add(fenceKey, unitKey);
      this.schedule(unit, armed);
    }
  }

  #add(fenceKey: number, unitKey: number): void {
    const inside = this.#byFence.get(fenceKey);
    if (inside === undefined) this.#byFence.set(fenceKey, new Set([unitKey]));
    else inside.add(unitKey);
  }

  /** Tells of what is due, if it still is. */
  #fall({ unitKey, fenceKey, kind, dueMs }: Due): void {
    const { unitOf, ground, tell } = this.#parts;
    const unit = unitOf(unitKey);
    const armed = ground.get(fenceKey);
    const at = unit?.at.find((each) => each.fenceKey === fenceKey);
    if (unit === undefined || armed?.isArmed !== true || at === undefined) return;
    const rests = this.#newestOf(unit, armed);
    const timed = { rule: 'timer', rests, isCorrection: false, confirmedAtMs: dueMs } as const;
    if (kind === 'provisional') {
      if (at.provisional?.dueMs === dueMs) this.withdraw(unit, at, armed, dueMs, rests);
      return;
    }
    if (!this.of(fenceKey).has(unitKey)) return;
    if (kind === 'dwell') {
      if (at.dwellDueMs !== dueMs) return;
      at.dwellDueMs = undefined;
      at.isDwellTold = true;
      tell(unit, armed, { ...timed, kind, crossedAtMs: at.dwellFromMs });
      return;
    }
    if (at.lostDueMs !== dueMs) return;
    const { lostInsideMs = Number.POSITIVE_INFINITY } = armed.fence.watch;
    at.lostDueMs = unit.heardAtMs + lostInsideMs;
    if (at.lostDueMs > dueMs) {
      // it was heard since
      this.#due.add({ unitKey, fenceKey, kind, dueMs: at.lostDueMs });
      return;
    }
    at.lostDueMs = undefined;
    at.isLostTold = true;
    unit.isLostTold = true;
    tell(unit, armed, { ...timed, kind, crossedAtMs: unit.heardAtMs });
  }

  /** The newest place of a unit, whether or not it lay in the safe disc, as seen from a fence. */
  #newestOf(unit: UnitAtFences, armed: ArmedFence): readonly Sight[] {
    const { before } = unit;
    if (before === undefined) return [];
    const distanceAt = distanceAtOf(unit, this.#parts.ground, armed);
    return [sightAt(before, distanceAt(before.xM, before.yM))];
  }
}
