import type { Rule } from '../domain/rule.ts';
import type { HeldAlarm } from './heldAlarm.ts';

type Side = 'suppressed' | 'standing';
type Group = Readonly<Record<Side, Map<string, HeldAlarm>>>;

/**
 * The alarms that a phase may suppress or show again, by rule and operation: on these alone depends
 * whether they are suppressed, so that a tick asks once for each group and not for each alarm.
 * Standing are those that are shown as being so: what suppression would take away.
 */
export class Suppression {
  readonly #groups = new Map<string, Group>();
  readonly #sides = new Map<string, Side>();

  get isWaiting(): boolean {
    return this.#groups.size > 0;
  }

  /** An alarm is as it is now. */
  put(held: HeldAlarm, rule: Rule | undefined): void {
    const { id, state, isLatching } = held.alarm;
    const mayBe = rule !== undefined && rule.suppressedPhases.length > 0 && !isLatching;
    const isShown = state === 'unacknowledged' || state === 'acknowledged';
    const side = state === 'suppressed' ? state : mayBe && isShown ? 'standing' : undefined;
    if (side === this.#sides.get(id)) return;
    this.remove(held);
    if (side === undefined) return;
    const key = groupKeyOf(held);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { suppressed: new Map(), standing: new Map() };
      this.#groups.set(key, group);
    }
    group[side].set(id, held);
    this.#sides.set(id, side);
  }

  remove(held: HeldAlarm): void {
    const { id } = held.alarm;
    const side = this.#sides.get(id);
    if (side === undefined) return;
    this.#sides.delete(id);
    const key = groupKeyOf(held);
    const group = this.#groups.get(key);
    if (group === undefined) return;
    group[side].delete(id);
    if (group.suppressed.size + group.standing.size === 0) this.#groups.delete(key);
  }

  /** Those whose state is not what it should be, by their ids. */
  turned(isSuppressedNow: (held: HeldAlarm) => boolean): readonly HeldAlarm[] {
    const turned: HeldAlarm[] = [];
    for (const { suppressed, standing } of this.#groups.values()) {
      const [any] = suppressed.size > 0 ? suppressed.values() : standing.values();
      if (any === undefined) continue;
      for (const held of (isSuppressedNow(any) ? standing : suppressed).values()) turned.push(held);
    }
    return turned.sort((one, other) => (one.alarm.id < other.alarm.id ? -1 : 1));
  }
}

function groupKeyOf({ alarm: { ruleId, operationId } }: HeldAlarm): string {
  return `${ruleId}|${operationId ?? ''}`;
}
