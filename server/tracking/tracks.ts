import type { Tracker } from '../domain/unit.ts';
import { type KeptTimes, SeenTimes } from './seenTimes.ts';
import { emptyTrack, type Track } from './track.ts';

/** A track as plain data. Which unit carries the tracker, the roster says. */
export type KeptTrack = Omit<Track, 'unitKey' | 'seen' | 'corrected'> & {
  readonly seen: KeptTimes;
  readonly corrected: KeptTimes;
};

/** The tracks of all known trackers, by tracker key. As many as are registered: input cannot grow it. */
export class Tracks {
  #byKey = new Map<number, Track>();

  /** Takes over who is registered: new trackers start empty, known ones keep their track, others go. */
  setTrackers(trackers: readonly Tracker[]): void {
    this.#byKey = new Map(
      trackers.map(({ key, unitKey }) => {
        const known = this.#byKey.get(key);
        return [key, known === undefined ? emptyTrack(key, unitKey) : { ...known, unitKey }];
      }),
    );
  }

  get(trackerKey: number): Track | undefined {
    return this.#byKey.get(trackerKey);
  }

  /** Replaces a track; one whose tracker is not registered any more is let go. */
  set(track: Track): void {
    if (this.#byKey.has(track.trackerKey)) this.#byKey.set(track.trackerKey, track);
  }

  /** All of which something is known, as plain data: views, to be written out at once. */
  kept(): readonly KeptTrack[] {
    const kept: KeptTrack[] = [];
    for (const { unitKey: _unitKey, seen, corrected, ...track } of this.#byKey.values()) {
      if (track.newest === undefined && track.clock.changedAtMs === 0) continue;
      kept.push({ ...track, seen: seen.kept(), corrected: corrected.kept() });
    }
    return kept;
  }

  /** Goes on from what was kept; of trackers that are not registered any more nothing is taken. */
  restore(kept: readonly KeptTrack[]): void {
    for (const { seen, corrected, ...track } of kept) {
      const known = this.#byKey.get(track.trackerKey);
      if (known === undefined) continue;
      this.set({
        ...track,
        unitKey: known.unitKey,
        seen: SeenTimes.of(seen),
        corrected: SeenTimes.of(corrected),
      });
    }
  }
}
