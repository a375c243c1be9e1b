import {
  deltaKind,
  encodeFrame,
  snapshotKind,
  type UnitState,
} from '../../../../server/domain/liveFrame.ts';
import type {
  HelloMessage,
  PresenceMessage,
  UnitsMessage,
} from '../../../../server/domain/liveMessage.ts';
import { type Presence, presences } from '../../../../server/domain/presence.ts';
import type { RosterEntry } from '../../../../server/domain/unit.ts';
import {
  LiveClient,
  type LiveSocket,
  type SocketListener,
} from '../../../../web/src/live/liveClient.ts';

/** A socket that a test speaks through. */
export type FakeSocket = LiveSocket &
  SocketListener & { readonly subprotocol: string; readonly sent: string[]; isClosed: boolean };

/** A live client in a world where only the test moves time. */
export type FakeWorld = {
  readonly client: LiveClient;
  /** Every socket that was opened, oldest first. */
  readonly sockets: FakeSocket[];
  /** Delays of the timers that wait now, ms. */
  readonly waits: () => number[];
  /** Lets time pass, running what falls due. */
  readonly pass: (ms: number) => void;
  readonly say: (
    data: string | ArrayBuffer | HelloMessage | UnitsMessage | PresenceMessage,
  ) => void;
  /** Page time now. */
  readonly nowMs: number;
};

/** Page time at which a fake world begins. */
export const startMs = 1_700_000_000_000;

export function createFakeWorld(): FakeWorld {
  const sockets: FakeSocket[] = [];
  const time = { nowMs: startMs };
  let timers: { readonly dueMs: number; readonly task: () => void }[] = [];
  return {
    client: new LiveClient({
      openSocket: (subprotocol, listener) => {
        const socket: FakeSocket = {
          ...listener,
          subprotocol,
          sent: [],
          isClosed: false,
          send: (text) => socket.sent.push(text),
          close: () => {
            socket.isClosed = true;
          },
        };
        sockets.push(socket);
        return socket;
      },
      nowMs: () => time.nowMs,
      random: () => 0,
      after: (delayMs, task) => {
        const timer = { dueMs: time.nowMs + delayMs, task };
        timers.push(timer);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
      glides: () => true,
    }),
    sockets,
    waits: () => timers.map(({ dueMs }) => dueMs - time.nowMs),
    pass: (ms) => {
      const untilMs = time.nowMs + ms;
      for (;;) {
        const next = timers.toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (next === undefined || next.dueMs > untilMs) break;
        timers = timers.filter((other) => other !== next);
        time.nowMs = next.dueMs;
        next.task();
      }
      time.nowMs = untilMs;
    },
    say: (data) => {
      const raw =
        typeof data === 'string' || data instanceof ArrayBuffer ? data : JSON.stringify(data);
      sockets.at(-1)?.message(raw);
    },
    get nowMs() {
      return time.nowMs;
    },
  };
}

export function hello(world: FakeWorld, aheadMs = 0): HelloMessage {
  return {
    type: 'hello',
    version: '0.1.0',
    serverTimeMs: world.nowMs + aheadMs,
    mqttPort: 1883,
    tickMs: 500,
    mode: 'demo',
  };
}

export function entry(key: number, more: Partial<RosterEntry> = {}): RosterEntry {
  return {
    key,
    id: `unit-${key}`,
    callsign: `Alpha ${key}`,
    kind: 'patrol_car',
    agency: 'polri',
    region: '64.08',
    strength: 1,
    trackerId: `hp-${key}`,
    ...more,
  };
}

export function roster(version: number, keys: readonly number[], complete = true): UnitsMessage {
  return { type: 'units', rosterVersion: version, complete, units: keys.map((key) => entry(key)) };
}

/** Who is there, by unit key. */
export function presence(
  units: readonly (readonly [number, Presence])[],
  complete = true,
): PresenceMessage {
  const numbered = units.map(([key, name]) => [key, presences.indexOf(name)] as const);
  return { type: 'presence', rosterVersion: 1, complete, units: numbered };
}

/** A unit near Sangatta, `eastDeg` east of its town square. */
export function unitAt(unitKey: number, fixedAtMs: number, eastDeg = 0): UnitState {
  const motion = { speedMps: 12, courseDeg: 90, accuracyM: 8 };
  return { unitKey, lon: 117.5279 + eastDeg, lat: 0.5049, fixedAtMs, ...motion, isStored: true };
}

type FrameOptions = { readonly sequence: number; readonly rosterVersion?: number };

export function snapshot(world: FakeWorld, options: FrameOptions, units: readonly UnitState[]) {
  return frame(world, snapshotKind, options, units);
}

export function delta(world: FakeWorld, options: FrameOptions, units: readonly UnitState[]) {
  return frame(world, deltaKind, options, units);
}

function frame(
  world: FakeWorld,
  kind: typeof snapshotKind | typeof deltaKind,
  { sequence, rosterVersion = 1 }: FrameOptions,
  units: readonly UnitState[],
): ArrayBuffer {
  return encodeFrame({ kind, sequence, serverTimeMs: world.nowMs, rosterVersion }, units).buffer;
}
