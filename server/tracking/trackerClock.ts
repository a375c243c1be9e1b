import type { ClockReading } from '../domain/clockReading.ts';
import { dayMs, hourMs, minuteMs } from '../domain/durations.ts';

/*
 * What a fix shows of its tracker's clock. Ahead of the server's clock it is by (device time -
 * receive time), plus however long the fix was under way. So a fix from the future proves a clock
 * that is ahead, and is timed by what it showed at once, while one from the past may have been stored
 * for hours: a delay varies, an offset does not. Of each 20 s (a minute for those from the past) one
 * sample is kept, the freshest fix, so that a burst of stored fixes is no more than one.
 */

/** One sample. */
export type ClockSample = {
  /** When its slot began, by the receive time. */
  readonly atMs: number;
  /** Device time minus receive time of the freshest fix in it. */
  readonly aheadMs: number;
};

/** A tracker's clock, with the samples since it ceased to fit. */
export type TrackerClock = ClockReading & {
  readonly samples: readonly ClockSample[];
  /** The offset that was last known to be constant, ms: what holds again if `ahead` was a single slip. */
  readonly knownMs: number;
  /** The samples began where fresh fixes had ended: fixes that were stored while nobody could be reached. */
  readonly isQueue: boolean;
};

/** What holds until something else is shown. */
export const rightClock: TrackerClock = {
  state: 'right',
  offsetMs: 0,
  changedAtMs: 0,
  samples: [],
  knownMs: 0,
  isQueue: false,
};

/** A message's freshest fix, all epoch ms. */
export type ClockSign = {
  readonly deviceMs: number;
  readonly receivedAtMs: number;
  /** Of the newest fix that is known and came in while it was fresh; undefined: there is none. */
  readonly freshMs: number | undefined;
};

/** A clock that is off by less does no harm: screens show ages in minutes. */
export const clockToleranceMs = minuteMs;
/** Samples that agree are within this: twice what a mobile network takes on a bad day. */
const agreementMs = 15_000;
const aheadSlotMs = 20_000;
const behindSlotMs = minuteMs;
/** For a clock that is behind all of these must agree, eleven minutes: a queue can be as even for a while. */
const maxSamples = 12;
/** So many fresh samples that agree show a clock that is ahead; they span over two minutes. */
const enoughAhead = 8;
/** Samples from the future that do not agree: no delay explains them. */
const jumpsToDistrust = 4;
/** Samples that show a corrected clock to be right again. */
const enoughRight = 3;
/** By less than this no fix is taken for one of two moments: it is stored, at most so much too early. */
export const unclearFromMs = 10 * minuteMs;
/** Nothing is stored for longer than this on its way: what was ahead before was a slip. */
const longestDelayMs = 30 * dayMs;
/** A receiver that takes the week count of GPS for one of the epoch before (IS-GPS-200, 20.3.3.3.1.1). */
const rolloverMs = 1_024 * 7 * dayMs;
/**
 * What the zones of Indonesia (WIB, WITA, WIT) are apart from each other and from UTC: how far behind
 * a clock is whose time zone was set wrong.
 */
const zoneErrorsMs: readonly number[] = [1, 2, 7, 8, 9].map((hours) => hours * hourMs);

/** True when a fix that is ahead by so much is what a clock with this offset says, within a minute. */
export function fits(offsetMs: number, aheadMs: number): boolean {
  return Math.abs(aheadMs - offsetMs) <= clockToleranceMs;
}

/** True when a clock is seen with other eyes than before. */
export function hasChanged(before: ClockReading, after: ClockReading): boolean {
  return (
    before.state !== after.state ||
    before.offsetMs !== after.offsetMs ||
    before.changedAtMs !== after.changedAtMs
  );
}

/** A clock as it was stored. */
export function storedClock(reading: ClockReading): TrackerClock {
  const { state, offsetMs } = reading;
  return { ...rightClock, ...reading, knownMs: state === 'corrected' ? offsetMs : 0 };
}

