import type { Cause } from '../domain/cause.ts';
import { minuteMs } from '../domain/durations.ts';
import type { LonLat } from '../domain/fence.ts';
import type { Fix } from '../domain/fix.ts';
import { presenceThresholds } from '../domain/presence.ts';
import type { Unit, UnitKind } from '../domain/unit.ts';
import type { AlarmFacts } from './alarmFacts.ts';
import { minutes } from './causesOf.ts';

/** A rule about units that stop: within a radius, for a time. */
export type StoppedRule = { readonly id: string; readonly radiusM: number; readonly forMs: number };

/** A unit that has not left the place of a fix. Plain data. */
type Stand = {
  readonly kind: UnitKind;
  readonly lon: number;
  readonly lat: number;
  readonly accuracyM: number;
  readonly sinceMs: number;
  /** Time of its newest fix. */
  newestMs: number;
  /** The first fix that was elsewhere, until another agrees. */
  away: Place | undefined;
  /** Not to be asked before: it stands at a site. */
  askAtMs: number;
  isTold: boolean;
};
type Place = {
  readonly lon: number;
  readonly lat: number;
  readonly accuracyM: number;
  readonly atMs: number;
};
type Ground = Pick<AlarmFacts, 'isAtSite' | 'distanceM'>;
export type StoppedCheckpoint = {
  readonly lookedAtMs: number;
  readonly rules: readonly {
    readonly rule: StoppedRule;
    readonly stands: readonly (readonly [unitKey: number, stand: Stand])[];
  }[];
};

/** Where the accuracy is not known, metres. */
const usualAccuracyM = 15;
/** So many sigmas of both places speak for standing still. */
const allowedSigmas = 1.5;
/** All that stand are looked at so often, and one at a site is asked about again after this, ms. */
const lookEveryMs = 5_000;
const askEveryMs = minuteMs;

/**
 * Which units have not moved farther than a radius for a time, outside of every site. Two fixes in a
 * row elsewhere are needed to have moved: one may be a jump. Silence proves nothing: after a gap longer
 * than that after which a unit of its kind is lost, its time begins anew.
 */
export class StoppedUnits {
  readonly #ground: Ground;
  #rules: readonly { readonly rule: StoppedRule; readonly stands: Map<number, Stand> }[] = [];
  #lookedAtMs = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** A rule that stays as it is goes on. */
  set(rules: readonly StoppedRule[]): void {
    const known = new Map(this.#rules.map((each) => [JSON.stringify(each.rule), each]));
    this.#rules = rules.map(
      (rule) => known.get(JSON.stringify(rule)) ?? { rule, stands: new Map() },
    );
  }

