import { describe, expect, it } from 'vitest';
import type { Unit } from '../../../server/domain/unit.ts';
import { Roster } from '../../../server/tracking/roster.ts';
import { emptyTrack } from '../../../server/tracking/track.ts';
import { Tracks } from '../../../server/tracking/tracks.ts';

const unit = (key: number, id: string): Unit => ({
  key,
  id,
  callsign: id,
  kind: 'handheld',
  agency: 'polri',
  region: '64.08',
  strength: 1,
});
const tracker = (key: number, id: string, unitKey: number) => ({
  key,
  id,
  region: '64.08',
  unitKey,
  role: 'primary' as const,
});

describe('roster', () => {
  it('finds units and trackers by what messages and people say', () => {
    const roster = new Roster();
    roster.set(
      [tracker(1, 'hp-1', 10)],
      [unit(10, 'alpha'), unit(11, 'without-tracker')],
      new Map(),
    );
    expect(roster.entries).toEqual([{ ...unit(10, 'alpha'), trackerId: 'hp-1' }]);
    expect(roster.unitById('alpha')?.key).toBe(10);
    expect(roster.unitById('without-tracker')).toBeUndefined();
    expect(roster.trackersOf(10).map(({ id }) => id)).toEqual(['hp-1']);
    expect(roster.trackerById('hp-1')?.unitKey).toBe(10);
  });
});

describe('where a unit belongs', () => {
  it('is its home, and the regions of the operations that it works for now', () => {
    const roster = new Roster();
    roster.set([tracker(1, 'hp-1', 10)], [unit(10, 'alpha')], new Map([[10, ['64.03', '64.71']]]));
    expect(roster.regionsOf(unit(10, 'alpha'))).toEqual(['64.08', '64.03', '64.71']);
    expect(roster.regionsOf(unit(11, 'bravo'))).toEqual(['64.08']);
  });
});

describe('what a unit works for', () => {
  it('is told by the keys of operations, and nothing where nobody said so', () => {
    const roster = new Roster();
    roster.setOperations(new Map([[10, [1, 3]]]));
    expect(roster.operationsOf(10)).toEqual([1, 3]);
    expect(roster.operationsOf(11)).toEqual([]);
  });
});

describe('the order of the roster', () => {
  it('is that of the keys, by which pages of the list go on', () => {
    const roster = new Roster();
    roster.set(
      [tracker(1, 'zebra', 10), tracker(2, 'alpha', 11), tracker(3, 'mike', 12)].toReversed(),
      [unit(11, 'alpha'), unit(12, 'mike'), unit(10, 'zebra')],
      new Map(),
    );
    expect(roster.entries.map(({ id }) => id)).toEqual(['zebra', 'alpha', 'mike']);
  });
});

describe('tracks', () => {
  it('keeps what is known of a tracker when the list of trackers changes, and forgets who is gone', () => {
    const tracks = new Tracks();
    tracks.setTrackers([tracker(1, 'a', 10), tracker(2, 'b', 20)]);
    tracks.set({
      ...emptyTrack(1, 10),
      newest: { fixedAtMs: 5, lon: 1, lat: 2 },
      newestReceivedAtMs: 6,
    });
    tracks.setTrackers([tracker(1, 'a', 11), tracker(3, 'c', 30)]);
    expect(tracks.get(1)).toMatchObject({ unitKey: 11, newest: { fixedAtMs: 5 } });
    expect(tracks.get(2)).toBeUndefined();
    expect(tracks.get(3)?.newest).toBeUndefined();
  });

  it('does not grow by a track of a tracker that is not registered', () => {
    const tracks = new Tracks();
    tracks.set(emptyTrack(9, 90));
    expect(tracks.get(9)).toBeUndefined();
  });
});
