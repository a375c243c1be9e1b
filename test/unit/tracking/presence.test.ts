import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Presence, presences, presenceThresholds } from '../../../server/domain/presence.ts';
import { type Tracker, unitKinds } from '../../../server/domain/unit.ts';
import { drivingTrack } from '../../../server/tracking/drivingTrack.ts';
import {
  gone,
  goneAfterMs,
  heard,
  noContact,
  reported,
  type TrackerContact,
  trackerPresence,
  unitPresence,
} from '../../../server/tracking/presence.ts';
import { PresenceKeeper } from '../../../server/tracking/presenceKeeper.ts';
import { Roster } from '../../../server/tracking/roster.ts';
import { emptyTrack } from '../../../server/tracking/track.ts';
import { Tracks } from '../../../server/tracking/tracks.ts';

const nowMs = Date.UTC(2024, 10, 27, 0, 15, 3);
const secondMs = 1_000;
const minuteMs = 60_000;
const car = presenceThresholds.patrol_car;
const at = (contact: TrackerContact, newestAtMs: number | undefined, laterMs = 0): Presence =>
  trackerPresence(contact, newestAtMs, car, nowMs + laterMs);

describe('the presence of a tracker', () => {
  it.each(unitKinds)('of a %s goes from live over late to lost as time passes', (kind) => {
    const { lateAfterMs, lostAfterMs } = presenceThresholds[kind];
    const contact = heard(noContact, nowMs);
    const after = (ms: number) =>
      trackerPresence(contact, nowMs, presenceThresholds[kind], nowMs + ms);
    expect(
      [0, lateAfterMs, lateAfterMs + 1, lostAfterMs, lostAfterMs + 1].map((ms) => after(ms)),
    ).toEqual(['live', 'live', 'late', 'late', 'lost']);
  });

  it('is lost before it was ever heard, and without a fix until there is one', () => {
    expect(at(noContact, undefined)).toBe('lost');
    expect(at(heard(noContact, nowMs), undefined)).toBe('no_fix');
  });

  it('is late when what comes is old', () => {
    expect(at(heard(noContact, nowMs), nowMs - 2 * minuteMs)).toBe('late');
  });

  it('keeps contact for longer over an open connection, and not for ever', () => {
    const open = reported(noContact, { trackerId: 'x', atMs: nowMs, isConnected: true });
    expect(at(open, nowMs, 14 * minuteMs)).toBe('late');
    expect(at(open, nowMs, 16 * minuteMs)).toBe('lost');
    const closed = reported(open, { trackerId: 'x', atMs: nowMs, isConnected: false });
    expect(at(closed, nowMs, 6 * minuteMs)).toBe('lost');
  });

  it('is lost a minute after its last will', () => {
    const left = gone(heard(noContact, nowMs), nowMs);
    expect(at(left, nowMs, goneAfterMs)).toBe('live');
    expect(at(left, nowMs, goneAfterMs + 1)).toBe('lost');
  });

  it('is there again with its next message, and when it connected before its will came', () => {
    const left = gone(heard(noContact, nowMs), nowMs);
    expect(at(heard(left, nowMs + 30 * secondMs), nowMs, 2 * minuteMs)).toBe('late');
    const back = reported(left, { trackerId: 'x', atMs: nowMs - 1, isConnected: true });
    expect(at(back, nowMs, 2 * minuteMs)).toBe('late');
  });

  it('is not brought back by word of what it said before it went', () => {
    const left = gone(heard(noContact, nowMs), nowMs);
    const told = reported(left, { trackerId: 'x', atMs: nowMs - 5_000, isConnected: false });
    expect(told.atMs).toBe(nowMs);
    expect(at(told, nowMs, 2 * minuteMs)).toBe('lost');
  });

  it('is the same whatever order reports of one time come in', () => {
    const step = fc.record({
      atMs: fc.integer({ min: 0, max: 600_000 }),
      isConnected: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let contact = noContact;
        for (const each of steps) contact = reported(contact, { trackerId: 'x', ...each });
        expect(contact.atMs).toBe(
          steps.length === 0 ? undefined : Math.max(...steps.map(({ atMs }) => atMs)),
        );
        expect(contact.isConnected).toBe(steps.at(-1)?.isConnected ?? false);
      }),
    );
  });
});

describe('the presence of a unit', () => {
  it('is that of the tracker at whose place it is unless that is lost, then of the best other', () => {
    for (const primary of presences) {
      for (const backup of presences) {
        expect(unitPresence(primary, [backup])).toBe(primary === 'lost' ? backup : primary);
      }
    }
    expect(unitPresence('lost', ['no_fix', 'late', 'lost'])).toBe('late');
    expect(unitPresence(undefined, ['lost', 'live'])).toBe('live');
    expect(unitPresence(undefined, [])).toBe('lost');
  });
});

type Step =
  | {
      readonly does: 'fix' | 'message' | 'will' | 'connect' | 'disconnect';
      readonly tracker: 1 | 2;
    }
  | { readonly does: 'wait'; readonly seconds: number };