  /** Forgets what is known for a rule: it is about other units now. */
  reset(ruleId: string): void {
    for (const { rule, stands } of this.#rules) if (rule.id === ruleId) stands.clear();
  }

  get isWatching(): boolean {
    return this.#rules.some(({ stands }) => stands.size > 0);
  }

  /**
   * Takes a live fix of the tracker that drives a unit.
   *
   * @param isCovered whether a rule is about the unit
   */
  take(
    unit: Pick<Unit, 'key' | 'kind'>,
    { lon, lat, fixedAtMs, accuracyM = usualAccuracyM }: Fix,
    receivedAtMs: number,
    isCovered: (ruleId: string) => boolean,
  ): readonly Cause[] {
    const atMs = Math.min(fixedAtMs, receivedAtMs);
    const causes: Cause[] = [];
    for (const { rule, stands } of this.#rules) {
      if (!isCovered(rule.id)) {
        stands.delete(unit.key);
        continue;
      }
      // it could be anywhere within the radius
      if (accuracyM > rule.radiusM) continue;
      const place = { lon, lat, accuracyM, atMs };
      const stand = stands.get(unit.key);
      const cause =
        stand === undefined ? undefined : this.#move(rule, unit, stand, place, receivedAtMs);
      if (cause !== undefined) causes.push(cause);
      const next = nextStand(this.#ground, rule, unit.kind, stand, place);
      if (next !== stand) stands.set(unit.key, next);
      else if (this.#isDue(rule, next, next.newestMs)) {
        const told = this.#ask(rule, unit.key, next, receivedAtMs);
        if (told !== undefined) causes.push(told);
      }
    }
    return causes;
  }

  /** Time went on: of those who are still in contact it is known that they stand. */
  tick(nowMs: number): readonly Cause[] {
    if (nowMs - this.#lookedAtMs < lookEveryMs && nowMs >= this.#lookedAtMs) return [];
    this.#lookedAtMs = nowMs;
    const causes: Cause[] = [];
    for (const { rule, stands } of this.#rules) {
      for (const [unitKey, stand] of stands) {
        if (nowMs - stand.newestMs > presenceThresholds[stand.kind].lateAfterMs) continue;
        if (stand.away !== undefined || !this.#isDue(rule, stand, nowMs)) continue;
        const told = this.#ask(rule, unitKey, stand, nowMs);
        if (told !== undefined) causes.push(told);
      }
    }
    return causes;
  }

  /** Forgets units that are no more. */
  keepOnly(isKnown: (unitKey: number) => boolean): void {
    for (const { stands } of this.#rules) {
      for (const unitKey of stands.keys()) if (!isKnown(unitKey)) stands.delete(unitKey);
    }
  }

  /** It was told before that a unit stands somewhere, as an open alarm says. */
  adopt(
    ruleId: string,
    { key, kind }: Pick<Unit, 'key' | 'kind'>,
    [lon, lat]: LonLat,
    atMs: number,
  ): void {
    const place = { lon, lat, accuracyM: usualAccuracyM, atMs };
    for (const { rule, stands } of this.#rules) {
      if (rule.id === ruleId) stands.set(key, { ...freshStand(kind, place, atMs), isTold: true });
    }
  }

  checkpoint(): StoppedCheckpoint {
    return {
      lookedAtMs: this.#lookedAtMs,
      rules: this.#rules.map(({ rule, stands }) => ({ rule, stands: [...stands] })),
    };
  }

  restore({ lookedAtMs, rules }: StoppedCheckpoint): void {
    this.#lookedAtMs = lookedAtMs;
    this.#rules = rules.map(({ rule, stands }) => ({ rule, stands: new Map(stands) }));
  }

  /** The end of a stop that was told, where a fix shows that it has moved. */
  #move(
    rule: StoppedRule,
    { key }: Pick<Unit, 'key'>,
    stand: Stand,
    place: Place,
    nowMs: number,
  ): Cause | undefined {
    if (!stand.isTold || stand.away === undefined) return undefined;
    if (isThere(this.#ground, rule, stand, place)) return undefined;
    return causeOf(rule, key, stand, 'ended', stand.away.atMs, nowMs, place);
  }

  #isDue(rule: StoppedRule, stand: Stand, nowMs: number): boolean {
    return !stand.isTold && nowMs - stand.sinceMs >= rule.forMs && nowMs >= stand.askAtMs;
  }

  #ask(rule: StoppedRule, unitKey: number, stand: Stand, nowMs: number): Cause | undefined {
    if (this.#ground.isAtSite([stand.lon, stand.lat])) {
      stand.askAtMs = nowMs + askEveryMs;
      return undefined;
    }
    stand.isTold = true;
    return causeOf(rule, unitKey, stand, 'began', stand.sinceMs + rule.forMs, nowMs, stand);
  }
}

/** What is known after a fix: the same stand, or a new one from where it was first seen elsewhere. */
function nextStand(
  ground: Ground,
  rule: StoppedRule,
  kind: UnitKind,
  stand: Stand | undefined,
  place: Place,
): Stand {
  if (stand === undefined) return freshStand(kind, place, place.atMs);
  const wasSilentMs = place.atMs - stand.newestMs;
  if (isThere(ground, rule, stand, place)) {
    const wasLost = wasSilentMs > presenceThresholds[kind].lostAfterMs;
    if (wasLost && !stand.isTold) return freshStand(kind, place, place.atMs);
    stand.newestMs = place.atMs;
    stand.away = undefined;
    return stand;
  }
  if (stand.away === undefined) {
    stand.away = place;
    stand.newestMs = place.atMs;
    return stand;
  }
  const fresh = freshStand(kind, stand.away, place.atMs);
  return isThere(ground, rule, fresh, place) ? fresh : freshStand(kind, place, place.atMs);
}

function freshStand(kind: UnitKind, { lon, lat, accuracyM, atMs }: Place, newestMs: number): Stand {
  return {
    ...{ kind, lon, lat, accuracyM, sinceMs: atMs, newestMs },
    ...{ away: undefined, askAtMs: Number.MIN_SAFE_INTEGER, isTold: false },
  };
}

function isThere(ground: Ground, { radiusM }: StoppedRule, stand: Stand, place: Place): boolean {
  const apartM = ground.distanceM(stand.lon, stand.lat, place.lon, place.lat);
  const allowedM = allowedSigmas * Math.hypot(stand.accuracyM, place.accuracyM);
  return apartM <= radiusM + allowedM;
}

function causeOf(
  rule: StoppedRule,
  unitKey: number,
  stand: Stand,
  edge: 'began' | 'ended',
  happenedAtMs: number,
  atMs: number,
  { lon, lat }: { readonly lon: number; readonly lat: number },
): Cause {
  return {
    id: `stopped/${rule.id}/${unitKey}/${stand.sinceMs}/${edge}`,
    ...{ kind: 'stopped', edge, subjectKey: `unit:${unitKey}`, unitKey, ruleId: rule.id },
    ...{ happenedAtMs, atMs, place: [lon, lat] },
    value: minutes(rule.forMs),
    data: { sinceMs: stand.sinceMs, newestFixMs: stand.newestMs, radiusM: rule.radiusM },
  };
}
