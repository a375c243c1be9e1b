import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import {
  decodeFrame,
  deltaKind,
  type LiveFrame,
  nextSequence,
} from '../../../server/domain/liveFrame.ts';
import {
  accessChanged,
  type ClientMessage,
  type HelloMessage,
  liveSubprotocol,
  type ServerMessage,
  sessionExpired,
} from '../../../server/domain/liveMessage.ts';
import {
  type AlarmBoard,
  emptyAlarmBoard,
  withAlarm,
  withAlarms,
  withIncidents,
} from '../alarms/alarmBoard.ts';
import { readServerMessage } from './readServerMessage.ts';
import { reconnectDelay } from './reconnectDelay.ts';
import { createServerClock, noteServerTime, type ServerClock } from './serverClock.ts';
import {
  applyDelta,
  applyPresence,
  applyRoster,
  applySnapshot,
  createUnitTable,
  type UnitTable,
} from './unitTable.ts';

/** How the page stands with the server. Times are page time, epoch ms. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly sinceMs: number }
  /** Not tried again until told to: nobody is signed in. */
  | { readonly state: 'paused'; readonly sinceMs: number };

/** An open socket, or one that is opening. */
export type LiveSocket = {
  readonly send: (text: string) => void;
  readonly close: () => void;
};

/** What a socket tells: each message (a string or an ArrayBuffer), and its end with the close code, failed opening included. */
export type SocketListener = {
  readonly message: (data: unknown) => void;
  readonly closed: (code: number) => void;
};

/** What the client needs from the outside; a test gives its own. */
export type LiveSurroundings = {
  readonly openSocket: (subprotocol: string, listener: SocketListener) => LiveSocket;
  /** Page time: epoch ms of a clock that is never set back. */
  readonly nowMs: () => number;
  /** 0 <= x < 1. */
  readonly random: () => number;
  /** Runs `task` after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** False while the person asked for reduced motion. */
  readonly glides: () => boolean;
};

/** The server sends a frame at least every 5 s, empty when nothing moved: after three missed ones nobody is there. */
export const silenceMs = 15_000;

/** A connection that held this long was a good one, and the next loss starts with the shortest delay again. */
const steadyMs = 10_000;

/**
 * Holds the live socket open and the unit table current. Owns the socket and its timers: `close()`
 * ends both. Listeners are told after the table has changed: `frame` after each frame, `state`
 * after a change of connection, mode or roster, `refused` when the server would not have it.
 */
export class LiveClient {
  readonly table: UnitTable;
  readonly clock: ServerClock = createServerClock();
  /** Alarms and incidents, as they were told last. */
  alarms: AlarmBoard = emptyAlarmBoard;
  connection: Connection = { state: 'connecting' };
  hello: HelloMessage | undefined;
  /** Frames and messages that could not be read, since the page was opened. */
  badMessages = 0;
  /** True once a snapshot has been applied: from then on an empty roster is a fact. */
  hasSnapshot = false;

  readonly #around: LiveSurroundings;
  readonly #frameListeners = new Set<() => void>();
  readonly #stateListeners = new Set<() => void>();
  readonly #refusedListeners = new Set<() => void>();
  #socket: LiveSocket | undefined;
  #listener: SocketListener | undefined;
  #cancelTimer: () => void = () => {};
  #attempt = 0;
  #sequence = 0;
  #awaitsSnapshot = true;
  #hasHeard = false;
  #startedMs = 0;
  #liveSinceMs = 0;

  constructor(around: LiveSurroundings) {
    this.#around = around;
    this.table = createUnitTable(around.nowMs());
  }

