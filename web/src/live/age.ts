/*
 * How old a fix may be. A tracker in motion reports every 1 to 30 s, so up to 30 s nothing is amiss
 * and the symbol stays full; a parked one reports every few minutes, so only after 5 min is a unit
 * counted as stale. Between the two the symbol fades, which shows age without raising an alarm.
 */

/** Up to this age a symbol is drawn in full. */
export const freshForMs = 30_000;

/** From this age on a unit is stale: counted as such, its symbol faded as far as it goes. */
export const staleAfterMs = 300_000;

/** Share of its strength that a stale symbol keeps: still found when looked for. */
export const staleOpacity = 0.35;

/** Opacity of a symbol whose fix is `ageMs` old, staleOpacity to 1. The shader computes the same. */
export function opacityAtAge(ageMs: number): number {
  const faded = (ageMs - freshForMs) / (staleAfterMs - freshForMs);
  return 1 - (1 - staleOpacity) * Math.min(1, Math.max(0, faded));
}
