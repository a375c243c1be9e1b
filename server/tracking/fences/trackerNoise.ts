/*
 * How wrong the places of one tracker are, learned from its still periods. Two thirds of trackers
 * say nothing of their accuracy, and of the others some say far too little, so what a tracker
 * claims counts in proportion to what its claims were worth so far.
 */

/** What is known of a tracker's noise. Plain numbers: it is part of a checkpoint. */
export type TrackerNoise = {
  /** Variance of one axis without jumps, square metres. */
  varianceM2: number;
  /** Still time that it rests on, seconds; what nobody has seen counts as `priorS`. */
  learnedS: number;
  /** Variance of one axis of the step from one fix to the next, square metres, and the time between. */
  stepVarianceM2: number;
  stepS: number;
  /** Mean square of the claimed accuracy while it was still; 0: it claims none. */
  claimedM2: number;
  /** Share of the time that it spent in jumps lately, and in far ones. */
  jumpShare: number;
  farJumpShare: number;
  /** Leaps farther still, lately: older ones count less. */
  leaps: number;
  /** Variance of one axis over the last minutes, while it goes to and fro; 0: it does not. */
  restlessM2: number;
  isUnreliable: boolean;
};

/** A tracker of which nothing is known: between a good and a poor one. */
const priorSigmaM = 8;
/** So much still time weighs the prior. */
const priorS = 180;
/** Older still time counts less and less. */
const memoryS = 2 * 3600;
/** No consumer receiver is better than this over an hour, metres (one axis). */
const bestSigmaM = 2;
/** Variance that one deviation may show, in variances: a tail does not make a receiver bad. */
const winsorVariances = 9;
/** Beyond this sigma, or in far jumps for more than this share of the time, nothing follows from a tracker. */
export const unreliableSigmaM = 22;
const unreliableFarShare = 0.15;
/**
 * Leaps of so many metres tell the worst receivers, which make about 30 of them an hour, from poor
 * ones, which make one in four hours, long before their sigma does.
 */
const leapM = 75;
/**
 * So many leaps lately say as much as that sigma, and some of both add up: few of a tracker that
 * nobody knows yet, more of one that was seen to stand for long.
 */
const unreliableLeapsAtFirst = 1.1;
const unreliableLeapsLater = 10;
/** It is believed again below all of these: sigma, share of what made it unreliable, share of the time. */
const reliableSigmaM = 18;
const reliableShare = 0.85;
const reliableFarShare = 0.08;
/** A far jump, metres: street by street, not across one. */
const farM = 50;
const jumpMemoryS = 900;
const farMemoryS = 400;
const leapMemoryS = 600;

export function freshNoise(): TrackerNoise {
  return {
    varianceM2: priorSigmaM ** 2,
    learnedS: 0,
    stepVarianceM2: 4,
    stepS: 5,
    claimedM2: 0,
    jumpShare: 0,
    farJumpShare: 0,
    leaps: 0,
    restlessM2: 0,
    isUnreliable: false,
  };
}

/** One sigma of one axis, metres. */
export function sigmaM(noise: TrackerNoise): number {
  return Math.max(bestSigmaM, Math.sqrt(noise.varianceM2));
}

/**
 * One sigma of one axis of a fix with a claimed accuracy, metres. Before a still period has shown
 * what the claims are worth, a claim can make it worse than the prior, never better.
 */
export function sigmaOfFixM(noise: TrackerNoise, accuracyM: number | undefined): number {
  const learnedM = sigmaM(noise);
  if (accuracyM === undefined) return learnedM;
  const ratio = noise.claimedM2 > 0 ? Math.sqrt(noise.varianceM2 / noise.claimedM2) : 1;
  return Math.max(learnedM, accuracyM * Math.min(ratio, 4));
}

/** Time over which errors hang together, seconds, from the variance of a step against the whole. */
export function correlationS(noise: TrackerNoise): number {
  const change = noise.stepVarianceM2 / (2 * noise.varianceM2);
  if (change >= 0.95) return noise.stepS;
  return Math.min(600, Math.max(noise.stepS, -noise.stepS / Math.log(1 - change)));
}

