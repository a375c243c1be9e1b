import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

/**
 * What the database tells changes of: trackers, units and assignments; users, grants, sessions, tokens;
 * operations, sites and fences; rules.
 */
export type ChangeChannel = 'posko_trackers' | 'posko_accounts' | 'posko_places' | 'posko_rules';

export type WatchChangesOptions = {
  readonly connection: pg.ClientConfig;
  readonly channel: ChangeChannel;
  readonly log: Logger;
  /**
   * Called after every change, and after every reconnect, since changes may have been missed
   * meanwhile. Never twice at once: changes during a call make one more call.
   */
  readonly onChange: () => void | Promise<void>;
};

export type ChangeWatch = { close(): Promise<void> };

const firstPauseMs = 100;
const maxPauseMs = 5_000;

/**
 * Listens for changes in the database on a connection of its own, and connects again when it breaks.
 *
 * @returns once it listens: what is read after this and before the first onChange misses nothing
 * @throws Error when the first connection fails
 */
export async function watchChanges(options: WatchChangesOptions): Promise<ChangeWatch> {
  const { connection, channel } = options;
  const log = options.log.child({ channel });
  const closing = new AbortController();
  const changed = serialised(options.onChange, closing.signal, log);
  let client = await listen(connection, channel, changed);

  const watch = async (): Promise<void> => {
    let pauseMs = firstPauseMs;
    while (!closing.signal.aborted) {
      await client.broken;
      await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      try {
        client = await listen(connection, channel, changed);
        pauseMs = firstPauseMs;
        log.info({ event: 'watchReconnected' }, 'listening for changes again');
        changed();
      } catch (error) {
        pauseMs = Math.min(pauseMs * 2, maxPauseMs);
        log.warn({ event: 'watchFailed', err: error, pauseMs }, 'cannot listen for changes');
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

async function listen(
  connection: pg.ClientConfig,
  channel: ChangeChannel,
  changed: () => void,
): Promise<Listening> {
  const client = new pg.Client({ ...connection, keepAlive: true });
  const broken = new Promise<void>((resolve) => {
    client.once('end', resolve);
  });
  // 'end' follows and is what we act upon; unheard, the error would end the process
  client.on('error', () => undefined);
  // sessions that share a connection, as in tests, hear each other's channels
  client.on('notification', (message) => {
    if (message.channel === channel) changed();
  });
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
          { event: 'changeFailed', err: error, pauseMs },
          'a change in the database was not taken up yet',
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