describe('the keeper of presence', () => {
  const trackers: readonly Tracker[] = ([1, 2] as const).map((key) => ({
    key,
    id: `hp-${key}`,
    region: '64.08',
    unitKey: 70,
    role: key === 1 ? 'primary' : 'backup',
  }));
  const unit = {
    key: 70,
    id: 'elang',
    callsign: 'Elang 1',
    kind: 'patrol_car',
    agency: 'polri',
    region: '64.08',
    strength: 1,
  } as const;
  const keeperOf = () => {
    const roster = new Roster();
    roster.set(trackers, [unit], new Map());
    const tracks = new Tracks();
    tracks.setTrackers(trackers);
    const keeper = new PresenceKeeper(roster, tracks);
    keeper.setTrackers(trackers);
    return { keeper, tracks };
  };

  it('tells changes once, and everything at first', () => {
    const { keeper } = keeperOf();
    expect([...keeper.changes(nowMs)]).toEqual([[70, 'lost']]);
    expect([...keeper.changes(nowMs)]).toEqual([]);
    keeper.heard(1, nowMs);
    expect([...keeper.changes(nowMs)]).toEqual([[70, 'no_fix']]);
    expect(keeper.stateOf(70, nowMs)).toEqual({ presence: 'no_fix', contactAtMs: nowMs });
  });

  it('forgets who is not registered any more, and takes no contact of strangers', () => {
    const { keeper } = keeperOf();
    keeper.heard(1, nowMs);
    keeper.heard(99, nowMs);
    keeper.setTrackers([]);
    keeper.setTrackers(trackers);
    expect(keeper.stateOf(70, nowMs)).toEqual({ presence: 'lost', contactAtMs: null });
  });

  it('goes through its life as a plain model of it does', () => {
    const tracker = fc.constantFrom(1 as const, 2 as const);
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({
        does: fc.constantFrom('fix', 'message', 'will', 'connect', 'disconnect'),
        tracker,
      }),
      fc.record({ does: fc.constant('wait'), seconds: fc.integer({ min: 1, max: 400 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { keeper, tracks } = keeperOf();
        const model = new Map(
          ([1, 2] as const).map((key) => [
            key,
            { heard: -Infinity, fix: -Infinity, will: -Infinity, open: false },
          ]),
        );
        let shown: Presence | undefined;
        let timeMs = nowMs;
        for (const each of steps) {
          if (each.does === 'wait') timeMs += each.seconds * secondMs;
          else {
            // no two things happen at once
            timeMs += 1;
            act(keeper, tracks, each.does, each.tracker, timeMs);
            const state = model.get(each.tracker);
            if (state === undefined) throw new Error('no such tracker');
            if (each.does === 'will') state.will = timeMs;
            else if (each.does !== 'disconnect') state.heard = timeMs;
            if (each.does === 'fix') state.fix = timeMs;
            if (each.does === 'connect') state.open = true;
            if (each.does === 'disconnect') state.open = false;
          }
          const expected = [...model.values()].map(({ heard, fix, will, open }): Presence => {
            const isGone = will > heard && !open && timeMs - will > 60_000;
            if (isGone || timeMs - heard > 300_000 * (open ? 3 : 1)) return 'lost';
            if (fix === -Infinity) return 'no_fix';
            return timeMs - fix > 60_000 ? 'late' : 'live';
          });
          const [primary = 'lost', backup = 'lost'] = expected;
          const [first, second] = [model.get(1)?.fix ?? -Infinity, model.get(2)?.fix ?? -Infinity];
          // at whose place it is shown; -Infinity - -Infinity is no number
          const isBackupDriving = second > first && !(second - first <= 300_000);
          const [driver, other] = isBackupDriving ? [backup, primary] : [primary, backup];
          shown = keeper.changes(timeMs).get(70) ?? shown;
          const isPlaced = first > -Infinity || second > -Infinity;
          const best = expected.includes('no_fix') ? 'no_fix' : 'lost';
          expect(shown).toBe(!isPlaced ? best : driver === 'lost' ? other : driver);
          const driving = drivingTrack(trackers, 'patrol_car', (key) => tracks.get(key));
          expect(driving?.trackerKey).toBe(isPlaced ? (isBackupDriving ? 2 : 1) : undefined);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  function act(
    keeper: PresenceKeeper,
    tracks: Tracks,
    does: Exclude<Step['does'], 'wait'>,
    key: 1 | 2,
    atMs: number,
  ): void {
    switch (does) {
      case 'fix':
        keeper.heard(key, atMs);
        tracks.set({
          ...emptyTrack(key, 70),
          newest: { fixedAtMs: atMs, lon: 117.5, lat: 0.5 },
          newestReceivedAtMs: atMs,
        });
        return;
      case 'message':
        keeper.heard(key, atMs);
        return;
      case 'will':
        keeper.gone(key, atMs);
        return;
      case 'connect':
        keeper.reported(key, { trackerId: `hp-${key}`, atMs, isConnected: true });
        return;
      case 'disconnect':
        // the door says when it was heard last
        keeper.reported(key, { trackerId: `hp-${key}`, atMs: 0, isConnected: false });
        return;
    }
  }
});
