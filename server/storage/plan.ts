import type { Deed } from '../domain/account.ts';

/**
 * Asked before something is changed, of what it is now and nobody else changes meanwhile: what the
 * log says of the change, or undefined to leave everything as it is.
 */
export type Plan<Found> = (found: Found) => readonly Deed[] | undefined;

/** There was no plan. */
export const notAllowed = {
  ok: false,
  reason: 'not_allowed',
  detail: 'it lies in a region that is not yours',
} as const;