/** The clock after a message of its tracker. Returns the same object when nothing is learned. */
export function readClock(clock: TrackerClock, sign: ClockSign): TrackerClock {
  const { deviceMs, receivedAtMs: atMs } = sign;
  const aheadMs = deviceMs - atMs;
  const isSettled = clock.state === 'right' || clock.state === 'corrected';
  if (isSettled && clock.samples.length === 0 && fits(clock.offsetMs, aheadMs)) return clock;
  const read = {
    ...clock,
    samples: addSample(clock, { atMs, aheadMs }),
    isQueue: clock.samples.length === 0 ? isOfQueue(sign) : clock.isQueue,
  };
  switch (clock.state) {
    case 'right':
    case 'corrected':
    case 'behind':
      return startsAhead(read, aheadMs, atMs) ?? settled(read, atMs);
    case 'ahead':
      return startsAhead(read, aheadMs, atMs) ?? provisional(read, aheadMs, atMs);
    case 'distrusted':
      return evenly(read, atMs) ?? read;
  }
}

/** A fix from the future, as the clock is thought to be: from now on it is timed by what this one shows. */
function startsAhead(clock: TrackerClock, aheadMs: number, atMs: number): TrackerClock | undefined {
  if (aheadMs <= clock.offsetMs + clockToleranceMs) return undefined;
  // thought to be behind, and not so far at least
  if (aheadMs <= clockToleranceMs) return as(clock, 'right', 0, atMs);
  if (isJumping(clock)) return distrusted(clock, atMs);
  return {
    ...clock,
    state: 'ahead',
    offsetMs: newOffset(aheadMs, clock.offsetMs),
    changedAtMs: atMs,
  };
}

/** A clock whose offset is known. */
function settled(clock: TrackerClock, atMs: number): TrackerClock {
  const { state, samples, offsetMs } = clock;
  const newest = samples.slice(-enoughRight);
  const isRight = ({ aheadMs }: ClockSample): boolean =>
    fits(0, aheadMs) && (state === 'behind' || !fits(offsetMs, aheadMs));
  if (newest.length === enoughRight && newest.every(isRight)) return as(clock, 'right', 0, atMs);
  if (state !== 'behind' && samples.every(({ aheadMs }) => fits(offsetMs, aheadMs))) {
    return { ...clock, samples: [] };
  }
  if (isJumping(clock)) return distrusted(clock, atMs);
  return evenly(clock, atMs) ?? clock;
}

/** A clock that is timed by the first fix from the future. */
function provisional(clock: TrackerClock, aheadMs: number, atMs: number): TrackerClock {
  const { samples, offsetMs, knownMs } = clock;
  if (aheadMs > clockToleranceMs && aheadMs < offsetMs - longestDelayMs) {
    return { ...clock, offsetMs: newOffset(aheadMs, offsetMs), changedAtMs: atMs };
  }
  if (fits(knownMs, aheadMs) && !fits(offsetMs, aheadMs)) {
    const before = knownMs === 0 ? 'right' : 'corrected';
    // what jumps to and fro is to be seen as that
    return { ...as(clock, before, knownMs, atMs), samples };
  }
  const middleMs = medianOf(samples);
  const agreeing = samples.filter((sample) => fits(middleMs, sample.aheadMs));
  if (agreeing.length >= enoughAhead) {
    // not by the whole minute: one at its edge would go to and fro
    if (Math.abs(middleMs) <= clockToleranceMs / 2) return as(clock, 'right', 0, atMs);
    // times go on as they were, unless the first fix was long under way
    const isNear = Math.abs(middleMs - offsetMs) <= agreementMs;
    return as(clock, 'corrected', isNear ? offsetMs : newOffset(middleMs, offsetMs), atMs);
  }
  return isJumping(clock) ? distrusted(clock, atMs) : clock;
}

