import type { Cause } from '../domain/cause.ts';

/** A rule about batteries of trackers. */
export type BatteryRule = { readonly id: string; readonly belowPct: number };
export type BatteryCheckpoint = readonly {
  readonly rule: BatteryRule;
  /** Trackers that were told, with the units that carried them then. */
  readonly low: readonly (readonly [trackerKey: number, unitKey: number])[];
}[];

/** What a tracker says of its battery. */
export type BatteryReading = {
  readonly unitKey: number;
  readonly trackerKey: number;
  readonly batteryPct: number;
  /** When the tracker said so, epoch ms. */
  readonly happenedAtMs: number;
};

/** A battery is charged again this far above the limit: what it shows wavers. */
const hysteresisPct = 5;

/** Which trackers run out of battery. */
export class LowBatteries {
  #rules: readonly { readonly rule: BatteryRule; readonly low: Map<number, number> }[] = [];

  /** A rule that stays as it is goes on. */
  set(rules: readonly BatteryRule[]): void {
    const known = new Map(this.#rules.map((each) => [JSON.stringify(each.rule), each]));
    this.#rules = rules.map((rule) => known.get(JSON.stringify(rule)) ?? { rule, low: new Map() });
  }

  /** Forgets what is known for a rule: it is about other units now. */
  reset(ruleId: string): void {
    for (const { rule, low } of this.#rules) if (rule.id === ruleId) low.clear();
  }

  /** @param isCovered whether a rule is about the unit */
  take(
    { unitKey, trackerKey, batteryPct, happenedAtMs }: BatteryReading,
    atMs: number,
    isCovered: (ruleId: string) => boolean,
  ): readonly Cause[] {
    const causes: Cause[] = [];
    for (const { rule, low } of this.#rules) {
      const told = low.get(trackerKey);
      const tell = (edge: 'began' | 'ended', of: number): void => {
        const percent = `${Math.round(batteryPct)} %`;
        causes.push({
          id: `battery/${rule.id}/${trackerKey}/${of}/${happenedAtMs}/${edge}`,
          ...{ kind: 'battery_low', edge, unitKey: of, ruleId: rule.id, happenedAtMs, atMs },
          subjectKey: `unit:${of}/tracker:${trackerKey}`,
          value: { id: percent, en: percent },
          data: { trackerKey, batteryPct },
        });
      };
      const limitPct = rule.belowPct + (told === undefined ? 0 : hysteresisPct);
      const isLow = batteryPct < limitPct;
      // one that another unit carries now is that unit's
      if (told !== undefined && (!isLow || told !== unitKey)) {
        low.delete(trackerKey);
        tell('ended', told);
      }
      if (isLow && !low.has(trackerKey) && isCovered(rule.id)) {
        low.set(trackerKey, unitKey);
        tell('began', unitKey);
      }
    }
    return causes;
  }

  /** It was told before, as an open alarm says. */
  adopt(ruleId: string, trackerKey: number, unitKey: number): void {
    for (const { rule, low } of this.#rules) if (rule.id === ruleId) low.set(trackerKey, unitKey);
  }

  checkpoint(): BatteryCheckpoint {
    return this.#rules.map(({ rule, low }) => ({ rule, low: [...low] }));
  }

  restore(rules: BatteryCheckpoint): void {
    this.#rules = rules.map(({ rule, low }) => ({ rule, low: new Map(low) }));
  }
}