  /** Connects, and stays connected from now on. Nothing happens while it does already. */
  start(): void {
    if (this.#socket !== undefined || this.connection.state === 'lost') return;
    if (this.connection.state === 'paused') {
      this.#attempt = 0;
      this.connection = { ...this.connection, state: 'lost' };
      this.#tell(this.#stateListeners);
    } else {
      this.#startedMs = this.#around.nowMs();
    }
    this.#open();
  }

  /** Lets go of the server until `start()`, and keeps what it knew. */
  pause(): void {
    const before = this.connection;
    if (before.state === 'paused') return;
    if (before.state === 'connecting' && this.#socket === undefined) return;
    this.close();
    const sinceMs = before.state === 'lost' ? before.sinceMs : this.#around.nowMs();
    this.connection = { state: 'paused', sinceMs };
    this.#tell(this.#stateListeners);
  }

  close(): void {
    this.#cancelTimer();
    this.#letGo();
  }

  /** Tries again at once instead of waiting: the network is back. Nothing happens while a socket is open. */
  connectNow(): void {
    if (this.#socket !== undefined || this.connection.state !== 'lost') return;
    this.#cancelTimer();
    this.#open();
  }

  /** Takes an alarm from an answer to what a person did: the socket brings it a moment later. */
  noteAlarm(alarm: AlarmDetails): void {
    this.alarms = withAlarm(this.alarms, alarm);
    this.#tell(this.#stateListeners);
  }

  /** Server time now, epoch ms. */
  serverNowMs(): number {
    return this.#around.nowMs() + this.clock.offsetMs;
  }

  onFrame(listener: () => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** The server closed a socket for want of permission, or without a word: who is signed in may have changed. */
  onRefused(listener: () => void): () => void {
    this.#refusedListeners.add(listener);
    return () => this.#refusedListeners.delete(listener);
  }

  #open(): void {
    const listener: SocketListener = {
      message: (data) => {
        if (this.#listener === listener) this.#receive(data);
      },
      closed: (code) => {
        if (this.#listener === listener) this.#lose(code);
      },
    };
    this.#listener = listener;
    this.#socket = this.#around.openSocket(liveSubprotocol, listener);
    this.#awaitsSnapshot = true;
    this.#hasHeard = false;
    this.#expectMessage();
  }

  #receive(data: unknown): void {
    this.#hasHeard = true;
    this.#expectMessage();
    const error = typeof data === 'string' ? this.#takeText(data) : this.#takeBinary(data);
    if (error === undefined) return;
    this.badMessages += 1;
    this.#lose();
  }

  /** @returns why the message is no good, or undefined */
  #takeText(text: string): string | undefined {
    const read = readServerMessage(text);
    if (!read.ok) return read.detail;
    if (read.value !== undefined) this.#takeMessage(read.value);
    return undefined;
  }

  #takeMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'hello':
        this.hello = message;
        noteServerTime(this.clock, message.serverTimeMs, this.#around.nowMs());
        break;
      case 'units':
        applyRoster(this.table, message.units, message.rosterVersion, message.complete);
        this.#tell(this.#frameListeners);
        break;
      case 'presence':
        applyPresence(this.table, message.units, message.complete);
        this.#tell(this.#frameListeners);
        break;
      case 'alarms':
        this.alarms = withAlarms(this.alarms, message);
        break;
      case 'incidents':
        this.alarms = withIncidents(this.alarms, message);
        break;
    }
    this.#tell(this.#stateListeners);
  }

  #takeBinary(data: unknown): string | undefined {
    if (!(data instanceof ArrayBuffer)) return 'a binary message is not an ArrayBuffer';
    const frame = decodeFrame(new Uint8Array(data));
    if (!frame.ok) return frame.detail;
    return this.#takeFrame(frame.value);
  }

  #takeFrame(frame: LiveFrame): string | undefined {
    const nowMs = this.#around.nowMs();
    noteServerTime(this.clock, frame.serverTimeMs, nowMs);
    if (frame.kind === deltaKind) {
      if (this.#awaitsSnapshot) return undefined;
      const isNext =
        frame.sequence === nextSequence(this.#sequence) &&
        frame.rosterVersion === this.table.rosterVersion;
      if (!isNext) {
        this.#askForSnapshot();
        return undefined;
      }
      const motion = { nowMs, glides: this.#around.glides() };
      if (!applyDelta(this.table, frame, motion)) return 'more units than a frame may hold';
    } else {
      applySnapshot(this.table, frame, nowMs);
      this.#awaitsSnapshot = false;
      this.hasSnapshot = true;
      this.#becomeLive();
    }
    this.#sequence = frame.sequence;
    this.#tell(this.#frameListeners);
    return undefined;
  }

  /** Asked once for each gap: deltas are ignored until the snapshot comes, so none asks again. */
  #askForSnapshot(): void {
    this.#awaitsSnapshot = true;
    this.#socket?.send(JSON.stringify({ type: 'resync' } satisfies ClientMessage));
  }

  #becomeLive(): void {
    if (this.connection.state === 'live') return;
    this.connection = { state: 'live' };
    this.#liveSinceMs = this.#around.nowMs();
    this.#tell(this.#stateListeners);
  }

  #expectMessage(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#around.after(silenceMs, () => this.#lose());
  }

  /** @param code the close code; undefined when this side gave the socket up */
  #lose(code?: number): void {
    this.#cancelTimer();
    this.#letGo();
    const nowMs = this.#around.nowMs();
    if (this.connection.state === 'live') {
      if (nowMs - this.#liveSinceMs >= steadyMs) this.#attempt = 0;
      this.connection = { state: 'lost', sinceMs: nowMs };
    } else if (this.connection.state === 'connecting') {
      this.connection = { state: 'lost', sinceMs: this.#startedMs };
    }
    this.#attempt += 1;
    const isWelcome = code === accessChanged && this.#attempt === 1;
    const delayMs = isWelcome ? 0 : reconnectDelay(this.#attempt, this.#around.random());
    this.#cancelTimer = this.#around.after(delayMs, () => this.#open());
    this.#tell(this.#stateListeners);
    if (code === sessionExpired || code === accessChanged || !this.#hasHeard) {
      this.#tell(this.#refusedListeners);
    }
  }

  /** A socket that is given up is not listened to any more: its close event may come a minute later. */
  #letGo(): void {
    this.#listener = undefined;
    this.#socket?.close();
    this.#socket = undefined;
  }

  #tell(listeners: ReadonlySet<() => void>): void {
    for (const listener of listeners) listener();
  }
}
