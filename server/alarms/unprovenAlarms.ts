import type { Alarm } from '../domain/alarm.ts';
import type { SiteCoverage } from '../domain/coverage.ts';
import { minuteMs } from '../domain/durations.ts';
import type { RuleKind } from '../domain/rule.ts';
import { isLatchingKind } from './raisedAlarm.ts';

/** An alarm of which nobody has told yet whether it is still so. */
type Unproven = {
  readonly alarmId: string;
  readonly causeKey: string;
  readonly ruleKind: RuleKind;
  readonly subject: Alarm['subject'];
  /** When it was looked at first, epoch ms; undefined: not yet. */
  readonly sinceMs?: number | undefined;
};

export type UnprovenCheckpoint = {
  readonly alarms: readonly Unproven[];
  readonly heard: readonly (readonly [unitKey: number, sinceMs: number])[];
  readonly lookedAtMs: number;
};

export type UnprovenQuestions = {
  readonly find: (alarmId: string) => Alarm | undefined;
  readonly coverageOf: (siteKey: number) => SiteCoverage | undefined;
  /** For how long a convergence of this rule takes in places, ms. */
  readonly withinMsOf: (ruleId: string) => number;
};

/** Whoever watches needs two minutes of fixes at most to say where a unit is; ms. */
const settlesAfterMs = 5 * minuteMs;
const lookEveryMs = 5_000;
/** What the watch tells anew where it is so; of the others the desk itself knows what was told. */
const watched: readonly RuleKind[] = [
  ...(['enter', 'dwell', 'convergence', 'roaming'] as const),
  ...(['absence', 'under_strength', 'not_reported'] as const),
];

/**
 * Alarms that were so when the database was read, where no state was kept: who watches places began
 * anew and tells of no end of what it never saw begin. Here each waits until it is told again, or until
 * enough is known to say that it is not so any more.
 */
export class UnprovenAlarms {
  readonly #alarms = new Map<string, Unproven>();
  /** Since when places of each unit have come, epoch ms. */
  readonly #heard = new Map<number, number>();
  #lookedAtMs = 0;

  get size(): number {
    return this.#alarms.size;
  }

  adopt({ id: alarmId, causeKey, ruleKind, subject, isActive }: Alarm): void {
    if (!isActive || isLatchingKind(ruleKind) || !watched.includes(ruleKind)) return;
    this.#alarms.set(causeKey, { alarmId, causeKey, ruleKind, subject });
  }

  /** A live position of a unit came. */
  heard(unitKey: number, atMs: number): void {
    if (this.size > 0 && !this.#heard.has(unitKey)) this.#heard.set(unitKey, atMs);
  }

  /** It was told anew: its end will be told, too. */
  proved(causeKey: string): void {
    this.#alarms.delete(causeKey);
    if (this.size === 0) this.#heard.clear();
  }

  /** Ids of those that are not so any more, as far as anybody knows. They come until they have ended. */
  over(nowMs: number, questions: UnprovenQuestions): readonly string[] {
    if (this.size === 0) return [];
    if (nowMs - this.#lookedAtMs < lookEveryMs && nowMs >= this.#lookedAtMs) return [];
    this.#lookedAtMs = nowMs;
    const over: string[] = [];
    for (const unproven of [...this.#alarms.values()]) {
      const { alarmId, causeKey, sinceMs } = unproven;
      const alarm = questions.find(alarmId);
      if (alarm?.isActive !== true) this.proved(causeKey);
      else if (sinceMs === undefined) this.#alarms.set(causeKey, { ...unproven, sinceMs: nowMs });
      else if (this.#isOver(alarm, sinceMs, nowMs, questions)) over.push(alarmId);
    }
    return over;
  }

  checkpoint(): UnprovenCheckpoint {
    const alarms = [...this.#alarms.values()];
    return { alarms, heard: [...this.#heard], lookedAtMs: this.#lookedAtMs };
  }

  restore({ alarms, heard, lookedAtMs }: UnprovenCheckpoint): void {
    this.#alarms.clear();
    this.#heard.clear();
    for (const each of alarms) this.#alarms.set(each.causeKey, each);
    for (const [unitKey, sinceMs] of heard) this.#heard.set(unitKey, sinceMs);
    this.#lookedAtMs = lookedAtMs;
  }

  #isOver(
    { ruleId, ruleKind, subject }: Alarm,
    sinceMs: number,
    nowMs: number,
    { coverageOf, withinMsOf }: UnprovenQuestions,
  ): boolean {
    const { unitKey, unitKeys = [], siteKey, agency } = subject;
    switch (ruleKind) {
      case 'absence':
      case 'under_strength':
      case 'not_reported': {
        const coverage = siteKey === undefined ? undefined : coverageOf(siteKey);
        return coverage !== undefined && !mayLack(coverage, ruleKind, agency);
      }
      // whoever is silent is part of none
      case 'convergence':
        return nowMs - sinceMs >= withinMsOf(ruleId) + settlesAfterMs;
      default: {
        const units = unitKey === undefined ? unitKeys : [unitKey];
        // of one that is silent nobody knows
        const heardMs = Math.max(...units.map((key) => this.#heard.get(key) ?? nowMs));
        return nowMs - heardMs >= settlesAfterMs;
      }
    }
  }
}

/** True while a site may lack what an alarm says; of one of which nothing is known yet anything may be so. */
function mayLack(
  { word, agencies }: SiteCoverage,
  kind: 'absence' | 'under_strength' | 'not_reported',
  agency: Alarm['subject']['agency'],
): boolean {
  if (agencies.every(({ required }) => required === 0)) return false;
  if (word === 'belum_lapor') return true;
  if (kind === 'absence') return word === 'kosong';
  if (kind === 'not_reported') return false;
  return agencies.some((each) => each.agency === agency && each.present < each.required);
}
