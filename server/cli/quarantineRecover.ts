import type { Pool } from 'pg';
import {
  listQuarantine,
  type QuarantineFilter,
  type Recovered,
  type RecoverOptions,
  recoverQuarantined,
} from '../storage/quarantineStore.ts';
import { maxAheadMs } from '../tracking/acceptFix.ts';
import { type Command, UsageError } from './command.ts';
import { readQuarantineArguments } from './quarantineArguments.ts';
import { withDatabase } from './withDatabase.ts';

const help = `npm run posko -- quarantine recover (<key> ... | --tracker <id> [--reason <code>]) --time <which>

Puts fixes that were not believed into the history after all, as delayed positions: they never move
a unit on the map. Each goes once; messages that could not be decoded stay.

  <key> ...        which, by the keys that quarantine list prints
  --tracker <id>   all of this tracker
  --reason <code>  of these only those for this reason, such as clock_behind
  --time own       at the time that the device told, where that is possible by now
  --time received  at the time that the server received them: for a device whose clock was wrong`;

const dayMs = 24 * 3_600_000;

/** `quarantine recover`: see its help. */
export const quarantineRecover: Command = {
  name: 'quarantine recover',
  summary: 'put fixes that were not believed into the history',
  help,
  run: async ({ config, args, print }) => {
    const { keys, trackerId, reason, time } = readQuarantineArguments(
      args,
      ['tracker', 'reason', 'time'],
      true,
    );
    if (time === undefined) throw new UsageError('--time is missing: own or received');
    if (keys.length === 0 && trackerId === undefined) {
      throw new UsageError('name the keys, or a tracker by --tracker');
    }
    if (keys.length > 0 && (trackerId !== undefined || reason !== undefined)) {
      throw new UsageError('name either keys, or a tracker and reason');
    }
    const nowMs = Date.now();
    const options: RecoverOptions = {
      time,
      oldestMs: nowMs - config.retentionDays * dayMs,
      newestMs: nowMs + maxAheadMs,
    };
    const { recovered, duplicates, left } = await withDatabase(config, (pool) =>
      keys.length > 0
        ? recoverQuarantined(pool, keys, options)
        : recoverAll(pool, { trackerId, reason, isRecoverable: true }, options),
    );
    print(`Recovered ${recovered}; ${duplicates} more were in the history already.`);
    const reasons = [
      [left.notRecoverable, 'are no fixes that wait (unknown, undecodable or recovered before)'],
      [left.unknownTracker, 'are of a tracker that is not registered'],
      [left.timeOutOfRange, 'have a time that cannot be right, so only --time received takes them'],
    ] as const;
    for (const [count, why] of reasons) if (count > 0) print(`${count} were left: they ${why}.`);
  },
};

const pageSize = 1_000;

async function recoverAll(
  pool: Pool,
  filter: QuarantineFilter,
  options: RecoverOptions,
): Promise<Recovered> {
  let recovered = 0;
  let duplicates = 0;
  const left = { notRecoverable: 0, unknownTracker: 0, timeOutOfRange: 0 };
  let cursor: string | undefined;
  do {
    const page = await listQuarantine(pool, filter, pageSize, cursor);
    const keys = page.entries.map(({ key }) => key);
    const done = await recoverQuarantined(pool, keys, options);
    recovered += done.recovered;
    duplicates += done.duplicates;
    left.notRecoverable += done.left.notRecoverable;
    left.unknownTracker += done.left.unknownTracker;
    left.timeOutOfRange += done.left.timeOutOfRange;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { recovered, duplicates, left };
}
