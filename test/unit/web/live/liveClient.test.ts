import { describe, expect, it } from 'vitest';
import { silenceMs } from '../../../../web/src/live/liveClient.ts';
import { displayedPlace } from '../../../../web/src/live/unitTable.ts';
import {
  createFakeWorld,
  delta,
  entry,
  type FakeWorld,
  hello,
  roster,
  snapshot,
  startMs,
  unitAt,
} from './fakeLive.ts';

/** A world in which the client is live with two units, at sequence 10. */
function liveWorld(): FakeWorld {
  const world = createFakeWorld();
  world.client.start();
  world.say(hello(world));
  world.say(roster(1, [1, 2]));
  world.say(snapshot(world, { sequence: 10 }, [unitAt(1, world.nowMs), unitAt(2, world.nowMs)]));
  return world;
}

function lonOf(world: FakeWorld, unitKey: number): number | undefined {
  const row = world.client.table.index.get(unitKey);
  return row === undefined ? undefined : world.client.table.lonLat[row * 2];
}

describe('a live client', () => {
  it('is connecting until the first snapshot, then live', () => {
    const world = createFakeWorld();
    world.client.start();
    expect(world.sockets[0]?.subprotocol).toBe('posko.v1');
    world.say(hello(world));
    world.say(roster(1, [1]));
    expect(world.client.connection.state).toBe('connecting');
    expect(world.client.hasSnapshot).toBe(false);
    world.say(snapshot(world, { sequence: 3 }, [unitAt(1, world.nowMs)]));
    expect(world.client.connection.state).toBe('live');
    expect(world.client.hasSnapshot).toBe(true);
    expect(world.client.hello?.mode).toBe('demo');
  });

  it('applies a delta that follows, and leaves the other units alone', () => {
    const world = liveWorld();
    world.pass(1000);
    world.say(delta(world, { sequence: 11 }, [unitAt(2, world.nowMs, 0.001)]));
    expect(lonOf(world, 1)).toBeCloseTo(117.5279, 6);
    expect(lonOf(world, 2)).toBeCloseTo(117.5289, 6);
    expect(world.sockets[0]?.sent).toEqual([]);
  });

  it('follows the sequence over the end of its 32 bits', () => {
    const world = liveWorld();
    world.say(snapshot(world, { sequence: 2 ** 32 - 1 }, [unitAt(1, world.nowMs)]));
    world.say(delta(world, { sequence: 0 }, [unitAt(1, world.nowMs, 0.001)]));
    expect(lonOf(world, 1)).toBeCloseTo(117.5289, 6);
  });

  it('asks once for a snapshot after a gap and ignores deltas until it comes', () => {
    const world = liveWorld();
    world.say(delta(world, { sequence: 12 }, [unitAt(1, world.nowMs, 0.001)]));
    world.say(delta(world, { sequence: 13 }, [unitAt(1, world.nowMs, 0.002)]));
    expect(world.sockets[0]?.sent).toEqual(['{"type":"resync"}']);
    expect(lonOf(world, 1)).toBeCloseTo(117.5279, 6);
    world.say(snapshot(world, { sequence: 13 }, [unitAt(1, world.nowMs, 0.002)]));
    world.say(delta(world, { sequence: 14 }, [unitAt(1, world.nowMs, 0.003)]));
    expect(lonOf(world, 1)).toBeCloseTo(117.5309, 6);
    expect(world.client.connection.state).toBe('live');
  });

  it('asks for a snapshot when a delta rests on a roster that it has not seen', () => {
    const world = liveWorld();
    world.say(delta(world, { sequence: 11, rosterVersion: 2 }, [unitAt(3, world.nowMs)]));
    expect(world.sockets[0]?.sent).toEqual(['{"type":"resync"}']);
    expect(world.client.table.count).toBe(2);
  });

  it('replaces everything with a snapshot', () => {
    const world = liveWorld();
    world.say(snapshot(world, { sequence: 50 }, [unitAt(2, world.nowMs, 0.01)]));
    expect(world.client.table.count).toBe(1);
    expect(lonOf(world, 1)).toBeUndefined();
    expect(lonOf(world, 2)).toBeCloseTo(117.5379, 6);
  });

  it('takes in new units and callsigns, and drops units that leave the roster', () => {
    const world = liveWorld();
    const renamed = entry(2, { callsign: 'Bravo 2', kind: 'drone' });
    world.say({ type: 'units', rosterVersion: 2, complete: false, units: [renamed, entry(3)] });
    expect(world.client.table.roster.size).toBe(3);
    expect(world.client.table.roster.get(2)?.callsign).toBe('Bravo 2');
    world.say(roster(3, [2, 3]));
    expect(lonOf(world, 1)).toBeUndefined();
    expect(lonOf(world, 2)).toBeCloseTo(117.5279, 6);
  });

  it.each([
    ['text that is not JSON', '{"type":'],
    ['a hello without a mode', '{"type":"hello","version":"1","serverTimeMs":1,"tickMs":1}'],
    ['a unit without a key', '{"type":"units","rosterVersion":1,"complete":true,"units":[{}]}'],
    [
      'presence that is not said to be complete',
      '{"type":"presence","rosterVersion":1,"units":[]}',
    ],
    [
      'a unit without a presence',
      '{"type":"presence","rosterVersion":1,"complete":true,"units":[[1]]}',
    ],
    ['a frame that is too short', new ArrayBuffer(5)],
    ['a frame of zeros', new ArrayBuffer(24)],
  ])('counts %s, closes the socket and connects again', (_name, bad) => {
    const world = liveWorld();
    world.say(bad);
    expect(world.client.badMessages).toBe(1);
    expect(world.sockets[0]?.isClosed).toBe(true);
    expect(world.client.connection).toEqual({ state: 'lost', sinceMs: startMs });
    world.pass(500);
    expect(world.sockets).toHaveLength(2);
  });

  it('leaves a presence that it does not know yet out', () => {
    const world = liveWorld();
    world.say('{"type":"presence","rosterVersion":1,"complete":true,"units":[[1,99],[2,0]]}');
    expect(world.client.badMessages).toBe(0);
    expect([...world.client.table.presence]).toEqual([[2, 'live']]);
  });

  it('lets a message of a type that it does not know pass', () => {
    const world = liveWorld();
    world.say('{"type":"weather","rain":true}');
    expect(world.client.badMessages).toBe(0);
    expect(world.client.connection.state).toBe('live');
  });

  it('keeps showing what it knew while the connection is lost', () => {
    const world = liveWorld();
    world.sockets[0]?.closed(1006);
    expect(world.client.connection.state).toBe('lost');
    expect(world.client.table.count).toBe(2);
  });

  it('waits longer after each failure, 10 s at most, and starts afresh after a steady connection', () => {
    const world = createFakeWorld();
    world.client.start();
    const waited = [];
    for (let i = 0; i < 7; i += 1) {
      world.sockets.at(-1)?.closed(1006);
      const wait = world.waits()[0] ?? 0;
      waited.push(wait);
      world.pass(wait);
    }
    expect(waited).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(world.client.connection).toEqual({ state: 'lost', sinceMs: startMs });
    world.say(snapshot(world, { sequence: 1 }, []));
    world.pass(10_000);
    world.sockets.at(-1)?.closed(1006);
    expect(world.waits()).toEqual([500]);
  });

  it('does not take a server that drops it right after the snapshot for a good one', () => {
    const world = liveWorld();
    world.sockets.at(-1)?.closed(1006);
    world.pass(500);
    world.say(snapshot(world, { sequence: 1 }, []));
    world.sockets.at(-1)?.closed(1006);
    expect(world.waits()).toEqual([1000]);
  });

  it('connects at once when the network is back, and only then', () => {
    const world = liveWorld();
    world.client.connectNow();
    expect(world.sockets).toHaveLength(1);
    world.sockets[0]?.closed(1006);
    world.client.connectNow();
    expect(world.sockets).toHaveLength(2);
    world.client.connectNow();
    world.pass(9000);
    expect(world.sockets).toHaveLength(2);
  });

  it('gives up a socket that is silent for 15 s, and no sooner while heartbeats come', () => {
    const world = liveWorld();
    for (let i = 1; i <= 4; i += 1) {
      world.pass(5000);
      world.say(delta(world, { sequence: 10 + i }, []));
    }
    expect(world.client.connection.state).toBe('live');
    world.pass(silenceMs - 1);
    expect(world.client.connection.state).toBe('live');
    world.pass(1);
    expect(world.client.connection.state).toBe('lost');
    expect(world.sockets[0]?.isClosed).toBe(true);
  });

  it('gives up a socket that never opens', () => {
    const world = createFakeWorld();
    world.client.start();
    world.pass(silenceMs);
    expect(world.client.connection).toEqual({ state: 'lost', sinceMs: startMs });
  });

  it('does not listen to a socket that it has given up', () => {
    const world = liveWorld();
    world.pass(silenceMs);
    world.sockets[0]?.closed(1006);
    world.sockets[0]?.message(new ArrayBuffer(5));
    expect(world.waits()).toEqual([500]);
    expect(world.client.badMessages).toBe(0);
  });

  it('tells that it was refused when a socket ends for want of permission, or without a word', () => {
    const world = liveWorld();
    let refusals = 0;
    world.client.onRefused(() => {
      refusals += 1;
    });
    world.sockets[0]?.closed(1001);
    expect(refusals).toBe(0);
    world.pass(500);
    world.sockets[1]?.closed(1006);
    expect(refusals).toBe(1);
    world.pass(1000);
    world.say(hello(world));
    world.sockets[2]?.closed(4401);
    expect(refusals).toBe(2);
  });

  it('connects again at once when its permissions changed, and only the first time', () => {
    const world = liveWorld();
    world.pass(10_000);
    world.sockets[0]?.closed(4403);
    expect(world.waits()).toEqual([0]);
    world.pass(0);
    world.say(snapshot(world, { sequence: 1 }, []));
    world.sockets[1]?.closed(4403);
    expect(world.waits()).toEqual([1000]);
  });

  it('lets go when paused, keeps what it knew, and connects when started again', () => {
    const world = liveWorld();
    world.client.pause();
    expect(world.sockets[0]?.isClosed).toBe(true);
    expect(world.waits()).toEqual([]);
    expect(world.client.connection).toEqual({ state: 'paused', sinceMs: startMs });
    expect(world.client.table.count).toBe(2);
    world.client.connectNow();
    expect(world.sockets).toHaveLength(1);
    world.client.start();
    expect(world.sockets).toHaveLength(2);
    expect(world.client.connection).toEqual({ state: 'lost', sinceMs: startMs });
    world.client.start();
    expect(world.sockets).toHaveLength(2);
    world.say(snapshot(world, { sequence: 1 }, []));
    expect(world.client.connection.state).toBe('live');
  });

  it('has nothing to pause before it was started', () => {
    const world = createFakeWorld();
    world.client.pause();
    expect(world.client.connection.state).toBe('connecting');
    world.client.start();
    expect(world.sockets).toHaveLength(1);
  });

  it('says nothing more after it was closed', () => {
    const world = liveWorld();
    world.client.close();
    expect(world.sockets[0]?.isClosed).toBe(true);
    expect(world.waits()).toEqual([]);
  });

  it('tells ages by the clock of the server, not by its own', () => {
    const world = createFakeWorld();
    world.client.start();
    world.say(hello(world, 90_000));
    expect(world.client.serverNowMs()).toBe(startMs + 90_000);
    world.pass(1000);
    expect(world.client.serverNowMs()).toBe(startMs + 91_000);
  });

  it('glides from the fix before to the newest one and never beyond', () => {
    const world = liveWorld();
    world.pass(2000);
    world.say(delta(world, { sequence: 11 }, [unitAt(1, world.nowMs, 0.002)]));
    const { table } = world.client;
    const row = table.index.get(1) ?? -1;
    const lonAfter = (ms: number): number => displayedPlace(table, row, world.nowMs + ms)[0];
    expect(lonAfter(0)).toBeCloseTo(117.5279, 6);
    expect(lonAfter(1000)).toBeCloseTo(117.5289, 6);
    expect(lonAfter(2000)).toBeCloseTo(117.5299, 6);
    expect(lonAfter(60_000)).toBeCloseTo(117.5299, 6);
    expect(table.glidingUntilMs).toBeCloseTo(world.nowMs + 2000, 0);
  });
});