/** What a whole window of samples shows that agree with each other; undefined: they do not. */
function evenly(clock: TrackerClock, atMs: number): TrackerClock | undefined {
  const { state, samples, offsetMs } = clock;
  if (samples.length < maxSamples) return undefined;
  const freshestMs = Math.max(...samples.map(({ aheadMs }) => aheadMs));
  if (samples.some(({ aheadMs }) => aheadMs < freshestMs - agreementMs)) return undefined;
  const middleMs = medianOf(samples);
  const isThought = state === 'right' || state === 'corrected';
  if (isThought && fits(offsetMs, middleMs)) return undefined;
  if (fits(0, middleMs)) return as(clock, 'right', 0, atMs);
  if (middleMs > 0 || isOfClock(clock)) {
    return as(clock, 'corrected', newOffset(middleMs, offsetMs), atMs);
  }
  if (state === 'behind') return undefined;
  return { ...as(clock, 'behind', 0, atMs), samples, isQueue: clock.isQueue };
}

/** True when samples from the past are what a clock says, and not how long fixes are stored. */
function isOfClock({ samples, isQueue }: TrackerClock): boolean {
  const isAll = (behindMs: number): boolean =>
    samples.every(({ aheadMs }) => Math.abs(aheadMs + behindMs) <= agreementMs);
  return isAll(rolloverMs) || isAll(2 * rolloverMs) || (!isQueue && zoneErrorsMs.some(isAll));
}

/** True for a fix from the past that goes on where the fresh ones ended: a tracker out of reach stores them. */
function isOfQueue({ deviceMs, receivedAtMs, freshMs }: ClockSign): boolean {
  return freshMs !== undefined && deviceMs >= freshMs && deviceMs < receivedAtMs - clockToleranceMs;
}

function as(
  clock: TrackerClock,
  state: 'right' | 'corrected' | 'behind',
  offsetMs: number,
  changedAtMs: number,
): TrackerClock {
  return { ...clock, state, offsetMs, changedAtMs, samples: [], knownMs: offsetMs, isQueue: false };
}

function distrusted(clock: TrackerClock, atMs: number): TrackerClock {
  return { ...clock, state: 'distrusted', offsetMs: 0, changedAtMs: atMs, knownMs: 0 };
}

/**
 * An offset of at least so much, by another fraction of a second than the one before. Devices count
 * whole seconds, nearly all of them: so two fixes never get one time because the clock is seen with
 * other eyes between them, also when nothing is remembered of the first.
 */
function newOffset(aheadMs: number, beforeMs: number): number {
  const fractionMs = ((((beforeMs % 1000) + 1000) % 1000) + 1) % 1000 || 1;
  return Math.ceil((aheadMs - fractionMs) / 1000) * 1000 + fractionMs;
}

function addSample(clock: TrackerClock, sample: ClockSample): readonly ClockSample[] {
  const { samples, offsetMs, state } = clock;
  const last = samples.at(-1);
  const isOld =
    state !== 'ahead' && sample.aheadMs < offsetMs - clockToleranceMs && !fits(0, sample.aheadMs);
  if (last === undefined || sample.atMs - last.atMs >= (isOld ? behindSlotMs : aheadSlotMs)) {
    return [...samples.slice(-(maxSamples - 1)), sample];
  }
  if (sample.aheadMs <= last.aheadMs) return samples;
  return [...samples.slice(0, -1), { atMs: last.atMs, aheadMs: sample.aheadMs }];
}

function medianOf(samples: readonly ClockSample[]): number {
  const sorted = samples.map(({ aheadMs }) => aheadMs).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function isJumping({ knownMs, samples }: TrackerClock): boolean {
  if (samples.length < maxSamples) return false;
  const middleMs = medianOf(samples);
  if (samples.filter(({ aheadMs }) => fits(middleMs, aheadMs)).length >= enoughAhead) {
    // one that is right most of the time and not always jumps all the same
    if (!fits(knownMs, middleMs)) return false;
  }
  const fromFuture = samples.filter(({ aheadMs }) => aheadMs > knownMs + clockToleranceMs);
  return fromFuture.length >= jumpsToDistrust;
}
