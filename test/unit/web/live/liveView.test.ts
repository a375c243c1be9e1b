import { describe, expect, it } from 'vitest';
import { viewOf } from '../../../../web/src/live/liveView.ts';
import { createFakeWorld, hello, presence, roster, snapshot, unitAt } from './fakeLive.ts';

describe('the live view', () => {
  it('counts units by presence, as the server says it, and those that are not stored', () => {
    const world = createFakeWorld();
    world.client.start();
    world.say({ ...hello(world), mqttPort: null });
    world.say(roster(7, [1, 2, 3, 4, 5]));
    world.say(
      presence([
        [1, 'live'],
        [2, 'live'],
        [3, 'late'],
        [4, 'no_fix'],
      ]),
    );
    const { nowMs } = world;
    const stored = [unitAt(1, nowMs), unitAt(2, nowMs - 900_000), unitAt(3, nowMs - 300_000)];
    const units = [...stored, { ...unitAt(5, nowMs - 900_000), isStored: false }];
    world.say(snapshot(world, { sequence: 1, rosterVersion: 7 }, units));
    expect(viewOf(world.client)).toMatchObject({
      connection: { state: 'live' },
      mode: 'demo',
      hasSnapshot: true,
      rosterVersion: 7,
      units: 5,
      // nobody has said anything of unit 5
      counts: { live: 2, late: 1, lost: 1, no_fix: 1 },
      notStored: 1,
    });
    world.say(presence([[2, 'lost']], false));
    expect(viewOf(world.client).counts).toEqual({ live: 1, late: 1, lost: 2, no_fix: 1 });
  });
});
