import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDriverRule, layerOf } from '../../server/domain/driverRule.ts';
import { presenceThresholds } from '../../server/domain/presence.ts';
import type { Tracker } from '../../server/domain/unit.ts';
import { drivingTrack } from '../../server/tracking/drivingTrack.ts';
import { emptyTrack, type Track } from '../../server/tracking/track.ts';

/** A primary and three backups, as a unit may carry them; layers are not in the order of the list. */
const trackers: readonly Tracker[] = ([9, 4, 7, 5] as const).map((key) => ({
  key,
  id: `hp-${key}`,
  region: '64.08',
  unitKey: 70,
  role: key === 9 ? 'primary' : 'backup',
}));

const kind = 'patrol_car';

/** Within some minutes, so that five of them make all the difference; whole ones, so that times meet. */
const fixes = fc.array(
  fc.record({
    tracker: fc.constantFrom(...trackers),
    minute: fc.integer({ min: 0, max: 30 }),
  }),
  { maxLength: 24 },
);

it('shows a unit live, whatever comes in late, at the fix that its stored track ends with', () => {
  fc.assert(
    fc.property(fixes, (received) => {
      const live = new Map<number, Track>();
      const stored: { readonly tracker: Tracker; readonly atMs: number }[] = [];
      for (const { tracker, minute } of received) {
        const atMs = minute * 60_000;
        stored.push({ tracker, atMs });
        const before = live.get(tracker.key)?.newest?.fixedAtMs;
        // an older fix of a tracker is history only
        if (before === undefined || before < atMs) live.set(tracker.key, seenAt(tracker.key, atMs));
        const driving = drivingTrack(trackers, kind, (key) => live.get(key));
        expect([driving?.trackerKey, driving?.newest?.fixedAtMs]).toEqual(endOf(stored));
      }
    }),
    { numRuns: 2_000 },
  );
});

/** Tracker and time of the last driving fix of all that is stored, as track and snapshot find it. */
function endOf(stored: readonly { readonly tracker: Tracker; readonly atMs: number }[]) {
  const ordered = stored
    .map(({ tracker, atMs }) => ({ key: tracker.key, layer: layerOf(tracker), atMs }))
    .sort((a, b) => a.atMs - b.atMs || a.layer - b.layer);
  const drives = createDriverRule(presenceThresholds[kind].lostAfterMs);
  let end: [number | undefined, number | undefined] = [undefined, undefined];
  for (const { key, layer, atMs } of ordered) if (drives(layer, atMs)) end = [key, atMs];
  return end;
}

function seenAt(trackerKey: number, atMs: number): Track {
  return {
    ...emptyTrack(trackerKey, 70),
    newest: { fixedAtMs: atMs, lon: 117.5, lat: 0.5 },
    newestReceivedAtMs: atMs + 700,
  };
}
