import { type ChangeWatch, type WatchChangesOptions, watchChanges } from './watchChanges.ts';

/** Listens for changes of trackers, units and assignments: see watchChanges. */
export function watchTrackers(options: Omit<WatchChangesOptions, 'channel'>): Promise<ChangeWatch> {
  return watchChanges({ ...options, channel: 'posko_trackers' });
}
