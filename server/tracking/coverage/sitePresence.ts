import type { CheckIn, CheckOut } from '../../domain/checkIn.ts';
import { hourMs } from '../../domain/durations.ts';
import type { Result } from '../../domain/result.ts';
import type { Strength } from '../../domain/site.ts';
import type { Agency } from '../../domain/unit.ts';

/** Who was seen at a site within this long is present: one officer often covers several TPS (domain facts: 2-8-16). */
export const usualWindowMs = 2 * hourMs;
/** A KPU office in an unrest has some hundreds around it. */
export const maxUnitsAtSite = 1_024;
/** Check-ins of a site that are not over. */
export const maxCheckInsAtSite = 64;

/** When a unit was confirmed inside the ring of a site, epoch ms. */
export type Stay = {
  readonly unitKey: number;
  readonly enteredAtMs: number;
  /** Undefined: it is inside. */
  readonly leftAtMs: number | undefined;
};

/** What is known of who is at a site. Plain data, so that it goes into a checkpoint as it is. */
export type SitePresence = {
  /** When it was first reported on, by a unit inside or a check-in, epoch ms. */
  readonly reportedAtMs: number;
  readonly stays: readonly Stay[];
  readonly checkIns: readonly CheckIn[];
};

/** A unit as it counts: as what, for how many, and when its newest place came in, epoch ms. */
export type Crew = {
  readonly agency: Agency;
  /** People, >= 0. */
  readonly strength: number;
  readonly lastPlaceMs: number;
};

/** Who is present at a moment. */
export type Present = {
  readonly strength: Strength;
  readonly unitKeys: readonly number[];
  readonly checkInIds: readonly string[];
  /** The same are present up to and with this moment, epoch ms, as long as nobody comes, goes or changes. */
  readonly holdsUntilMs: number;
};

/** Nobody, whether it is known or not. */
export const nobody: Present = {
  strength: {},
  unitKeys: [],
  checkInIds: [],
  holdsUntilMs: Number.POSITIVE_INFINITY,
};

/** A unit was confirmed inside: by an enter, or because it was there when the fence was armed. */
export function unitEntered(
  presence: SitePresence | undefined,
  unitKey: number,
  atMs: number,
): SitePresence {
  const before = reported(presence, atMs);
  const stay = before.stays.find((each) => each.unitKey === unitKey);
  // inside already, or a correction of what was before its newest stay
  if (stay !== undefined && (stay.leftAtMs === undefined || atMs < stay.leftAtMs)) return before;
  const others = before.stays.filter((each) => each !== stay);
  const kept = others.length < maxUnitsAtSite ? others : withoutOldest(others);
  if (kept === undefined) return before;
  return { ...before, stays: [...kept, { unitKey, enteredAtMs: atMs, leftAtMs: undefined }] };
}

/** A unit was confirmed outside. */
export function unitLeft(
  presence: SitePresence | undefined,
  unitKey: number,
  atMs: number,
): SitePresence | undefined {
  if (presence === undefined) return undefined;
  const stays = presence.stays.map((stay) =>
    stay.unitKey === unitKey && stay.leftAtMs === undefined && atMs >= stay.enteredAtMs
      ? { ...stay, leftAtMs: atMs }
      : stay,
  );
  return { ...presence, stays };
}

/**
 * Takes a check-in. From its beginning on a radio check-in replaces what the same person said before by
 * radio of the same agency; a roll call replaces all that was said of it.
 */
export function checkedIn(
  presence: SitePresence | undefined,
  checkIn: CheckIn,
): Result<SitePresence, 'too_many_check_ins'> {
  const before = reported(presence, checkIn.fromMs);
  // the same once more: an answer was lost on its way
  if (before.checkIns.some(({ id }) => id === checkIn.id)) return { ok: true, value: before };
  let { untilMs } = checkIn;
  const others: CheckIn[] = [];
  for (const other of before.checkIns) {
    if (other.fromMs <= checkIn.fromMs) {
      const isReplaced = replaces(checkIn, other) && other.untilMs > checkIn.fromMs;
      others.push(isReplaced ? { ...other, untilMs: checkIn.fromMs } : other);
    } else {
      if (replaces(other, checkIn)) untilMs = Math.min(untilMs, other.fromMs);
      others.push(other);
    }
  }
  if (others.length >= maxCheckInsAtSite) {
    return {
      ok: false,
      reason: 'too_many_check_ins',
      detail: `the site has ${maxCheckInsAtSite} check-ins; check some of them out, or call the roll`,
    };
  }
  return { ok: true, value: { ...before, checkIns: [...others, { ...checkIn, untilMs }] } };
}

