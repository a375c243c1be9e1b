import { dayMs, minuteMs } from './durations.ts';
import type { Result } from './result.ts';
import { type Agency, agencies } from './unit.ts';

/**
 * How the control room knows:
 * - `radio`: somebody called in for a group that no tracker shows.
 * - `roll_call`: everybody of the agency at the site was counted, with a tracker or without. So it
 *   replaces all check-ins before it, and as long as it holds it stands for the units of the agency that
 *   were inside before it, too. Units that enter after it, and check-ins after it, come on top.
 */
export const checkInMeans = ['radio', 'roll_call'] as const;
export type CheckInMeans = (typeof checkInMeans)[number];

/** People at a site for a time, as somebody said. They add to those who are shown by a tracker, but for a roll call. */
export type CheckIn = {
  readonly id: string;
  readonly siteKey: number;
  readonly agency: Agency;
  /** People, >= 0. None is news, too: somebody looked, and the site is empty. */
  readonly strength: number;
  readonly means: CheckInMeans;
  /** Who called in or counted, as on the radio; 1 to 80 characters. */
  readonly who: string;
  readonly fromMs: number;
  /** Without word by then they do not count any more, epoch ms. */
  readonly untilMs: number;
};

/** The group of a check-in has gone. */
export type CheckOut = {
  readonly checkInId: string;
  readonly siteKey: number;
  readonly who: string;
  readonly atMs: number;
};

/** More people than this are a slip of the keyboard: a site has some dozens, a KPU in unrest some hundreds. */
export const maxStrength = 2_000;
/** A check-in holds for a shift and no longer: nobody is present because of what was said yesterday. */
export const longestCheckInMs = dayMs;
/** What was on a radio before it was typed. */
export const oldestCheckInMs = dayMs;
/** Clocks of desks differ. */
const aheadMs = minuteMs;
const longestWho = 80;

/** Why a check-in or check-out was not taken. */
export type CheckInFault =
  | 'bad_strength'
  | 'bad_who'
  | 'bad_agency'
  | 'bad_means'
  | 'bad_time'
  | 'bad_site';

/** A check-in as somebody typed it. */
export type CheckInRequest = {
  readonly id: string;
  readonly siteKey: number;
  readonly agency: string;
  readonly strength: number;
  readonly means: string;
  readonly who: string;
  readonly fromMs: number;
  readonly untilMs: number;
};

/** Checks a check-in by itself. Whether there is such a site, and room for one more, its keeper says. */
export function checkCheckIn(
  request: CheckInRequest,
  nowMs: number,
): Result<CheckIn, CheckInFault> {
  const { strength, fromMs, untilMs } = request;
  const agency = agencies.find((each) => each === request.agency);
  if (agency === undefined) {
    return fault('bad_agency', `agency is one of ${agencies.join(', ')}`);
  }
  const means = checkInMeans.find((each) => each === request.means);
  if (means === undefined) {
    return fault('bad_means', `means is one of ${checkInMeans.join(', ')}`);
  }
  if (!Number.isInteger(strength) || strength < 0 || strength > maxStrength) {
    return fault('bad_strength', `strength is a whole number of people from 0 to ${maxStrength}`);
  }
  const who = checkWho(request.who);
  if (!who.ok) return who;
  if (!isSiteKey(request.siteKey)) return fault('bad_site', 'siteKey is that of a site');
  if (!isTime(fromMs, nowMs)) {
    return fault('bad_time', 'from is at most 24 hours ago, and not in the future');
  }
  // written so that NaN is refused
  if (!(untilMs > fromMs && untilMs <= fromMs + longestCheckInMs)) {
    return fault('bad_time', 'until is after from, by at most 24 hours; check in again then');
  }
  if (untilMs <= nowMs) {
    return fault('bad_time', 'until has passed, so nobody would be present by it');
  }
  return { ok: true, value: { ...request, agency, means, who: who.value } };
}

/** Checks a check-out against the check-in that it ends. */
export function checkCheckOut(
  { who, atMs }: Pick<CheckOut, 'who' | 'atMs'>,
  checkIn: Pick<CheckIn, 'id' | 'siteKey' | 'fromMs'>,
  nowMs: number,
): Result<CheckOut, CheckInFault> {
  const checked = checkWho(who);
  if (!checked.ok) return checked;
  if (!isTime(atMs, nowMs) || atMs < checkIn.fromMs) {
    return fault(
      'bad_time',
      'at is after the check-in, at most 24 hours ago, and not in the future',
    );
  }
  const { id: checkInId, siteKey } = checkIn;
  return { ok: true, value: { checkInId, siteKey, who: checked.value, atMs } };
}

function checkWho(text: string): Result<string, CheckInFault> {
  const who = text.trim();
  if (who.length === 0 || who.length > longestWho || /\p{C}/u.test(who)) {
    return fault('bad_who', `who is 1 to ${longestWho} printable characters`);
  }
  return { ok: true, value: who };
}

function isTime(atMs: number, nowMs: number): boolean {
  return Number.isFinite(atMs) && atMs <= nowMs + aheadMs && atMs >= nowMs - oldestCheckInMs;
}

function isSiteKey(key: number): boolean {
  return Number.isSafeInteger(key) && key > 0;
}

function fault(reason: CheckInFault, detail: string): Result<never, CheckInFault> {
  return { ok: false, reason, detail };
}
