import { freshCrossing } from './crossing.ts';
import type { FencesInForce } from './fencesInForce.ts';
import { freshAtFence, type UnitAtFences } from './unitAtFences.ts';

/**
 * Takes whatever time of a unit lies after `nowMs` to be of that moment: the clock was ahead. What came
 * before this moment stays before what is armed in it.
 */
export function forgetFutureOf(unit: UnitAtFences, ground: FencesInForce, nowMs: number): void {
  for (const at of unit.at) {
    const armed = ground.get(at.fenceKey);
    // as the next fix would find it; by times that are all of one moment it could not
    if (armed !== undefined && armed.armedAtMs > unit.takenAtMs) {
      Object.assign(at, freshAtFence(at.fenceKey, freshCrossing()));
    }
    at.dwellFromMs = Math.min(at.dwellFromMs, nowMs);
    at.insideSinceMs = earlier(at.insideSinceMs, nowMs);
    at.fastSinceMs = earlier(at.fastSinceMs, nowMs);
    const quietMs = nowMs + (armed?.rules.provisionalMs ?? 0);
    at.quietUntilMs = Math.min(at.quietUntilMs, quietMs);
    if (at.provisional !== undefined) {
      const { crossedAtMs, dueMs } = at.provisional;
      at.provisional = {
        crossedAtMs: Math.min(crossedAtMs, nowMs),
        dueMs: Math.min(dueMs, quietMs),
      };
    }
  }
  unit.heardAtMs = Math.min(unit.heardAtMs, nowMs);
  unit.takenAtMs = Math.min(unit.takenAtMs, nowMs - 1);
  if (unit.fixedAtMs > nowMs) forgetFutureFixes(unit, nowMs);
  if (unit.past !== undefined) forgetFutureOf(unit.past, ground, nowMs);
}

/** A tracker without a clock of its own: its fixes have the server's time. What they speak for begins anew. */
function forgetFutureFixes(unit: UnitAtFences, nowMs: number): void {
  const { motion, before } = unit;
  unit.fixedAtMs = nowMs;
  unit.hasMoved = false;
  if (before !== undefined) before.atMs = Math.min(before.atMs, nowMs);
  for (const { crossing } of unit.at) {
    const { lastSame } = crossing;
    crossing.maybe = [];
    if (lastSame !== undefined) {
      crossing.lastSame = { ...lastSame, atMs: Math.min(lastSame.atMs, nowMs) };
    }
  }
  for (const trail of [motion.away, motion.recent, motion.sparse]) trail.clear();
  for (const time of [
    'stillSinceMs',
    'leftAtMs',
    'lastMs',
    'sampleAtMs',
    'restlessAtMs',
  ] as const) {
    motion[time] = Math.min(motion[time], nowMs);
  }
}

function earlier(atMs: number | undefined, nowMs: number): number | undefined {
  return atMs === undefined ? undefined : Math.min(atMs, nowMs);
}
