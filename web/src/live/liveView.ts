import { decodeIsStored, unknownCourse } from '../../../server/domain/liveFrame.ts';
import type { Presence } from '../../../server/domain/presence.ts';
import type { AlarmBoard } from '../alarms/alarmBoard.ts';
import type { Connection, LiveClient } from './liveClient.ts';
import { presenceOf } from './unitTable.ts';

/** What React shows of the live state. Replaced as a whole each second, and within 100 ms of every change of connection, roster or alarms, never for a ping. */
export type LiveView = {
  readonly connection: Connection;
  readonly mode: 'live' | 'demo' | undefined;
  readonly hasSnapshot: boolean;
  readonly rosterVersion: number;
  /** Units in the roster. */
  readonly units: number;
  /** How many of them are there, late, and so on. */
  readonly counts: Readonly<Record<Presence, number>>;
  /** Units whose position is shown and could not be stored. */
  readonly notStored: number;
  readonly badMessages: number;
  readonly serverNowMs: number;
  readonly alarms: AlarmBoard;
};

/** A LiveView that useSyncExternalStore can read. Owns a timer: close it. */
export type LiveViewStore = {
  readonly subscribe: (listener: () => void) => () => void;
  readonly read: () => LiveView;
  readonly close: () => void;
};

/** Ages on the screen are whole seconds, so nothing is gained by looking more often. */
const viewEveryMs = 1000;
/** Nor is it looked at more often than this when the server has much to say, as in a flood of alarms. */
const notBeforeMs = 100;

/** Watches the client and makes a view of it every second. */
export function createLiveViewStore(client: LiveClient): LiveViewStore {
  let view = viewOf(client);
  const listeners = new Set<() => void>();
  let refreshedMs = Number.NEGATIVE_INFINITY;
  let soon: ReturnType<typeof setTimeout> | undefined;
  const refresh = (): void => {
    clearTimeout(soon);
    soon = undefined;
    refreshedMs = performance.now();
    view = viewOf(client);
    for (const listener of listeners) listener();
  };
  const stopListening = client.onState(() => {
    if (soon !== undefined) return;
    const waitMs = refreshedMs + notBeforeMs - performance.now();
    if (waitMs <= 0) refresh();
    else soon = setTimeout(refresh, waitMs);
  });
  const timer = setInterval(refresh, viewEveryMs);
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read: () => view,
    close: () => {
      stopListening();
      clearTimeout(soon);
      clearInterval(timer);
    },
  };
}

/** The view of this moment. Walks all units. */
export function viewOf(client: LiveClient): LiveView {
  const { table } = client;
  const serverNowMs = client.serverNowMs();
  let notStored = 0;
  for (let row = 0; row < table.count; row += 1) {
    if (!decodeIsStored(table.course[row] ?? unknownCourse)) notStored += 1;
  }
  const counts = { live: 0, late: 0, lost: 0, no_fix: 0 } satisfies Record<Presence, number>;
  for (const key of table.roster.keys()) counts[presenceOf(table, key)] += 1;
  return {
    connection: client.connection,
    mode: client.hello?.mode,
    hasSnapshot: client.hasSnapshot,
    rosterVersion: table.rosterVersion,
    units: table.roster.size,
    counts,
    notStored,
    badMessages: client.badMessages,
    serverNowMs,
    alarms: client.alarms,
  };
}
