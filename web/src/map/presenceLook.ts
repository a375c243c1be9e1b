import type { Presence } from '../../../server/domain/presence.ts';

/**
 * Share of its strength that a symbol keeps. The form tells presences apart (see unitLayer.ts); this
 * only lets who is live stand out. Even the faintest is found when looked for.
 */
export const presenceStrength: Readonly<Record<Presence, number>> = {
  live: 1,
  late: 0.9,
  // has no place, or an old one
  no_fix: 0.6,
  lost: 0.6,
};
