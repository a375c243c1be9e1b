import type { RawData, WebSocket } from 'ws';
import { type Access, isInScope, type Scope, scopeOf } from '../domain/access.ts';
import type { Alarm } from '../domain/alarm.ts';
import type { Fix } from '../domain/fix.ts';
import type { Incident } from '../domain/incident.ts';
import type { UnitState } from '../domain/liveFrame.ts';
import {
  accessChanged,
  type ClientMessage,
  type HelloMessage,
  sessionExpired,
} from '../domain/liveMessage.ts';
import type { Presence } from '../domain/presence.ts';
import type { RosterEntry } from '../domain/unit.ts';
import { AlarmFeed, type AlarmView } from './alarmFeed.ts';
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

/** People who may handle alarms in the same regions. */
type Handlers = { readonly regions: Scope; readonly actors: Set<string> };

/** What one scope sees, with the screens that look on with it. */
type Room = {
  /** Of what its screens may see. */
  readonly name: string;
  readonly scope: Scope;
  readonly feed: LiveFeed;
  readonly alarms: AlarmFeed;
  readonly screens: Set<Screen>;
};

/** Alarms and incidents are told within so many ms: soon, and once where ten are raised together. */
const alarmsEveryMs = 50;

const noAlarms: AlarmView = {
  openAlarms: () => [],
  openIncidents: () => [],
  loadOf: () => ({ last10Min: 0, perOperator10Min: 0, isFlood: false, floodSinceMs: null }),
};

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
  #alarmView: AlarmView = noAlarms;
  #alarmTimer: NodeJS.Timeout | undefined;
  #alarmsToldAtMs = 0;
  /** As long as no screen comes or goes. */
  #known: ReadonlyMap<string, Handlers> | undefined;
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

  /** Says where alarms and incidents are asked for. Before `start`. */
  setAlarmView(view: AlarmView): void {
    this.#alarmView = view;
  }

  /** @param mqttPort where trackers connect, which screens tell whoever sets one up; null: not here */
  start(mqttPort: number | null): void {
    this.#mqttPort = mqttPort;
    this.#timers = [
      setInterval(() => this.#tick(), this.#times.tickMs),
      setInterval(() => this.#ping(), this.#times.pingMs),
      setInterval(() => this.#tellAlarms(true), this.#times.signOfLifeMs),
    ];
  }

  /** Closes every screen with "going away", so that browsers reconnect; ends those that do not answer. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#alarmTimer);
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

  /** Says at once that an alarm was raised or changed; several within 50 ms together. */
  showAlarm(alarm: Alarm): void {
    for (const { alarms } of this.#rooms.values()) alarms.alarmChanged(alarm);
    this.#tellAlarmsSoon();
  }

  /** The same of an incident. */
  showIncident(incident: Incident): void {
    for (const { alarms } of this.#rooms.values()) alarms.incidentChanged(incident);
    this.#tellAlarmsSoon();
  }

  /** People who look on now and may handle alarms somewhere: each once, however many screens they have. */
  operatorsIn(scope: Scope): number {
    const here = new Set<string>();
    for (const { regions, actors } of this.#handlers().values()) {
      const isHere = regions.some((region) => isInScope(scope, [region]));
      if (isHere || isInScope(regions, scope)) for (const actor of actors) here.add(actor);
    }
    return here.size;
  }

  /** Who may handle alarms, by where: most rooms have a few such scopes, however many screens. */
  #handlers(): ReadonlyMap<string, Handlers> {
    if (this.#known !== undefined) return this.#known;
    const known = new Map<string, Handlers>();
    for (const { access } of this.#screens) {
      const regions = access.kind === 'person' ? scopeOf(access.grants, 'alarms.handle') : [];
      const name = regions.join(' ');
      const found = known.get(name) ?? { regions, actors: new Set() };
      known.set(name, found);
      found.actors.add(access.actor);
    }
    this.#known = known;
    return known;
  }

  #tellAlarmsSoon(): void {
    if (this.#alarmTimer !== undefined || this.#rooms.size === 0 || this.#isClosing) return;
    const restMs = Math.max(0, this.#alarmsToldAtMs + alarmsEveryMs - performance.now());
    this.#alarmTimer = setTimeout(() => {
      this.#alarmTimer = undefined;
      this.#tellAlarms(false);
    }, restMs);
  }

  /** @param withLoads also where nothing but the load is another: it is worked out for each room */
  #tellAlarms(withLoads: boolean): void {
    const nowMs = performance.now();
    this.#alarmsToldAtMs = nowMs;
    let isMoreDue = false;
    for (const { alarms, screens } of this.#rooms.values()) {
      if (!alarms.isDue && !(withLoads && alarms.isLoadNews)) continue;
      const texts = alarms.takeChanges(nowMs);
      for (const screen of screens) screen.showAlarms(texts);
      isMoreDue ||= alarms.isDue;
    }
    if (isMoreDue) this.#tellAlarmsSoon();
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

  #roomOf({ grants }: Access): Room {
    const scope = scopeOf(grants, 'units.view');
    const ofAlarms = scopeOf(grants, 'alarms.view');
    const name = `${scope.join(' ')}/${ofAlarms.join(' ')}`;
    const found = this.#rooms.get(name);
    if (found !== undefined) return found;
    const feed = new LiveFeed(this.#states, this.#presences, this.#visibleTo(scope));
    const alarms = new AlarmFeed(this.#alarmView, ofAlarms);
    const room: Room = { name, scope, feed, alarms, screens: new Set() };
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
    const room = this.#roomOf(access);
    const screen = new Screen(socket, access, room, this.#nowMs);
    this.#screens.add(screen);
    this.#known = undefined;
    room.screens.add(screen);
    socket.on('close', () => {
      this.#screens.delete(screen);
      this.#known = undefined;
      room.screens.delete(screen);
      if (room.screens.size === 0) this.#rooms.delete(room.name);
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
