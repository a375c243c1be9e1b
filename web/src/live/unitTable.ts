/*
 * What the screen knows of every unit with a position, as columns that the GPU reads as they are.
 * Row r of a unit is index.get(unitKey); n = count; arrays hold `capacity` rows and double when full.
 *
 *   column      type      row holds
 *   unitKey     u32       key of the unit
 *   lonLat      f64 x 2   newest fix, degrees
 *   glide       f32 x 4   degrees back to where the glide began (lon, lat), and when it begins and
 *                         ends, seconds since glideEpochMs: small numbers, so float32 keeps
 *                         millimetres and milliseconds
 *   look        f32 x 3   symbol number (place in unitKinds), course in degrees or -1 for no
 *                         pointer, presence (place in presences)
 *   fixedAtMs   f64       time of the fix, server time
 *   speedCmps, course   u16   as in the live frame (liveFrame.ts); decoded when somebody looks
 *   accuracy    u8        the same
 */
import {
  decodeCourse,
  type LiveFrame,
  maxFrameUnits,
  unknownAccuracy,
  unknownSpeed,
} from '../../../server/domain/liveFrame.ts';
import type { PresenceMessage } from '../../../server/domain/liveMessage.ts';
import { type Presence, presences } from '../../../server/domain/presence.ts';
import type { RosterEntry } from '../../../server/domain/unit.ts';
import { unitKinds } from '../../../server/domain/unit.ts';

export type UnitTable = {
  count: number;
  capacity: number;
  readonly index: Map<number, number>;
  readonly roster: Map<number, RosterEntry>;
  /** Whether each unit of the roster is there, those without a row included; by unit key, as the server says it. */
  readonly presence: Map<number, Presence>;
  rosterVersion: number;
  unitKey: Uint32Array;
  lonLat: Float64Array;
  glide: Float32Array;
  look: Float32Array;
  fixedAtMs: Float64Array;
  speedCmps: Uint16Array;
  course: Uint16Array;
  accuracy: Uint8Array;
  /** Page time that column `glide` counts from. */
  glideEpochMs: number;
  /** Page time at which the last glide under way arrives. */
  glidingUntilMs: number;
};

/** When and whether symbols glide. */
export type Motion = {
  /** Now on the page's clock (the one `glide` is drawn by), ms. */
  readonly nowMs: number;
  /** False: symbols jump (reduced motion, first sight). */
  readonly glides: boolean;
};

/**
 * A glide takes as long as lay between the two fixes, so that a symbol moves at the unit's pace, but
 * at most this: a symbol shows where the unit was, and must not lag minutes behind a slow reporter.
 */
export const longestGlideMs = 5000;

/**
 * A leg longer than this is drawn as a jump: nobody drives it between two fixes, and a symbol that
 * sweeps across the map draws the eye for nothing. Degrees of latitude or longitude: 5 km at the
 * equator, 4.9 km at the ends of Indonesia.
 */
export const longestGlideDeg = 0.045;

/** Slower than this a unit stands: GPS noise makes its course meaningless, so it gets no pointer. cm/s. */
const standingCmps = 50;

/** float32 seconds keep about 0.1 ms for this long; then the epoch moves. */
const epochLifeMs = 30 * 60 * 1000;

/** An empty table. `nowMs` is page time. */
export function createUnitTable(nowMs: number): UnitTable {
  return {
    count: 0,
    index: new Map(),
    roster: new Map(),
    presence: new Map(),
    rosterVersion: 0,
    glideEpochMs: nowMs,
    glidingUntilMs: 0,
    ...allocate(256),
  };
}

/** Replaces the roster, or adds to it; positions of units that are no longer in it are dropped. */
export function applyRoster(
  table: UnitTable,
  entries: readonly RosterEntry[],
  rosterVersion: number,
  complete: boolean,
): void {
  if (complete) table.roster.clear();
  for (const entry of entries) table.roster.set(entry.key, entry);
  table.rosterVersion = rosterVersion;
  if (complete) {
    dropUnitsWithoutEntry(table);
    for (const key of table.presence.keys()) {
      if (!table.roster.has(key)) table.presence.delete(key);
    }
  }
  for (let row = 0; row < table.count; row += 1) {
    table.look[row * 3] = symbolOf(table, table.unitKey[row] ?? 0);
  }
}