/** Learns from a fix of a still tracker that is `dxM`, `dyM` from where it stands, `dtS` after the one before. */
export function learnStill(
  noise: TrackerNoise,
  dxM: number,
  dyM: number,
  dtS: number,
  accuracyM: number | undefined,
): void {
  const limitM2 = winsorVariances * noise.varianceM2;
  const seenM2 = Math.min(limitM2, (dxM * dxM + dyM * dyM) / 2);
  const share = dtS / (dtS + priorS + Math.min(noise.learnedS, memoryS));
  noise.varianceM2 += share * (seenM2 - noise.varianceM2);
  noise.learnedS = Math.min(memoryS, noise.learnedS + dtS);
  if (accuracyM !== undefined) {
    const claimed = accuracyM * accuracyM;
    noise.claimedM2 += (noise.claimedM2 === 0 ? 1 : share) * (claimed - noise.claimedM2);
  }
  learnJump(noise, 0, 0, dtS);
}

/** Learns from the step between two fixes of a still tracker. */
export function learnStep(noise: TrackerNoise, dxM: number, dyM: number, dtS: number): void {
  const seenM2 = Math.min(winsorVariances * noise.stepVarianceM2, (dxM * dxM + dyM * dyM) / 2);
  const share = dtS / (dtS + priorS + Math.min(noise.learnedS, memoryS));
  noise.stepVarianceM2 = Math.max(
    0.01,
    noise.stepVarianceM2 + share * (seenM2 - noise.stepVarianceM2),
  );
  noise.stepS += share * (dtS - noise.stepS);
}

/** Learns that a still tracker was `awayM` from its place for `dtS`, and back: a jump, or a tail of its noise. */
export function learnAway(noise: TrackerNoise, awayM: number, dtS: number): void {
  const share = dtS / (dtS + priorS + Math.min(noise.learnedS, memoryS));
  noise.varianceM2 += share * (winsorVariances - 1) * noise.varianceM2;
  learnJump(noise, 1, awayM >= farM ? 1 : 0, dtS);
  learnLeap(noise, awayM, 1);
}

/** Learns that a still tracker leapt: out and back again (1), or one of the two (1/2). */
export function learnLeap(noise: TrackerNoise, lengthM: number, weight: number): void {
  if (lengthM < leapM) return;
  noise.leaps += weight;
  judge(noise);
}

function learnJump(noise: TrackerNoise, away: 0 | 1, far: 0 | 1, dtS: number): void {
  noise.jumpShare += (1 - Math.exp(-dtS / jumpMemoryS)) * (away - noise.jumpShare);
  noise.farJumpShare += (1 - Math.exp(-dtS / farMemoryS)) * (far - noise.farJumpShare);
  if (noise.leaps > 0) noise.leaps *= Math.exp(-dtS / leapMemoryS);
  judge(noise);
}

/** Takes over how far it goes to and fro over the last minutes, as variance of one axis; 0: it does not. */
export function learnRestless(noise: TrackerNoise, restlessM2: number): void {
  noise.restlessM2 = restlessM2;
  judge(noise);
}

/** Takes that over as its noise: it stands, only nobody saw it stand. */
export function adoptRestless(noise: TrackerNoise, spanS: number): void {
  noise.varianceM2 = Math.max(noise.varianceM2, noise.restlessM2);
  noise.learnedS = Math.max(noise.learnedS, spanS);
}

function judge(noise: TrackerNoise): void {
  const worstM2 = Math.max(noise.varianceM2, noise.restlessM2);
  const known = noise.learnedS / memoryS;
  const leaps = unreliableLeapsAtFirst + known * (unreliableLeapsLater - unreliableLeapsAtFirst);
  const badness = worstM2 / unreliableSigmaM ** 2 + noise.leaps / leaps;
  noise.isUnreliable = noise.isUnreliable
    ? worstM2 > reliableSigmaM ** 2 ||
      badness > reliableShare ||
      noise.farJumpShare > reliableFarShare
    : badness > 1 || noise.farJumpShare > unreliableFarShare;
}
