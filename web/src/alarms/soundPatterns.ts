import type { Priority } from '../../../server/domain/rule.ts';

/** One tone of a pattern. */
export type Tone = { readonly atMs: number; readonly lengthMs: number; readonly hz: number };

/** What is heard once, and after how long it is heard again, ms from beginning to beginning. */
export type SoundPattern = { readonly tones: readonly Tone[]; readonly everyMs: number };

/**
 * A sound for each priority, told apart by number and speed of tones as in IEC 60601-1-8 (bursts of
 * many tones for what is urgent, one for what is not), between 400 and 1,400 Hz, where speech and old
 * loudspeakers carry.
 */
export const soundPatterns: Readonly<Record<Priority, SoundPattern>> = {
  sos: {
    // three short, three long, three short: nobody needs to be told what it means
    tones: [
      ...[0, 130, 260].map((atMs) => ({ atMs, lengthMs: 90, hz: 1320 })),
      ...[430, 690, 950].map((atMs) => ({ atMs, lengthMs: 210, hz: 990 })),
      ...[1210, 1340, 1470].map((atMs) => ({ atMs, lengthMs: 90, hz: 1320 })),
    ],
    everyMs: 2000,
  },
  high: {
    tones: [0, 200, 400].map((atMs) => ({ atMs, lengthMs: 150, hz: 880 })),
    everyMs: 4000,
  },
  medium: {
    tones: [
      { atMs: 0, lengthMs: 180, hz: 660 },
      { atMs: 240, lengthMs: 180, hz: 550 },
    ],
    everyMs: 8000,
  },
  low: { tones: [{ atMs: 0, lengthMs: 220, hz: 440 }], everyMs: 20_000 },
};
