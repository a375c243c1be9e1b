import { describe, expect, it } from 'vitest';
import { viewOf } from '../../../../web/src/live/liveView.ts';
import { createFakeWorld, hello, roster, snapshot, unitAt } from './fakeLive.ts';

describe('the live view', () => {
  it('counts units that are current, stale and without a position', () => {
    const world = createFakeWorld();
    world.client.start();
    world.say(hello(world));
    world.say(roster(7, [1, 2, 3, 4]));
    const { nowMs } = world;
    const units = [unitAt(1, nowMs), unitAt(2, nowMs - 299_999), unitAt(3, nowMs - 300_000)];
    world.say(snapshot(world, { sequence: 1, rosterVersion: 7 }, units));
    expect(viewOf(world.client)).toMatchObject({
      connection: { state: 'live' },
      mode: 'demo',
      hasSnapshot: true,
      rosterVersion: 7,
      units: 4,
      fresh: 2,
      stale: 1,
      withoutFix: 1,
      notStored: 0,
    });
  });
});
