import type { RawData, WebSocket } from 'ws';
import type { Fix } from '../domain/fix.ts';
import type { ClientMessage, HelloMessage } from '../domain/liveMessage.ts';
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

/** A browser that is there answers a close in a few milliseconds; one on a sleeping laptop never does. */
const goodbyeMs = 500;

/** [RFC 6455, 7.4.1] */
const unsupportedData = 1003;
const policyViolation = 1008;
const goingAway = 1001;
const tryAgainLater = 1013;

/** What the hub counts. */
export type HubStatus = { readonly screens: number; readonly refusedMessages: number };

/**
 * Shows live state to screens: one frame a tick, encoded once a scope. There is one scope, which
 * sees everything, until accounts bring others.
 */
export class LiveHub {
  readonly #times: HubTimes;
  readonly #hello: Pick<HelloMessage, 'version' | 'mode'>;
  readonly #everything = new LiveFeed();
  readonly #screens = new Set<Screen>();
  readonly #nowMs: () => number;
  #timers: NodeJS.Timeout[] = [];
  #ticksSinceFrame = 0;
  #refusedMessages = 0;
  #mqttPort = 0;
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

  /** @param mqttPort where trackers connect, which screens tell whoever sets one up */
  start(mqttPort: number): void {
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
    return { screens: this.#screens.size, refusedMessages: this.#refusedMessages };
  }

  setRoster(roster: readonly RosterEntry[]): void {
    this.#everything.setRoster(roster);
  }

  /**
   * Shows a unit at its newest fix, measured at `atMs`, with the next frame; `isStored` is false when
   * it is only shown.
   */
  show(unitKey: number, fix: Fix, atMs: number, isStored: boolean): void {
    this.#everything.show(unitKey, fix, atMs, isStored);
  }

  /** Takes over an open socket. */
  take(socket: WebSocket): void {
    if (this.#isClosing) {
      socket.terminate();
      return;
    }
    if (this.#screens.size >= maxScreens) {
      socket.close(tryAgainLater, `at most ${maxScreens} screens`);
      return;
    }
    const screen = new Screen(socket, this.#everything, this.#nowMs);
    this.#screens.add(screen);
    socket.on('close', () => {
      this.#screens.delete(screen);
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
    this.#ticksSinceFrame += 1;
    // counted in ticks, not by the clock: that one can step back
    const isDue = this.#ticksSinceFrame * this.#times.tickMs >= this.#times.signOfLifeMs;
    if (!isDue && !this.#everything.hasChanges) return;
    this.#ticksSinceFrame = 0;
    const frame = this.#everything.takeDelta(this.#nowMs());
    for (const screen of this.#screens) screen.showDelta(frame);
  }

  #ping(): void {
    for (const screen of this.#screens) {
      if (screen.isSilent) screen.terminate();
      else screen.ping();
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
