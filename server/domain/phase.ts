/** More phases than this are not of one operation. */
export const maxPhases = 32;

/**
 * True for the name of a phase: 1 to 32 of a-z, 0-9 and underscore. `constructor` is none: what is
 * required is looked up by it, and every object has one.
 */
export function isPhase(text: string): boolean {
  return /^[a-z][a-z0-9_]{0,31}$/.test(text) && text !== 'constructor';
}
