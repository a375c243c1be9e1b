import { minuteMs } from './durations.ts';
import type { UnitKind } from './unit.ts';

/**
 * Whether a unit is there (design.md section 2). Never one colour:
 * - `live`: its newest fix is fresh.
 * - `late`: in contact, and the newest fix is older than it should be.
 * - `lost`: no contact.
 * - `no_fix`: in contact and without a place so far.
 *
 * Positions in this list are wire numbers: append only.
 */
export const presences = ['live', 'late', 'lost', 'no_fix'] as const;
export type Presence = (typeof presences)[number];

/** When a unit of a kind counts as late and lost, ms. */
export type PresenceThresholds = { readonly lateAfterMs: number; readonly lostAfterMs: number };

/** Vehicles report by themselves; a handheld saves its battery while it stands still. */
export const presenceThresholds: Readonly<Record<UnitKind, PresenceThresholds>> = {
  handheld: { lateAfterMs: 3 * minuteMs, lostAfterMs: 10 * minuteMs },
  motorcycle: { lateAfterMs: minuteMs, lostAfterMs: 5 * minuteMs },
  patrol_car: { lateAfterMs: minuteMs, lostAfterMs: 5 * minuteMs },
  water_cannon: { lateAfterMs: minuteMs, lostAfterMs: 5 * minuteMs },
  apc: { lateAfterMs: minuteMs, lostAfterMs: 5 * minuteMs },
  fire_engine: { lateAfterMs: minuteMs, lostAfterMs: 5 * minuteMs },
  ambulance: { lateAfterMs: minuteMs, lostAfterMs: 5 * minuteMs },
  truck: { lateAfterMs: minuteMs, lostAfterMs: 5 * minuteMs },
  drone: { lateAfterMs: 20_000, lostAfterMs: minuteMs },
  other: { lateAfterMs: 3 * minuteMs, lostAfterMs: 10 * minuteMs },
};

/** The longest after which a unit of any kind is lost, ms. */
export const longestLostAfterMs = Math.max(
  ...Object.values(presenceThresholds).map(({ lostAfterMs }) => lostAfterMs),
);
