import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { Access } from '../../../server/domain/access.ts';
import {
  decodeFrame,
  deltaKind,
  type LiveFrame,
  snapshotKind,
} from '../../../server/domain/liveFrame.ts';
import type { ServerMessage } from '../../../server/domain/liveMessage.ts';
import type { RosterEntry } from '../../../server/domain/unit.ts';
import { LiveHub, maxScreensOfOne } from '../../../server/live/liveHub.ts';

const times = { tickMs: 500, signOfLifeMs: 5_000, pingMs: 15_000 };
const entry = (key: number, region = '64.08'): RosterEntry => ({
  key,
  id: `u${key}`,
  callsign: `U ${key}`,
  kind: 'handheld',
  agency: 'polri',
  region,
  strength: 1,
  trackerId: `t${key}`,
});

/** A socket whose other side reads only when told to: what it sends is kept, its callbacks too. */
class SlowSocket extends EventEmitter {
  readonly texts: ServerMessage[] = [];
  readonly frames: LiveFrame[] = [];
  closed: number | undefined;
  pings = 0;
  isStuck = false;
  answersClose = true;
  #unsent: (() => void)[] = [];

  send(data: string | Uint8Array<ArrayBuffer>, sent: () => void): void {
    if (typeof data === 'string') this.texts.push(JSON.parse(data));
    else {
      const frame = decodeFrame(data);
      if (!frame.ok) throw new Error(frame.detail);
      this.frames.push(frame.value);
    }
    if (this.isStuck) this.#unsent.push(sent);
    else sent();
  }
  /** The operating system takes what was queued. */
  drain(): void {
    this.isStuck = false;
    for (const sent of this.#unsent.splice(0)) sent();
  }
  ping(): void {
    this.pings += 1;
  }
  close(code: number): void {
    if (!this.answersClose) return;
    this.closed = code;
    this.emit('close');
  }
  terminate(): void {
    this.answersClose = true;
    this.close(1006);
  }
}

let hub: LiveHub;
const accessTo = (...regions: string[]): Access => ({
  kind: 'person',
  actor: 'andi',
  userKey: 1,
  credential: `session:${regions.join('+')}`,
  grants: regions.map((region) => ({ role: 'dispatcher', region })),
  expiresAtMs: Number.POSITIVE_INFINITY,
});
const open = (access = accessTo('*')): SlowSocket => {
  const socket = new SlowSocket();
  hub.take(socket as unknown as WebSocket, access);
  return socket;
};
const home = (unit: RosterEntry) => [unit.region];
const fix = (lon: number) => ({ fixedAtMs: Date.now(), lon, lat: 0.5 });

beforeEach(() => {
  vi.useFakeTimers();
  hub = new LiveHub({ version: '0.1.0', mode: 'live' }, () => Date.now(), times);
  hub.setRoster([entry(1), entry(2)], home);
  hub.start(1883);
});
afterEach(async () => {
  await hub.close();
  vi.useRealTimers();
});

describe('live hub', () => {
  it('greets a screen with hello, the roster and a snapshot of everything', () => {
    hub.show(1, fix(117.5), Date.now(), true);
    const screen = open();
    expect(screen.texts.map(({ type }) => type)).toEqual([
      'hello',
      'incidents',
      'alarms',
      'units',
      'presence',
    ]);
    expect(screen.texts[3]).toMatchObject({ complete: true, units: [{ id: 'u1' }, { id: 'u2' }] });
    expect(screen.frames).toHaveLength(1);
    expect(screen.frames[0]).toMatchObject({ kind: snapshotKind, count: 1 });
  });

  it('sends what changed once a tick, in sequence, encoded once for all screens', () => {
    const [one, two] = [open(), open()];
    const start = one.frames[0]?.sequence ?? 0;
    hub.show(1, fix(117.5), Date.now(), true);
    hub.show(1, fix(117.6), Date.now(), true);
    vi.advanceTimersByTime(500);
    hub.show(2, fix(118), Date.now(), true);
    vi.advanceTimersByTime(500);
    for (const screen of [one, two]) {
      expect(
        screen.frames.slice(1).map(({ kind, sequence, count }) => [kind, sequence, count]),
      ).toEqual([
        [deltaKind, start + 1, 1],
        [deltaKind, start + 2, 1],
      ]);
      expect(screen.frames[1]?.lonMicrodeg[0]).toBe(117_600_000);
    }
    expect(one.frames[1]?.unitKey.buffer).toBe(two.frames[1]?.unitKey.buffer);
  });

  it('sends nothing while nothing moves, but a sign of life in time', () => {
    const screen = open();
    hub.show(1, fix(117.5), Date.now(), true);
    vi.advanceTimersByTime(500);
    const before = screen.frames.length;
    vi.advanceTimersByTime(4_500);
    expect(screen.frames.length).toBe(before);
    vi.advanceTimersByTime(500);
    expect(screen.frames.at(-1)).toMatchObject({ kind: deltaKind, count: 0 });
  });

  it('tells open screens of a new unit before the first frame with it, and drops who is gone', () => {
    const screen = open();
    hub.show(1, fix(117.5), Date.now(), true);
    hub.setRoster([entry(2), entry(3)], home);
    hub.show(3, fix(118), Date.now(), true);
    vi.advanceTimersByTime(500);
    const units = screen.texts.filter(({ type }) => type === 'units').at(-1);
    expect(units).toMatchObject({ type: 'units', units: [{ key: 2 }, { key: 3 }] });
    expect([...(screen.frames.at(-1)?.unitKey ?? [])]).toEqual([3]);
    if (units?.type === 'units')
      expect(screen.frames.at(-1)?.rosterVersion).toBe(units.rosterVersion);
  });

  it('queues little for a screen that does not read, then shows it the latest state at once', () => {
    const [slow, quick] = [open(), open()];
    slow.isStuck = true;
    for (let i = 0; i < 50; i++) {
      hub.show(1, fix(117 + i / 1000), Date.now(), true);
      vi.advanceTimersByTime(500);
    }
    expect(quick.frames).toHaveLength(51);
    expect(slow.frames.length).toBeLessThanOrEqual(5);
    slow.drain();
    expect(slow.frames.at(-1)).toMatchObject({
      kind: snapshotKind,
      sequence: quick.frames.at(-1)?.sequence,
    });
    expect(slow.frames.at(-1)?.lonMicrodeg[0]).toBe(117_049_000);
    hub.show(1, fix(119), Date.now(), true);
    vi.advanceTimersByTime(500);
    expect(slow.frames.at(-1)).toMatchObject({
      kind: deltaKind,
      sequence: quick.frames.at(-1)?.sequence,
    });
  });

  it('sends everything again when a screen asks for it', () => {
    const screen = open();
    screen.emit('message', Buffer.from('{"type":"resync"}'), false);
    expect(screen.frames.map(({ kind }) => kind)).toEqual([snapshotKind, snapshotKind]);
  });

  it.each([
    ['text that is no JSON', 'hello', false, 1008],
    ['JSON that is no message', '{"type":"delete"}', false, 1008],
    ['null', 'null', false, 1008],
    ['bytes', '\u0000\u0001', true, 1003],
  ])('closes a screen that sends %s, and counts it', (_what, data, isBinary, code) => {
    const [bad, good] = [open(), open()];
    bad.emit('message', Buffer.from(data), isBinary);
    expect(bad.closed).toBe(code);
    expect(good.closed).toBeUndefined();
    expect(hub.status()).toEqual({ screens: 1, scopes: 1, refusedMessages: 1 });
  });

  it('says goodbye when it closes, and ends a screen that does not answer', async () => {
    const [polite, asleep] = [open(), open()];
    asleep.answersClose = false;
    const closed = hub.close();
    expect(polite.closed).toBe(1001);
    expect(asleep.closed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(500);
    await closed;
    expect(asleep.closed).toBe(1006);
    expect(hub.status().screens).toBe(0);
  });

  it('ends a screen that does not answer, and keeps one that does', () => {
    const [dead, alive] = [open(), open()];
    vi.advanceTimersByTime(15_000);
    alive.emit('pong');
    vi.advanceTimersByTime(15_000);
    expect(dead.closed).toBe(1006);
    expect(alive.closed).toBeUndefined();
  });
});

describe('presence on screens', () => {
  const told = (screen: SlowSocket) =>
    screen.texts.flatMap((text) =>
      text.type === 'presence' ? [[text.complete, text.rosterVersion, text.units]] : [],
    );

  it('comes complete with the roster, then with what changed, at most twice a second', () => {
    hub.showPresence(new Map([[1, 'live']]));
    const screen = open();
    hub.showPresence(new Map([[1, 'late']]));
    hub.showPresence(new Map([[1, 'lost']]));
    hub.showPresence(new Map([[2, 'no_fix']]));
    vi.advanceTimersByTime(1_500);
    expect(told(screen)).toEqual([
      [true, 1, [[1, 0]]],
      [
        false,
        1,
        [
          [1, 2],
          [2, 3],
        ],
      ],
    ]);
  });

  it('comes complete again with a new roster, and not of who has gone', () => {
    hub.showPresence(
      new Map([
        [1, 'live'],
        [2, 'late'],
      ] as const),
    );
    const screen = open();
    hub.setRoster([entry(2), entry(3)], home);
    hub.showPresence(new Map([[3, 'lost']]));
    vi.advanceTimersByTime(500);
    const last = told(screen).at(-1);
    expect(last).toEqual([
      true,
      2,
      [
        [2, 1],
        [3, 2],
      ],
    ]);
    expect(screen.texts.at(-2)).toMatchObject({ type: 'units', rosterVersion: 2 });
  });

  it('is told of the units of a scope and of no other', () => {
    hub.setRoster([entry(1, '64.08'), entry(2, '35.13')], home);
    hub.showPresence(
      new Map([
        [1, 'live'],
        [2, 'live'],
      ] as const),
    );
    const screen = open(accessTo('64'));
    hub.showPresence(
      new Map([
        [1, 'lost'],
        [2, 'lost'],
      ] as const),
    );
    vi.advanceTimersByTime(500);
    expect(told(screen).map(([complete, , units]) => [complete, units])).toEqual([
      [true, [[1, 0]]],
      [false, [[1, 2]]],
    ]);
    hub.showPresence(new Map([[2, 'late']]));
    vi.advanceTimersByTime(500);
    expect(told(screen)).toHaveLength(2);
  });

  it('comes whole to a screen that missed some of it', () => {
    const slow = open();
    slow.isStuck = true;
    for (let i = 0; i < 20; i++) {
      hub.showPresence(new Map([[1, i % 2 === 0 ? 'live' : 'late']]));
      vi.advanceTimersByTime(500);
    }
    expect(told(slow).length).toBeLessThanOrEqual(5);
    slow.drain();
    expect(told(slow).at(-1)).toEqual([true, 1, [[1, 1]]]);
  });
});

describe('scopes of the live hub', () => {
  const keysOf = (screen: SlowSocket): number[] => [
    ...new Set(screen.frames.flatMap(({ unitKey }) => [...unitKey])),
  ];
  const namesOf = (screen: SlowSocket): string[] =>
    screen.texts.flatMap((text) => (text.type === 'units' ? text.units.map(({ id }) => id) : []));

  it('shows a screen the units of its regions and nothing of any other', () => {
    hub.setRoster([entry(1, '64.08'), entry(2, '64.03'), entry(3, '35.13')], home);
    hub.show(1, fix(117.5), Date.now(), true);
    const [kutim, kaltim, nobody] = [
      open(accessTo('64.08')),
      open(accessTo('64')),
      open(accessTo('62.07')),
    ];
    for (const key of [1, 2, 3]) hub.show(key, fix(118), Date.now(), true);
    vi.advanceTimersByTime(500);
    kutim.emit('message', Buffer.from('{"type":"resync"}'), false);
    expect([keysOf(kutim), namesOf(kutim)]).toEqual([[1], ['u1']]);
    expect([keysOf(kaltim).sort(), namesOf(kaltim)]).toEqual([
      [1, 2],
      ['u1', 'u2'],
    ]);
    expect([keysOf(nobody), namesOf(nobody)]).toEqual([[], []]);
  });

  it('encodes a frame once for all screens of a scope, and keeps no scope that nobody looks on with', () => {
    const [one, two, other] = [open(accessTo('64')), open(accessTo('64')), open(accessTo('64.08'))];
    expect(hub.status()).toMatchObject({ screens: 3, scopes: 2 });
    hub.show(1, fix(118), Date.now(), true);
    vi.advanceTimersByTime(500);
    expect(one.frames[1]?.unitKey.buffer).toBe(two.frames[1]?.unitKey.buffer);
    expect(one.frames[1]?.unitKey.buffer).not.toBe(other.frames[1]?.unitKey.buffer);
    other.terminate();
    expect(hub.status()).toMatchObject({ screens: 2, scopes: 1 });
  });

  it('shows a unit that is lent to an operation from then on, where it is, and hides it afterwards', () => {
    const screen = open(accessTo('64.03'));
    hub.show(1, fix(117.5), Date.now(), true);
    vi.advanceTimersByTime(500);
    expect(keysOf(screen)).toEqual([]);
    hub.setRoster([entry(1), entry(2)], (unit) =>
      unit.key === 1 ? [unit.region, '64.03'] : [unit.region],
    );
    vi.advanceTimersByTime(500);
    expect(screen.frames.at(-1)?.lonMicrodeg[0]).toBe(117_500_000);
    hub.setRoster([entry(1), entry(2)], home);
    hub.show(1, fix(119), Date.now(), true);
    vi.advanceTimersByTime(500);
    expect(screen.frames.at(-1)?.count).toBe(0);
    expect(namesOf(screen)).toEqual(['u1']);
    expect(screen.texts.slice(-2)).toMatchObject([
      { type: 'units', units: [] },
      { type: 'presence', units: [] },
    ]);
  });

  it('closes the oldest screen of a session or token that opens too many, and none of another', () => {
    const [other, oldest] = [open(accessTo('35')), open(accessTo('64'))];
    const more = Array.from({ length: maxScreensOfOne }, () => open(accessTo('64')));
    expect(oldest.closed).toBe(1013);
    expect([other, ...more].map(({ closed }) => closed)).toEqual(
      Array.from({ length: 1 + more.length }, () => undefined),
    );
  });

  it('ends the screens of a session that ended or expired, and no others', () => {
    const [ended, expired, stays] = [
      open({ ...accessTo('64'), credential: 'session:1' }),
      open({ ...accessTo('64'), credential: 'session:3', expiresAtMs: Date.now() + 10_000 }),
      open({ ...accessTo('64'), credential: 'session:4' }),
    ];
    hub.endCredential('session:1');
    vi.advanceTimersByTime(15_000);
    expect([ended, expired, stays].map(({ closed }) => closed)).toEqual([4403, 4401, undefined]);
  });
});
