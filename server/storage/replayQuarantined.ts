import type { Pool } from 'pg';
import { inTransaction } from './inTransaction.ts';
import { appendTo } from './log/logStore.ts';
import { deedsOnQuarantine } from './quarantineDeeds.ts';
import {
  isOfRegions,
  type QuarantineScope,
  quarantineRegion,
  quarantineWithTrackers,
} from './quarantineStore.ts';

/** A message that was put aside, to be sent once more. */
export type QuarantinedMessage = {
  readonly key: number;
  readonly region: string | null;
  readonly trackerId: string | null;
  readonly topic: string | null;
  readonly address: string | null;
  readonly codec: string | null;
  /** When it came first, epoch ms. */
  readonly receivedAtMs: number;
  readonly raw: Buffer;
};

/**
 * What became of a message that was to be sent again:
 * - `sent`: it is in the journal, and marked;
 * - `sent_before`: somebody did it already;
 * - `unknown_key`: there is none with this key, or it is no message.
 * Anything else is what `send` said, and the message is left as it was.
 */
export type Replayed<Reason extends string> = 'sent' | 'sent_before' | 'unknown_key' | Reason;

/** Messages that are locked and sent at a time: few enough for memory and for a short transaction. */
const batchSize = 100;

/**
 * Sends messages once more, oldest first: each once, however many ask at once. What was sent is
 * marked and logged when `send` has it. After a crash in between it can be sent again: a place is the
 * same place then, an SOS is told twice rather than not at all.
 *
 * @param send never rejects for a message's sake
 */
export async function replayQuarantined<Reason extends string>(
  pool: Pool,
  keys: readonly number[],
  {
    regions,
    actor,
    send,
  }: {
    /** Of others there is none. */
    readonly regions: QuarantineScope;
    /** Who does it, for the log. */
    readonly actor: string;
    readonly send: (message: QuarantinedMessage) => Promise<'sent' | Reason>;
  },
): Promise<ReadonlyMap<number, Replayed<Reason>>> {
  const replayed = new Map<number, Replayed<Reason>>();
  const wanted = [...new Set(keys)].toSorted((a, b) => a - b);
  for (let from = 0; from < wanted.length; from += batchSize) {
    const batch = wanted.slice(from, from + batchSize);
    await inTransaction(pool, async (client) => {
      const { rows } = await client.query<QuarantinedMessage & { readonly is_replayed: boolean }>(
        `select q.key::float8, ${quarantineRegion} as region, q.tracker_id as "trackerId", q.topic,
                q.address, q.codec, q.raw, q.replayed_at is not null as is_replayed,
                (extract(epoch from q.received_at) * 1000)::float8 as "receivedAtMs"
         from ${quarantineWithTrackers}
         where q.key = any($1) and q.raw is not null and ${isOfRegions('$2')}
         order by q.key for update of q`,
        [batch, regions ?? null],
      );
      for (const key of batch) replayed.set(key, 'unknown_key');
      for (const { key } of rows) replayed.set(key, 'sent_before');
      const open = rows.filter(({ is_replayed }) => !is_replayed);
      const outcomes = await Promise.all(open.map((message) => send(message)));
      open.forEach(({ key }, i) => {
        const outcome = outcomes[i];
        if (outcome !== undefined) replayed.set(key, outcome);
      });
      const sent = open.filter(({ key }) => replayed.get(key) === 'sent');
      if (sent.length === 0) return;
      await client.query('update quarantine set replayed_at = now() where key = any($1)', [
        sent.map(({ key }) => key),
      ]);
      for (const deed of deedsOnQuarantine(actor, 'quarantine.replayed', sent)) {
        await appendTo(client, deed);
      }
    });
  }
  return replayed;
}