/** Takes over who is there; all others are forgotten when `complete`. Units that are not in the roster are left out. */
export function applyPresence(
  table: UnitTable,
  units: PresenceMessage['units'],
  complete: boolean,
): void {
  if (complete) table.presence.clear();
  for (const [key, number] of units) {
    const presence = presences[number];
    if (presence !== undefined && table.roster.has(key)) table.presence.set(key, presence);
  }
  for (let row = 0; row < table.count; row += 1) {
    table.look[row * 3 + 2] = presenceNumber(table, table.unitKey[row] ?? 0);
  }
}

/** Whether a unit is there; one of whom the server has not said it is not known to be, and so is lost. */
export function presenceOf(table: UnitTable, unitKey: number): Presence {
  return table.presence.get(unitKey) ?? 'lost';
}

/** Replaces all positions by the frame's. Nothing glides: how a unit got there is not known. */
export function applySnapshot(table: UnitTable, frame: LiveFrame, nowMs: number): void {
  table.count = 0;
  table.index.clear();
  table.glidingUntilMs = 0;
  table.glideEpochMs = nowMs;
  applyDelta(table, frame, { nowMs, glides: false });
}

/**
 * Takes over the units of a frame.
 *
 * @returns false when the table would grow beyond what a frame may hold: the sender is broken
 */
export function applyDelta(table: UnitTable, frame: LiveFrame, motion: Motion): boolean {
  if (motion.nowMs - table.glideEpochMs > epochLifeMs) {
    moveGlideEpoch(table, motion.nowMs);
  }
  const nowS = (motion.nowMs - table.glideEpochMs) / 1000;
  let likelyRow = 0;
  for (let i = 0; i < frame.count; i += 1) {
    const key = frame.unitKey[i] ?? 0;
    // units come in the order in which they first came, so most need no look into the index
    const isLikely = likelyRow < table.count && table.unitKey[likelyRow] === key;
    const known = isLikely ? likelyRow : table.index.get(key);
    if (known === undefined && table.count >= maxFrameUnits) return false;
    const row = known ?? addRow(table, key);
    likelyRow = row + 1;
    if (motion.glides && known !== undefined) startGlide(table, row, frame, i, nowS);
    else stopGlide(table, row);
    setFix(table, row, frame, i);
  }
  return true;
}

/** Where the symbol of a row is drawn at page time `nowMs`, [lon, lat]: what the shader computes, for the CPU. */
export function displayedPlace(table: UnitTable, row: number, nowMs: number): [number, number] {
  const rest = glideRest(table, row, (nowMs - table.glideEpochMs) / 1000);
  return [
    (table.lonLat[row * 2] ?? 0) + (table.glide[row * 4] ?? 0) * rest,
    (table.lonLat[row * 2 + 1] ?? 0) + (table.glide[row * 4 + 1] ?? 0) * rest,
  ];
}

/** Share of a row's glide that is still to go, 1 to 0. */
function glideRest(table: UnitTable, row: number, nowS: number): number {
  const startS = table.glide[row * 4 + 2] ?? 0;
  const endS = table.glide[row * 4 + 3] ?? 0;
  if (nowS >= endS) return 0;
  return nowS <= startS ? 1 : (endS - nowS) / (endS - startS);
}

/** From where the symbol is drawn, which may be half-way on the leg before: it never leaps back. */
function startGlide(
  table: UnitTable,
  row: number,
  frame: LiveFrame,
  i: number,
  nowS: number,
): void {
  const { glide } = table;
  const at = row * 4;
  const rest = glideRest(table, row, nowS);
  const lon = (table.lonLat[row * 2] ?? 0) + (glide[at] ?? 0) * rest;
  const lat = (table.lonLat[row * 2 + 1] ?? 0) + (glide[at + 1] ?? 0) * rest;
  const backLon = lon - (frame.lonMicrodeg[i] ?? 0) / 1e6;
  const backLat = lat - (frame.latMicrodeg[i] ?? 0) / 1e6;
  const gapMs = frame.serverTimeMs - (frame.ageMs[i] ?? 0) - (table.fixedAtMs[row] ?? 0);
  const isJump = Math.max(Math.abs(backLon), Math.abs(backLat)) > longestGlideDeg;
  if (gapMs <= 0 || isJump || (backLon === 0 && backLat === 0)) {
    stopGlide(table, row);
    return;
  }
  const lastsMs = Math.min(gapMs, longestGlideMs);
  glide[at] = backLon;
  glide[at + 1] = backLat;
  glide[at + 2] = nowS;
  glide[at + 3] = nowS + lastsMs / 1000;
  const untilMs = table.glideEpochMs + nowS * 1000 + lastsMs;
  if (untilMs > table.glidingUntilMs) table.glidingUntilMs = untilMs;
}

