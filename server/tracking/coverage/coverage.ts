import type { CheckIn, CheckOut } from '../../domain/checkIn.ts';
import {
  coverageOf,
  emptyPlan,
  type RequirementPlan,
  requiredStrength,
  type SiteCoverage,
} from '../../domain/coverage.ts';
import type { Versions } from '../../domain/places.ts';
import type { Result } from '../../domain/result.ts';
import type { Site, Strength } from '../../domain/site.ts';
import type { SiteEvidence, SiteTransition } from '../../domain/siteTransition.ts';
import { presenceWithoutFuture, stateWithoutFuture } from './forgetFuture.ts';
import {
  type Crew,
  checkedIn,
  checkedOut,
  presentAt,
  type SitePresence,
  unitEntered,
  unitLeft,
  withoutPast,
} from './sitePresence.ts';
import {
  type CoverageRules,
  endSite,
  hasTold,
  quietUntilMs,
  type SiteState,
  stepSite,
  usualCoverageRules,
} from './siteState.ts';

/** What a tick asks about the world. It must answer from the journal, so that a replay hears the same. */
export type CoverageQuestions = {
  /** Undefined: there is no such unit any more. Beside its newest place it changes only with a `recountUnits`. */
  readonly crewOf: (unitKey: number) => Crew | undefined;
  /** The phase that an operation is in; undefined: it is over, or has not begun. */
  readonly phaseOf: (operationKey: number) => string | undefined;
  /** What an operation asks of its sites by their class; undefined: nothing. The same object while it is the same. */
  readonly planOf?: ((operationKey: number) => RequirementPlan | undefined) | undefined;
};

/** One site of a checkpoint. */
export type SiteCheckpoint = {
  readonly siteKey: number;
  readonly presence: SitePresence | undefined;
  readonly state: SiteState | undefined;
};

/** All that coverage knows beside the sites themselves: plain data. */
export type CoverageCheckpoint = {
  readonly version: 1;
  readonly sites: readonly SiteCheckpoint[];
  /** Sites that were taken away after the newest tick. */
  readonly leaving: readonly { readonly siteKey: number; readonly state: SiteState }[];
};

/** All that is known of one site. */
type SiteEntry = {
  site: Site;
  presence: SitePresence | undefined;
  state: SiteState | undefined;
  coverage: SiteCoverage | undefined;
  /** What was required when it was looked at last. */
  required: Strength | undefined;
  /** Up to and with this moment another look would find and tell nothing new, epoch ms. */
  quietUntilMs: number;
};

/**
 * The coverage of all sites, and who is missing. Driven by ticks: silence does not stop it. As large
 * as the sites that are set: what is told of others is let go.
 */
export class Coverage {
  readonly #rules: CoverageRules;
  #entries = new Map<number, SiteEntry>();
  /** Of sites that were taken away while something of them was told; ended by the next tick. */
  readonly #leaving = new Map<number, SiteState>();

  constructor(rules: CoverageRules = usualCoverageRules) {
    this.#rules = rules;
  }

  /** True when something was told of a site that is no more: it ends with one more tick. */
  get hasLeaving(): boolean {
    return this.#leaving.size > 0;
  }

  /** Takes over which sites there are, as they are in force now. Known ones keep what is known of them. */
  setSites(sites: readonly Site[]): void {
    const before = this.#entries;
    this.#entries = new Map(
      sites.map((site) => {
        const { presence, state, coverage } = before.get(site.key) ?? {};
        return [site.key, { ...emptyEntry(site), presence, state, coverage }];
      }),
    );
    for (const [key, { state }] of before) {
      if (this.#entries.has(key) || state === undefined || !hasTold(state)) continue;
      this.#leaving.set(key, state);
    }
  }

  /** Takes over what a change did to sites; the others stay as quiet as they are. */
  changeSites({ begun, endedKeys }: Versions<Site>): void {
    for (const key of endedKeys) {
      const state = this.#entries.get(key)?.state;
      if (state !== undefined && hasTold(state)) this.#leaving.set(key, state);
      this.#entries.delete(key);
    }
    for (const site of begun) {
      const { presence, state, coverage } = this.#entries.get(site.key) ?? {};
      this.#entries.set(site.key, { ...emptyEntry(site), presence, state, coverage });
    }
  }

  /**
   * Units changed: whom they count for, or that they are no more. The next tick looks again at the sites
   * at which one of them was.
   */
  recountUnits(unitKeys: Iterable<number>): void {
    const changed = new Set(unitKeys);
    if (changed.size === 0) return;
    for (const entry of this.#entries.values()) {
      const isConcerned = entry.presence?.stays.some(({ unitKey }) => changed.has(unitKey));
      if (isConcerned === true) entry.quietUntilMs = unquiet;
    }
  }

  /**
   * The clock was ahead and is right now: what came by it lies in the future, and is taken to be of
   * this moment. Once, at the start after the replay.
   */
  forgetFuture(nowMs: number): void {
    for (const entry of this.#entries.values()) {
      const { presence, state } = entry;
      if (presence !== undefined) entry.presence = presenceWithoutFuture(presence, nowMs);
      if (state !== undefined) entry.state = stateWithoutFuture(state, nowMs);
      entry.quietUntilMs = unquiet;
    }
  }

  /** A unit was confirmed inside the ring of a site, or was inside when that was armed. */
  entered(siteKey: number, unitKey: number, atMs: number): void {
    const entry = this.#entries.get(siteKey);
    if (entry !== undefined) setPresence(entry, unitEntered(entry.presence, unitKey, atMs));
  }