/** Takes a check-out; of one that is over or unknown nothing is left to end. */
export function checkedOut(
  presence: SitePresence | undefined,
  { checkInId, atMs }: CheckOut,
): SitePresence | undefined {
  if (presence === undefined) return undefined;
  const checkIns = presence.checkIns.map((each) =>
    each.id === checkInId ? { ...each, untilMs: Math.min(each.untilMs, atMs) } : each,
  );
  return { ...presence, checkIns };
}

/** The presence without what cannot count any more. What it is of was reported all the same. */
export function withoutPast(presence: SitePresence, nowMs: number, windowMs: number): SitePresence {
  const isOver = ({ leftAtMs }: Stay): boolean =>
    leftAtMs !== undefined && nowMs - leftAtMs > windowMs;
  const isPast = ({ untilMs }: CheckIn): boolean => untilMs <= nowMs;
  if (!presence.stays.some(isOver) && !presence.checkIns.some(isPast)) return presence;
  return {
    ...presence,
    stays: presence.stays.filter((stay) => !isOver(stay)),
    checkIns: presence.checkIns.filter((each) => !isPast(each)),
  };
}

/**
 * Who is present: units that were inside, and told their place there, within the window, and check-ins
 * that hold. A unit counts whole at every site at which it was. A roll call that holds counted all of
 * its agency who were there, so it stands for the units that had entered by then.
 *
 * @param crewOf undefined: there is no such unit any more
 */
export function presentAt(
  presence: SitePresence | undefined,
  nowMs: number,
  windowMs: number,
  crewOf: (unitKey: number) => Crew | undefined,
): Present {
  if (presence === undefined) return nobody;
  if (presence.stays.length === 0 && presence.checkIns.length === 0) return nobody;
  const strength: Partial<Record<Agency, number>> = {};
  const unitKeys: number[] = [];
  const checkInIds: string[] = [];
  let holdsUntilMs = Number.POSITIVE_INFINITY;
  for (const { unitKey, enteredAtMs, leftAtMs } of presence.stays) {
    const crew = crewOf(unitKey);
    if (crew === undefined || enteredAtMs <= countedAtMs(presence, crew.agency, nowMs)) continue;
    // of one that is silent inside nobody knows: it counts from when it was heard last
    const lastInsideMs = leftAtMs ?? Math.max(enteredAtMs, crew.lastPlaceMs);
    if (nowMs - lastInsideMs > windowMs) {
      // it is silent inside: as soon as it is heard it counts again
      if (leftAtMs === undefined) holdsUntilMs = Number.NEGATIVE_INFINITY;
      continue;
    }
    // places only move on, so one that is inside counts for at least so long
    holdsUntilMs = Math.min(holdsUntilMs, lastInsideMs + windowMs);
    strength[crew.agency] = (strength[crew.agency] ?? 0) + crew.strength;
    unitKeys.push(unitKey);
  }
  for (const { id, agency, strength: people, fromMs, untilMs } of presence.checkIns) {
    if (nowMs < fromMs) holdsUntilMs = Math.min(holdsUntilMs, fromMs - 1);
    if (nowMs < fromMs || nowMs >= untilMs) continue;
    holdsUntilMs = Math.min(holdsUntilMs, untilMs - 1);
    strength[agency] = (strength[agency] ?? 0) + people;
    checkInIds.push(id);
  }
  return { strength, unitKeys, checkInIds, holdsUntilMs };
}

/** When all of an agency at the site were counted by the newest roll call that holds, epoch ms; -Infinity: by none. */
function countedAtMs({ checkIns }: SitePresence, agency: Agency, nowMs: number): number {
  let atMs = Number.NEGATIVE_INFINITY;
  for (const each of checkIns) {
    if (each.means !== 'roll_call' || each.agency !== agency) continue;
    if (each.fromMs <= nowMs && nowMs < each.untilMs) atMs = Math.max(atMs, each.fromMs);
  }
  return atMs;
}

function reported(presence: SitePresence | undefined, atMs: number): SitePresence {
  if (presence === undefined) return { reportedAtMs: atMs, stays: [], checkIns: [] };
  return presence.reportedAtMs <= atMs ? presence : { ...presence, reportedAtMs: atMs };
}

/** True when what the newer one says makes the older one void. */
function replaces(newer: CheckIn, older: CheckIn): boolean {
  if (newer.agency !== older.agency) return false;
  if (newer.means === 'roll_call') return true;
  return older.means === 'radio' && newer.who === older.who;
}

/** Without the stay that ended first; undefined when all of them are inside. */
function withoutOldest(stays: readonly Stay[]): readonly Stay[] | undefined {
  let oldest: Stay | undefined;
  for (const stay of stays) {
    if (stay.leftAtMs === undefined) continue;
    if (oldest?.leftAtMs === undefined || stay.leftAtMs < oldest.leftAtMs) oldest = stay;
  }
  return oldest === undefined ? undefined : stays.filter((stay) => stay !== oldest);
}