function stopGlide(table: UnitTable, row: number): void {
  const at = row * 4;
  table.glide[at] = 0;
  table.glide[at + 1] = 0;
  table.glide[at + 2] = 0;
  table.glide[at + 3] = 0;
}

function setFix(table: UnitTable, row: number, frame: LiveFrame, i: number): void {
  const speedCmps = frame.speedCmps[i] ?? unknownSpeed;
  const course = frame.course[i] ?? 0;
  const fixedAtMs = frame.serverTimeMs - (frame.ageMs[i] ?? 0);
  table.lonLat[row * 2] = (frame.lonMicrodeg[i] ?? 0) / 1e6;
  table.lonLat[row * 2 + 1] = (frame.latMicrodeg[i] ?? 0) / 1e6;
  // unknown speed is a large number, so a unit that says only its course has a pointer
  table.look[row * 3 + 1] = speedCmps < standingCmps ? -1 : (decodeCourse(course) ?? -1);
  table.fixedAtMs[row] = fixedAtMs;
  table.speedCmps[row] = speedCmps;
  table.course[row] = course;
  table.accuracy[row] = frame.accuracy[i] ?? unknownAccuracy;
}

function symbolOf(table: UnitTable, key: number): number {
  return unitKinds.indexOf(table.roster.get(key)?.kind ?? 'other');
}

function presenceNumber(table: UnitTable, key: number): number {
  return presences.indexOf(presenceOf(table, key));
}

function addRow(table: UnitTable, key: number): number {
  const row = table.count;
  if (row === table.capacity) grow(table);
  table.unitKey[row] = key;
  table.look[row * 3] = symbolOf(table, key);
  table.look[row * 3 + 2] = presenceNumber(table, key);
  table.index.set(key, row);
  table.count = row + 1;
  return row;
}

/** Fills the hole of each dropped unit with the last row, so that rows stay dense. */
function dropUnitsWithoutEntry(table: UnitTable): void {
  for (let row = table.count - 1; row >= 0; row -= 1) {
    const key = table.unitKey[row] ?? 0;
    if (table.roster.has(key)) continue;
    const last = table.count - 1;
    const lastKey = table.unitKey[last] ?? 0;
    table.unitKey.copyWithin(row, last, last + 1);
    table.lonLat.copyWithin(row * 2, last * 2, last * 2 + 2);
    table.glide.copyWithin(row * 4, last * 4, last * 4 + 4);
    table.look.copyWithin(row * 3, last * 3, last * 3 + 3);
    table.fixedAtMs.copyWithin(row, last, last + 1);
    table.speedCmps.copyWithin(row, last, last + 1);
    table.course.copyWithin(row, last, last + 1);
    table.accuracy.copyWithin(row, last, last + 1);
    table.index.set(lastKey, row);
    table.index.delete(key);
    table.count = last;
  }
}

function moveGlideEpoch(table: UnitTable, nowMs: number): void {
  const shiftS = (nowMs - table.glideEpochMs) / 1000;
  for (let row = 0; row < table.count; row += 1) {
    const at = row * 4;
    table.glide[at + 2] = (table.glide[at + 2] ?? 0) - shiftS;
    table.glide[at + 3] = (table.glide[at + 3] ?? 0) - shiftS;
  }
  table.glideEpochMs = nowMs;
}

function allocate(capacity: number) {
  return {
    capacity,
    unitKey: new Uint32Array(capacity),
    lonLat: new Float64Array(capacity * 2),
    glide: new Float32Array(capacity * 4),
    look: new Float32Array(capacity * 3),
    fixedAtMs: new Float64Array(capacity),
    speedCmps: new Uint16Array(capacity),
    course: new Uint16Array(capacity),
    accuracy: new Uint8Array(capacity),
  };
}

function grow(table: UnitTable): void {
  const wider = allocate(table.capacity * 2);
  wider.unitKey.set(table.unitKey);
  wider.lonLat.set(table.lonLat);
  wider.glide.set(table.glide);
  wider.look.set(table.look);
  wider.fixedAtMs.set(table.fixedAtMs);
  wider.speedCmps.set(table.speedCmps);
  wider.course.set(table.course);
  wider.accuracy.set(table.accuracy);
  Object.assign(table, wider);
}
