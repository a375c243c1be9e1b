import type { Pool } from 'pg';
import type { Fix } from '../domain/fix.ts';
import { withPartitions } from './dialect/dayPartitions.ts';
import { inTransaction } from './inTransaction.ts';
import { appendTo } from './log/logStore.ts';
import { deedsOnQuarantine } from './quarantineDeeds.ts';
import {
  isOfRegions,
  maxQuarantineKeys,
  type QuarantineScope,
  quarantineRegion,
  quarantineWithTrackers,
} from './quarantineStore.ts';
import { insertRecorded } from './recordStore.ts';

/** When a recovered fix is said to have been: as the device said, or when it came in. */
export type RecoveredTime = 'own' | 'received';

export type RecoverOptions = {
  readonly time: RecoveredTime;
  /** Fixes outside of this have no place in the history; epoch ms. */
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Of others there is none. */
  readonly regions?: QuarantineScope;
  /** Who does it, for the log. */
  readonly actor: string;
};

/**
 * Why an entry was left as it was:
 * - `unknown_key`: there is none with this key;
 * - `message`: it could not be decoded, so there is no fix in it;
 * - `no_place`: it has none, only the (0, 0) of a receiver that knew nothing;
 * - `recovered_before`: it is in the history;
 * - `unknown_tracker`: its tracker is not registered;
 * - `time_out_of_range`: its time cannot be right.
 */
export type LeftReason =
  | 'unknown_key'
  | 'message'
  | 'no_place'
  | 'recovered_before'
  | 'unknown_tracker'
  | 'time_out_of_range';

/** What became of entries that were to be recovered. */
export type Recovered = {
  /** Now in the history. */
  readonly recovered: number;
  /** The history had a position of that tracker and time already; counted as recovered from now on. */
  readonly duplicates: number;
  readonly left: readonly { readonly key: number; readonly reason: LeftReason }[];
};

type CandidateRow = {
  readonly key: number;
  readonly region: string | null;
  readonly tracker_key: number | null;
  readonly received_at_ms: number;
  readonly is_recovered: boolean;
  readonly reason: string;
  readonly fix: Fix | null;
};

/** A fix that can go into the history, at the time that it is to have there. */
type Recoverable = {
  readonly trackerKey: number;
  readonly fix: Fix;
  readonly receivedAtMs: number;
};

/**
 * Puts fixes into the history after all, as delayed positions: all that can be, in one transaction.
 * A fix is recovered once at most, and the log says who did it.
 *
 * @param keys at most 1,000
 */
export async function recoverQuarantined(
  pool: Pool,
  keys: readonly number[],
  options: RecoverOptions,
): Promise<Recovered> {
  const { time, oldestMs, newestMs } = options;
  if (keys.length > maxQuarantineKeys) {
    throw new RangeError(
      `${keys.length} entries are more than the ${maxQuarantineKeys} that go at once`,
    );
  }
  const { rows: times } = await pool.query<{ fixed_at_ms: number }>(
    `select case when $2 = 'own' then (fix ->> 'fixedAtMs')::float8
                 else extract(epoch from received_at)::float8 * 1000 end as fixed_at_ms
     from quarantine where key = any($1) and fix is not null`,
    [keys, time],
  );
  const days = times
    .map((row) => row.fixed_at_ms)
    .filter((fixedAtMs) => fixedAtMs >= oldestMs && fixedAtMs <= newestMs);
  return withPartitions(pool, days, () =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<CandidateRow>(
        `select q.key::float8, t.key as tracker_key, q.reason, q.fix, q.recovered_at is not null as is_recovered,
                (extract(epoch from q.received_at) * 1000)::float8 as received_at_ms,
                ${quarantineRegion} as region
         from ${quarantineWithTrackers}
         where q.key = any($1) and ${isOfRegions('$2')}
         order by q.key for update of q`,
        [keys, options.regions ?? null],
      );
      const rowByKey = new Map(rows.map((row) => [row.key, row]));
      const left: { readonly key: number; readonly reason: LeftReason }[] = [];
      const taken = new Map<number, Recoverable>();
      for (const key of new Set(keys)) {
        const judged = judge(rowByKey.get(key), options);
        if (typeof judged === 'string') left.push({ key, reason: judged });
        else taken.set(key, judged);
      }
      const { written, duplicates } = await insertRecorded(client, {
        positions: [...taken.values()].map((each) => ({ ...each, verdict: 'delayed' })),
        quarantined: [],
      });
      await client.query('update quarantine set recovered_at = now() where key = any($1)', [
        [...taken.keys()],
      ]);
      const recovered = rows.filter(({ key }) => taken.has(key));
      for (const deed of deedsOnQuarantine(options.actor, 'quarantine.recovered', recovered)) {
        await appendTo(client, { ...deed, data: { ...deed.data, time } });
      }
      return { recovered: written, duplicates, left };
    }),
  );
}

function judge(
  row: CandidateRow | undefined,
  { time, oldestMs, newestMs }: RecoverOptions,
): Recoverable | LeftReason {
  if (row === undefined) return 'unknown_key';
  const { fix, reason, tracker_key: trackerKey, received_at_ms: receivedAtMs } = row;
  if (fix === null) return 'message';
  if (reason === 'null_island') return 'no_place';
  if (row.is_recovered) return 'recovered_before';
  if (trackerKey === null) return 'unknown_tracker';
  const fixedAtMs = time === 'own' ? fix.fixedAtMs : receivedAtMs;
  if (fixedAtMs < oldestMs || fixedAtMs > newestMs) return 'time_out_of_range';
  return { trackerKey, fix: { ...fix, fixedAtMs }, receivedAtMs };
}