  /** A unit was confirmed outside the ring of a site. */
  left(siteKey: number, unitKey: number, atMs: number): void {
    const entry = this.#entries.get(siteKey);
    if (entry !== undefined) setPresence(entry, unitLeft(entry.presence, unitKey, atMs));
  }

  /** Takes a check-in that `checkCheckIn` found good. */
  checkIn(checkIn: CheckIn): Result<SitePresence, 'unknown_site' | 'too_many_check_ins'> {
    const entry = this.#entries.get(checkIn.siteKey);
    if (entry === undefined) {
      return {
        ok: false,
        reason: 'unknown_site',
        detail: `there is no site ${checkIn.siteKey}, or no more; choose one from the list of sites`,
      };
    }
    const taken = checkedIn(entry.presence, checkIn);
    if (taken.ok) setPresence(entry, taken.value);
    return taken;
  }

  /** Takes a check-out. */
  checkOut(checkOut: CheckOut): void {
    const entry = this.#entries.get(checkOut.siteKey);
    if (entry !== undefined) setPresence(entry, checkedOut(entry.presence, checkOut));
  }

  /** What is known of who is at a site; undefined: it was never reported on. */
  presenceOf(siteKey: number): SitePresence | undefined {
    return this.#entries.get(siteKey)?.presence;
  }

  /** As the newest tick saw it; undefined: there was none since the site is known. */
  coverageOf(siteKey: number): SiteCoverage | undefined {
    return this.#entries.get(siteKey)?.coverage;
  }

  /**
   * Looks at every site, and tells what began and what ended since the tick before. Ticks come in
   * order; how often is how finely `sinceMs` is known.
   */
  tick(nowMs: number, questions: CoverageQuestions): SiteTransition[] {
    const told: SiteTransition[] = [];
    const tell = (transition: SiteTransition): void => {
      told.push(transition);
    };
    for (const [siteKey, state] of this.#leaving) {
      for (const ended of endSite(siteKey, state, nowMs)) tell(ended);
    }
    this.#leaving.clear();
    for (const entry of this.#entries.values()) this.#look(entry, nowMs, questions, tell);
    // in whatever order the sites became known
    return told.sort((a, b) => a.siteKey - b.siteKey);
  }

  /** All that must be kept for a restart that tells nothing again. */
  checkpoint(): CoverageCheckpoint {
    const sites = [...this.#entries]
      .filter(([, { presence, state }]) => presence !== undefined || state !== undefined)
      .map(([siteKey, { presence, state }]) => ({ siteKey, presence, state }));
    const leaving = [...this.#leaving].map(([siteKey, state]) => ({ siteKey, state }));
    return { version: 1, sites, leaving };
  }

  /**
   * Goes on from a checkpoint, with the sites that are set, in the same order; what was told of others
   * ends with the next tick.
   */
  restore({ sites, leaving }: CoverageCheckpoint): void {
    for (const [siteKey, { site }] of this.#entries) this.#entries.set(siteKey, emptyEntry(site));
    this.#leaving.clear();
    for (const { siteKey, state } of leaving) this.#leaving.set(siteKey, state);
    for (const { siteKey, presence, state } of sites) {
      const entry = this.#entries.get(siteKey);
      if (entry !== undefined) {
        entry.presence = presence;
        entry.state = state;
      } else if (state !== undefined && hasTold(state)) {
        this.#leaving.set(siteKey, state);
      }
    }
  }

  #look(
    entry: SiteEntry,
    nowMs: number,
    { crewOf, phaseOf, planOf }: CoverageQuestions,
    tell: (transition: SiteTransition) => void,
  ): void {
    const { site } = entry;
    const phase = phaseOf(site.operationKey);
    const plan = planOf?.(site.operationKey) ?? emptyPlan;
    const required = requiredStrength(site, plan, phase, nowMs);
    // most sites, most ticks: the same people as before, and no time has run out
    if (required === entry.required && nowMs <= entry.quietUntilMs) return;
    const rule = this.#rules[site.siteClass];
    if (entry.presence !== undefined) {
      entry.presence = withoutPast(entry.presence, nowMs, rule.windowMs);
    }
    const present = presentAt(entry.presence, nowMs, rule.windowMs, crewOf);
    const coverage = coverageOf(required, present.strength, entry.presence !== undefined);
    const evidence = (): SiteEvidence => ({
      phase,
      windowMs: rule.windowMs,
      unitKeys: present.unitKeys,
      checkInIds: present.checkInIds,
      agencies: coverage.agencies,
    });
    const state = stepSite(site.key, entry.state, coverage, rule, nowMs, evidence, tell);
    entry.state = state;
    entry.coverage = { siteKey: site.key, ...coverage, sinceMs: state.sinceMs };
    entry.required = required;
    entry.quietUntilMs = Math.min(present.holdsUntilMs, quietUntilMs(state, rule));
  }
}

/** Look again, whatever the time. */
const unquiet = Number.NEGATIVE_INFINITY;

function emptyEntry(site: Site): SiteEntry {
  return {
    site,
    presence: undefined,
    state: undefined,
    coverage: undefined,
    required: undefined,
    quietUntilMs: unquiet,
  };
}

function setPresence(entry: SiteEntry, presence: SitePresence | undefined): void {
  entry.presence = presence;
  entry.quietUntilMs = unquiet;
}
