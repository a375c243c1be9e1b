/*
 * When a unit is in the area of an incident, and when it has gone. An area is a circle that somebody drew
 * around a place, so nobody is helped by its edge to the metre; what counts is that a unit that stands
 * beside it does not come and go all day.
 */

/** A fix, as far as it says where a unit is. */
export type UnitPlace = {
  readonly lon: number;
  readonly lat: number;
  /** Of one sigma, metres; undefined: the device says nothing of it. */
  readonly accuracyM?: number | undefined;
  /** Epoch ms. */
  readonly fixedAtMs: number;
};

/** So much at least a fix is beyond the edge, metres. */
const leastMarginM = 20;
/** And so many sigmas; beyond so many of them there is no doubt. */
const marginSigmas = 1.5;
const clearSigmas = 4;
/** One sigma of a device that says nothing of it, metres: between a good receiver and a poor one. */
const usualSigmaM = 10;
/** What is beyond doubt holds after so many fixes in a row. */
const clearFixes = 2;
/** What is not takes so many, over so long: errors of a receiver hang together for a minute or two. */
const longFixes = 5;
const longMs = 120_000;

/** On which side of the edge a fix is; `edge`: nobody can say. */
export type Side = 'inside' | 'outside' | 'edge';

/** What a fix says. */
export type Reading = {
  readonly side: Side;
  /** Far enough for no doubt. */
  readonly isClear: boolean;
};

const unsure: Reading = { side: 'edge', isClear: false };

/**
 * Reads a fix.
 *
 * @param distanceM from the middle of the area
 */
export function readFix(
  distanceM: number,
  radiusM: number,
  accuracyM: number | undefined,
): Reading {
  const sigmaM = accuracyM ?? usualSigmaM;
  const signedM = distanceM - radiusM;
  const marginM = Math.max(leastMarginM, marginSigmas * sigmaM);
  if (signedM >= marginM) {
    return { side: 'outside', isClear: signedM >= clearSigmas * sigmaM };
  }
  // a small area has no depth for a whole margin, and an error as large as the area says nothing
  const depthM = Math.min(marginM, radiusM / 2);
  if (signedM > -depthM || sigmaM > radiusM) return unsure;
  return { side: 'inside', isClear: signedM <= -clearSigmas * sigmaM };
}

/** Fixes in a row on one side. Plain numbers: part of a checkpoint. */
export type Row = {
  count: number;
  /** Of them, the last so many were clear. */
  clear: number;
  /** Time of the first of them, epoch ms. */
  sinceMs: number;
  /** Of the newest fix that was looked at, epoch ms. */
  lastMs: number;
};

/** Adds a fix to a row, in place; one on another side ends it. */
export function addToRow(row: Row, reading: Reading, side: Side, fixedAtMs: number): void {
  row.lastMs = fixedAtMs;
  if (reading.side !== side) {
    row.count = 0;
    row.clear = 0;
    return;
  }
  if (row.count === 0) row.sinceMs = fixedAtMs;
  row.count += 1;
  row.clear = reading.isClear ? row.clear + 1 : 0;
}

/** True when a row is enough to say that the unit is on its side. */
export function isConfirmed({ count, clear, sinceMs, lastMs }: Row): boolean {
  return clear >= clearFixes || (count >= longFixes && lastMs - sinceMs >= longMs);
}
