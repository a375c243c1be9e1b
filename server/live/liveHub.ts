import type { RawData, WebSocket } from 'ws';
import { type Access, isInScope, type Scope, scopeOf } from '../domain/access.ts';
import type { Fix } from '../domain/fix.ts';
import type { UnitState } from '../domain/liveFrame.ts';
import {
  accessChanged,
  type ClientMessage,
  type HelloMessage,
  sessionExpired,
} from '../domain/liveMessage.ts';
import type { Presence } from '../domain/presence.ts';
import type { RosterEntry } from '../domain/unit.ts';
import { LiveFeed } from './liveFeed.ts';
import { Screen } from './screen.ts';

/** Times of the hub, ms. */
export type HubTimes = {
  /** A frame comes at most this often. */
  readonly tickMs: number;
  /** And at least this often, empty if need be, so that a screen can tell silence from a dead connection. */
  readonly signOfLifeMs: number;
  /** A screen is asked this often whether it is there, and ended when it did not answer in the meantime. */
  readonly pingMs: number;
};

export const defaultHubTimes: HubTimes = { tickMs: 500, signOfLifeMs: 5_000, pingMs: 15_000 };

/** Most screens at once: a bound, well above a province's control rooms. */
export const maxScreens = 1_000;

/** Most screens of one session or token: tabs, and walls that share a link. */
export const maxScreensOfOne = 20;

/** A browser that is there answers a close in a few milliseconds; one on a sleeping laptop never does. */
const goodbyeMs = 500;

/** [RFC 6455, 7.4.1] */
const unsupportedData = 1003;
const policyViolation = 1008;
const goingAway = 1001;
const tryAgainLater = 1013;

/** What the hub counts. */
export type HubStatus = {
  readonly screens: number;
  /** Permission scopes that screens look on with; each costs one encoding a tick. */
  readonly scopes: number;
  readonly refusedMessages: number;
};

/** The regions that a unit belongs to now: its home, and those of the operations it works for. */
export type RegionsOf = (unit: RosterEntry) => readonly string[];

/** What one scope sees, with the screens that look on with it. */
type Room = { readonly scope: Scope; readonly feed: LiveFeed; readonly screens: Set<Screen> };

/**
 * Shows live state to screens: one frame a tick and scope, encoded once however many look on with
 * it. A screen gets the units of its scope and nothing of any other.
 */
export class LiveHub {
  readonly #times: HubTimes;
  readonly #hello: Pick<HelloMessage, 'version' | 'mode'>;
  readonly #states = new Map<number, UnitState>();
  readonly #presences = new Map<number, Presence>();
  #roster: readonly RosterEntry[] = [];
  #regionsOf: RegionsOf = () => [];
  /** By scope. A scope that nobody looks on with costs nothing. */
  readonly #rooms = new Map<string, Room>();
  readonly #screens = new Set<Screen>();
  readonly #nowMs: () => number;
  #timers: NodeJS.Timeout[] = [];
  #refusedMessages = 0;
  #mqttPort: number | null = null;
  #isClosing = false;
  #whenEmpty: (() => void) | undefined;

  constructor(
    hello: Pick<HelloMessage, 'version' | 'mode'>,
    nowMs: () => number,
    times: HubTimes = defaultHubTimes,
  ) {
    this.#hello = hello;
    this.#nowMs = nowMs;
    this.#times = times;
  }

