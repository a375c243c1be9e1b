import type { WebSocket } from 'ws';
import type { Access } from '../domain/access.ts';
import type { HelloMessage, ServerMessage } from '../domain/liveMessage.ts';
import type { AlarmFeed } from './alarmFeed.ts';
import type { LiveFeed } from './liveFeed.ts';

/** Frames that may be on their way to one screen. More would only be older news in a queue. */
const maxFramesUnderWay = 4;

/**
 * One open screen. A screen that reads more slowly than frames come is skipped, and gets the whole
 * latest state in one snapshot once its socket has taken what was under way: it is late, never
 * behind, and its queue is bounded.
 */
export class Screen {
  readonly #socket: WebSocket;
  /** Who looks on. */
  readonly access: Access;
  readonly #feed: LiveFeed;
  readonly #alarms: AlarmFeed;
  readonly #nowMs: () => number;
  #framesUnderWay = 0;
  #rosterVersion = -1;
  #needsSnapshot = false;
  /** True while a ping waits for its pong. */
  isSilent = false;

  constructor(
    socket: WebSocket,
    access: Access,
    { feed, alarms }: { readonly feed: LiveFeed; readonly alarms: AlarmFeed },
    nowMs: () => number,
  ) {
    this.#socket = socket;
    this.access = access;
    this.#feed = feed;
    this.#alarms = alarms;
    this.#nowMs = nowMs;
  }

  /** Says hello and shows everything. */
  open(hello: HelloMessage): void {
    this.#say(hello);
    this.showAll();
  }

  /** Sends the roster and a snapshot: at the start, and when the screen noticed a gap. */
  showAll(): void {
    if (this.#framesUnderWay >= maxFramesUnderWay) {
      this.#needsSnapshot = true;
      return;
    }
    this.#needsSnapshot = false;
    // first: what is wrong matters more than where everybody is
    for (const text of this.#alarms.complete()) this.#transmit(text);
    if (!this.#sayRoster()) this.#transmit(this.#feed.presence());
    this.#send(this.#feed.snapshot(this.#nowMs()));
  }

  /** Sends a delta, unless the screen is too slow for it. */
  showDelta(frame: Uint8Array): void {
    if (this.#needsSnapshot || this.#framesUnderWay >= maxFramesUnderWay) {
      this.#needsSnapshot = true;
      return;
    }
    this.#sayRoster();
    this.#send(frame);
  }

  /** Says what changed of alarms and incidents, unless the screen is too slow for it: then it gets all of it later. */
  showAlarms(texts: readonly string[]): void {
    if (this.#needsSnapshot || this.#framesUnderWay >= maxFramesUnderWay) {
      this.#needsSnapshot = true;
      return;
    }
    for (const text of texts) this.#transmit(text);
  }

  /** Says whose presence changed, unless the screen is too slow for it: then it gets all of it later. */
  showPresence(text: string): void {
    if (this.#needsSnapshot || this.#framesUnderWay >= maxFramesUnderWay) {
      this.#needsSnapshot = true;
      return;
    }
    // all of it comes with a roster that is new to this screen
    if (!this.#sayRoster()) this.#transmit(text);
  }

  /** Asks for a sign of life. */
  ping(): void {
    this.isSilent = true;
    this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** Ends the connection without asking the other side. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Says who there is and whether they are there, unless the screen knows this roster: then false. */
  #sayRoster(): boolean {
    const { version, units } = this.#feed.roster;
    if (version === this.#rosterVersion) return false;
    this.#rosterVersion = version;
    this.#say({ type: 'units', rosterVersion: version, complete: true, units });
    this.#transmit(this.#feed.presence());
    return true;
  }

  #say(message: ServerMessage): void {
    this.#transmit(JSON.stringify(message));
  }

  #send(frame: Uint8Array): void {
    this.#transmit(frame);
  }

  #transmit(data: string | Uint8Array): void {
    this.#framesUnderWay += 1;
    // the callback comes when the operating system has taken the bytes, or the socket is gone
    this.#socket.send(data, () => {
      this.#framesUnderWay -= 1;
      if (this.#needsSnapshot && this.#framesUnderWay === 0) this.showAll();
    });
  }
}
