import type { Tracker } from '../domain/unit.ts';
import { emptyTrack, type Track } from './track.ts';

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
}