  /** @param mqttPort where trackers connect, which screens tell whoever sets one up; null: not here */
  start(mqttPort: number | null): void {
    this.#mqttPort = mqttPort;
    this.#timers = [
      setInterval(() => this.#tick(), this.#times.tickMs),
      setInterval(() => this.#ping(), this.#times.pingMs),
    ];
  }

  /** Closes every screen with "going away", so that browsers reconnect; ends those that do not answer. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const timer of this.#timers) clearInterval(timer);
    const allGone = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    for (const screen of this.#screens) screen.close(goingAway, 'the server stops');
    if (this.#screens.size === 0) return;
    const impatience = setTimeout(() => {
      for (const screen of this.#screens) screen.terminate();
    }, goodbyeMs);
    await allGone;
    clearTimeout(impatience);
  }

  status(): HubStatus {
    return {
      screens: this.#screens.size,
      scopes: this.#rooms.size,
      refusedMessages: this.#refusedMessages,
    };
  }

  /** Replaces all units, and says where each belongs. */
  setRoster(roster: readonly RosterEntry[], regionsOf: RegionsOf): void {
    this.#roster = roster;
    this.#regionsOf = regionsOf;
    const keys = new Set(roster.map(({ key }) => key));
    for (const key of this.#states.keys()) if (!keys.has(key)) this.#states.delete(key);
    for (const key of this.#presences.keys()) if (!keys.has(key)) this.#presences.delete(key);
    for (const { scope, feed } of this.#rooms.values()) feed.setRoster(this.#visibleTo(scope));
  }

  /**
   * Shows a unit at its newest fix, measured at `atMs`, with the next frame; `isStored` is false when
   * it is only shown.
   */
  show(unitKey: number, fix: Fix, atMs: number, isStored: boolean): void {
    this.#states.set(unitKey, {
      unitKey,
      lon: fix.lon,
      lat: fix.lat,
      fixedAtMs: atMs,
      speedMps: fix.speedMps,
      courseDeg: fix.courseDeg,
      accuracyM: fix.accuracyM,
      isStored,
    });
    for (const { feed } of this.#rooms.values()) feed.changed(unitKey);
  }

  /** Says with the next tick which units are there in another way than before. */
  showPresence(changes: ReadonlyMap<number, Presence>): void {
    for (const [unitKey, presence] of changes) {
      this.#presences.set(unitKey, presence);
      for (const { feed } of this.#rooms.values()) feed.presenceChanged(unitKey);
    }
  }

  /** Ends the screens of a session or token that has ended, or may something else now; if the latter, they come back. */
  endCredential(credential: string): void {
    for (const screen of this.#screens) {
      if (screen.access.credential === credential) {
        screen.close(accessChanged, 'the session has ended or changed');
      }
    }
  }

  /** One session or token does not take the screens of all: past its bound the oldest of its own goes. */
  #makeRoomFor({ credential }: Access): void {
    const own = [...this.#screens].filter(({ access }) => access.credential === credential);
    if (own.length >= maxScreensOfOne) {
      own[0]?.close(tryAgainLater, `at most ${maxScreensOfOne} screens of one session or token`);
    }
  }

  #visibleTo(scope: Scope): readonly RosterEntry[] {
    return this.#roster.filter((unit) => isInScope(scope, this.#regionsOf(unit)));
  }

  #roomOf(scope: Scope): Room {
    const name = scope.join(' ');
    const found = this.#rooms.get(name);
    if (found !== undefined) return found;
    const feed = new LiveFeed(this.#states, this.#presences, this.#visibleTo(scope));
    const room: Room = { scope, feed, screens: new Set() };
    this.#rooms.set(name, room);
    return room;
  }

  /** Takes over an open socket, and shows it what whoever opened it may see. */
  take(socket: WebSocket, access: Access): void {
    if (this.#isClosing) {
      socket.terminate();
      return;
    }
    if (this.#screens.size >= maxScreens) {
      socket.close(tryAgainLater, `at most ${maxScreens} screens`);
      return;
    }
    this.#makeRoomFor(access);
    const scope = scopeOf(access.grants, 'units.view');
    const room = this.#roomOf(scope);
    const screen = new Screen(socket, access, room.feed, this.#nowMs);
    this.#screens.add(screen);
    room.screens.add(screen);
    socket.on('close', () => {
      this.#screens.delete(screen);
      room.screens.delete(screen);
      if (room.screens.size === 0) this.#rooms.delete(scope.join(' '));
      if (this.#screens.size === 0) this.#whenEmpty?.();
    });
    // what the protocol forbids (too long, broken UTF-8 ...) closes the socket by itself
    socket.on('error', () => {
      this.#refusedMessages += 1;
    });
    socket.on('pong', () => {
      screen.isSilent = false;
    });
    socket.on('message', (data, isBinary) => this.#hear(screen, data, isBinary));
    screen.open({
      type: 'hello',
      ...this.#hello,
      mqttPort: this.#mqttPort,
      serverTimeMs: this.#nowMs(),
      tickMs: this.#times.tickMs,
    });
  }

  #hear(screen: Screen, data: RawData, isBinary: boolean): void {
    const message = isBinary ? undefined : readClientMessage(data.toString());
    switch (message?.type) {
      case 'resync':
        screen.showAll();
        return;
      case undefined:
        this.#refusedMessages += 1;
        screen.close(
          isBinary ? unsupportedData : policyViolation,
          'expected {"type":"resync"} as text',
        );
        return;
    }
  }

  #tick(): void {
    const maxTicks = this.#times.signOfLifeMs / this.#times.tickMs;
    for (const { feed, screens } of this.#rooms.values()) {
      const presence = feed.takePresence();
      if (presence !== undefined) for (const screen of screens) screen.showPresence(presence);
      if (!feed.isDue(maxTicks)) continue;
      const frame = feed.takeDelta(this.#nowMs());
      for (const screen of screens) screen.showDelta(frame);
    }
  }

  #ping(): void {
    for (const screen of this.#screens) {
      if (screen.isSilent) screen.terminate();
      else if (screen.access.expiresAtMs <= this.#nowMs()) {
        screen.close(sessionExpired, 'the session has expired');
      } else screen.ping();
    }
  }
}

function readClientMessage(text: string): ClientMessage | undefined {
  try {
    const message: unknown = JSON.parse(text);
    const isResync =
      typeof message === 'object' &&
      message !== null &&
      'type' in message &&
      message.type === 'resync';
    return isResync ? { type: 'resync' } : undefined;
  } catch {
    // not JSON is one way of not being a message, and answered like the others
    return undefined;
  }
}
