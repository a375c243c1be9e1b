import type { Pool } from 'pg';
import { dayMs } from '../domain/durations.ts';
import { listQuarantine, type QuarantineFilter } from '../storage/quarantineStore.ts';
import {
  type LeftReason,
  type Recovered,
  type RecoverOptions,
  recoverQuarantined,
} from '../storage/recoverQuarantined.ts';
import { maxAheadMs } from '../tracking/acceptFix.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readQuarantineArguments } from './quarantineArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- quarantine recover (<key> ... | --tracker <id> [--reason <code>]) --time <which>

Puts fixes that were not believed into the history after all, as delayed positions: they never move
a unit on the map. Each goes once; messages that could not be decoded stay. Ends with status 1 when
any that was asked for was left.

  <key> ...        which, by the keys that quarantine list prints
  --tracker <id>   all of this tracker
  --reason <code>  of these only those for this reason, such as clock_behind
  --time own       at the time that the device told, where that is possible by now
  --time received  at the time that the server received them: for a device whose clock was wrong`;

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
      actor: cliActor,
    };
    const { recovered, duplicates, left } = await withExistingDatabase(config, (pool) =>
      keys.length > 0
        ? recoverQuarantined(pool, keys, options)
        : recoverAll(pool, { trackerId, reason, isRecoverable: true }, options),
    );
    if (keys.length > 0) tellEach(keys, left, print);
    print(
      `${recovered} put into the history, ${duplicates} were there already (same tracker and time), ${left.length} left.`,
    );
    if (left.length === 0) return;
    throw new Error(`Left as they were: ${countReasons(left)}.`);
  },
};

type Left = Recovered['left'];

const leftReasons = {
  unknown_key: 'there is no such entry',
  message: 'it is a message that could not be decoded, and no fix',
  no_place: 'it has no place, only the (0, 0) of a receiver that knew nothing',
  recovered_before: 'it was recovered before',
  unknown_tracker: 'its tracker is not registered',
  time_out_of_range: 'its time cannot be right, so only --time received may take it',
} as const satisfies Record<LeftReason, string>;

function tellEach(keys: readonly number[], left: Left, print: (line: string) => void): void {
  const reasons = new Map(left.map(({ key, reason }) => [key, reason]));
  for (const key of new Set(keys)) {
    const reason = reasons.get(key);
    print(
      reason === undefined
        ? `${key}: is in the history now`
        : `${key}: left, ${leftReasons[reason]}`,
    );
  }
}

function countReasons(left: Left): string {
  const counts = new Map<LeftReason, number>();
  for (const { reason } of left) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} (${leftReasons[reason]})`).join(', ');
}

const pageSize = 1_000;

async function recoverAll(
  pool: Pool,
  filter: QuarantineFilter,
  options: RecoverOptions,
): Promise<Recovered> {
  let recovered = 0;
  let duplicates = 0;
  const left: Left[number][] = [];
  let cursor: string | undefined;
  do {
    const page = await listQuarantine(pool, filter, pageSize, cursor);
    const keys = page.entries.map(({ key }) => key);
    const done = await recoverQuarantined(pool, keys, options);
    recovered += done.recovered;
    duplicates += done.duplicates;
    left.push(...done.left);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { recovered, duplicates, left };
}
