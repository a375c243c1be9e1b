import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

export type WatchTrackersOptions = {
  readonly connection: pg.ClientConfig;
  readonly log: Logger;
  /**
   * Called after every change of trackers or units, and after every reconnect, since changes may
   * have been missed meanwhile. Never twice at once: changes during a call make one more call.
   */
  readonly onChange: () => void | Promise<void>;
};

export type TrackerWatch = { close(): Promise<void> };

const channel = 'posko_trackers';
const firstPauseMs = 100;
const maxPauseMs = 5_000;

/**
 * Listens for changes of trackers and units on a connection of its own, and connects again when it
 * breaks.
 *
 * @returns once it listens: what is read after this and before the first onChange misses nothing
 * @throws Error when the first connection fails
 */
export async function watchTrackers(options: WatchTrackersOptions): Promise<TrackerWatch> {
  const { connection, log } = options;
  const closing = new AbortController();
  const changed = serialised(options.onChange, closing.signal, log);
  let client = await listen(connection, changed);

  const watch = async (): Promise<void> => {
    let pauseMs = firstPauseMs;
    while (!closing.signal.aborted) {
      await client.broken;
      await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      try {
        client = await listen(connection, changed);
        pauseMs = firstPauseMs;
        log.info({ event: 'trackerWatchReconnected' }, 'listening for tracker changes again');
        changed();
      } catch (error) {
        pauseMs = Math.min(pauseMs * 2, maxPauseMs);
        log.warn({ event: 'trackerWatchFailed', err: error, pauseMs }, 'cannot listen for changes');
      }
    }
  };
  const watching = watch();
  return {
    close: async () => {
      closing.abort();
      await client.end();
      await watching;
      // a reconnect may have won its race against the close
      await client.end();
    },
  };
}

type Listening = { readonly broken: Promise<void>; end(): Promise<void> };

async function listen(connection: pg.ClientConfig, changed: () => void): Promise<Listening> {
  const client = new pg.Client({ ...connection, keepAlive: true });
  const broken = new Promise<void>((resolve) => {
    client.once('end', resolve);
  });
  // 'end' follows and is what we act upon; unheard, the error would end the process
  client.on('error', () => undefined);
  client.on('notification', changed);
  await client.connect();
  await client.query(`listen ${channel}`);
  let ending: Promise<void> | undefined;
  return {
    broken,
    end: () => {
      ending ??= client.end();
      return ending;
    },
  };
}

/** Runs `work` once for every burst of calls, never twice at once, and again when it failed. */
function serialised(
  work: () => void | Promise<void>,
  closing: AbortSignal,
  log: Logger,
): () => void {
  let isRunning = false;
  let isWanted = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    let pauseMs = firstPauseMs;
    while (isWanted && !closing.aborted) {
      isWanted = false;
      try {
        await work();
        pauseMs = firstPauseMs;
      } catch (error) {
        isWanted = true;
        log.error(
          { event: 'trackerChangeFailed', err: error, pauseMs },
          'a tracker change was not taken up yet',
        );
        await delay(pauseMs, undefined, { signal: closing }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, maxPauseMs);
      }
    }
    isRunning = false;
  };
  return () => {
    isWanted = true;
    if (!isRunning) void run();
  };
}
