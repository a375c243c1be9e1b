import type { Pool } from 'pg';
import { type Access, isInScope } from '../domain/access.ts';
import { type Codec, codecs, type Decode } from '../domain/decoded.ts';
import type { ReplayedDeadLetters } from '../domain/doorDetails.ts';
import type { Result } from '../domain/result.ts';
import type { Submission, Submitted } from '../domain/submission.ts';
import type { QuarantineScope } from '../storage/quarantineStore.ts';
import { type RecoveredTime, recoverQuarantined } from '../storage/recoverQuarantined.ts';
import { type QuarantinedMessage, replayQuarantined } from '../storage/replayQuarantined.ts';
import { maxAheadMs } from '../tracking/acceptFix.ts';
import type { Roster } from '../tracking/roster.ts';

/** What sending again needs. */
export type Replay = {
  readonly pool: Pool;
  readonly roster: Pick<Roster, 'trackerById'>;
  readonly decode: Decode;
  /** Hands a message on to be admitted and stored. */
  readonly submit: (submission: Submission) => Promise<Submitted>;
  /** Whose message a topic announces, and in which form. */
  readonly claimOf: (topic: string) => Result<Claim, string>;
  /** Fixes older than this have no place in the history. */
  readonly retentionMs: number;
  readonly nowMs: () => number;
};

type Claim = { readonly trackerId: string; readonly codec: Codec };

export type ReplayRequest = {
  readonly keys: readonly number[];
  readonly time: RecoveredTime;
  readonly access: Access;
  readonly regions: QuarantineScope;
};

type Outcome = ReplayedDeadLetters['results'][number];

/** Why a message was left as it was. */
type LeftReason = 'unknown_topic' | 'unknown_tracker' | 'unreadable' | 'not_stored' | 'refused';

const details: Readonly<Record<string, string>> = {
  unknown_key: 'there is no such dead letter',
  sent_before: 'it was sent before',
  recovered_before: 'it was recovered before',
  no_place: 'it has no place, only the (0, 0) of a receiver that knew nothing',
  unknown_tracker: 'its tracker is not registered: add it first',
  time_out_of_range: 'its time cannot be right: recover it by the time it was received',
  unknown_topic:
    'its topic says neither whose it is nor what: mend the device and let it send again',
  not_stored: 'the disk does not take it now: try again in a moment',
};

/**
 * Sends dead letters once more: messages through the door, fixes into the history. Each goes once,
 * however many ask; what became of each is answered in the order of the keys.
 */
export async function replayDeadLetters(
  { pool, roster, decode, submit, claimOf, retentionMs, nowMs }: Replay,
  { keys, time, access, regions }: ReplayRequest,
): Promise<Outcome[]> {
  const wanted = [...new Set(keys)];
  const atMs = nowMs();
  const { left } = await recoverQuarantined(pool, wanted, {
    time,
    oldestMs: atMs - retentionMs,
    newestMs: atMs + maxAheadMs,
    regions,
    actor: access.actor,
  });
  const leftBecause = new Map(left.map(({ key, reason }) => [key, reason]));
  const messages = wanted.filter((key) => leftBecause.get(key) === 'message');

  const refusals = new Map<number, string>();
  const send = async (message: QuarantinedMessage): Promise<'sent' | LeftReason> => {
    const claim = claimIn(message, claimOf);
    if (claim === undefined) return 'unknown_topic';
    const tracker = roster.trackerById(claim.trackerId);
    // a topic may name a tracker of others, who is none here
    if (tracker === undefined || !isInScope(regions ?? ['*'], [tracker.region])) {
      return 'unknown_tracker';
    }
    if (message.trackerId !== null && message.trackerId !== claim.trackerId) {
      const detail = `"${message.trackerId}" sent it in the name of "${claim.trackerId}"`;
      refusals.set(message.key, `topic_refused: ${detail}`);
      return 'refused';
    }
    const { receivedAtMs } = message;
    const decoded = decode(claim.codec, message.raw, { timeZone: tracker.timeZone, receivedAtMs });
    const [fault] = decoded.refused;
    // sent now, it would only come back, and what mends it later would find it spent
    if (fault !== undefined && decoded.fixes.length === 0 && decoded.events.length === 0) {
      refusals.set(message.key, `${fault.reason}: ${fault.detail}`);
      return 'unreadable';
    }
    const submitted = await submit({
      ...claim,
      door: 'http',
      address: message.address ?? '',
      credentials: undefined,
      // of its own: a view would take all that it is cut from along to the other thread
      payload: new Uint8Array(message.raw),
      isSentAgain: true,
      firstReceivedAtMs: receivedAtMs,
    });
    switch (submitted.outcome) {
      case 'stored':
        return 'sent';
      case 'not_stored':
        return 'not_stored';
      case 'refused':
        refusals.set(message.key, `${submitted.reason}: ${submitted.detail}`);
        return 'refused';
    }
  };
  const replayed = await replayQuarantined(pool, messages, { regions, actor: access.actor, send });

  return wanted.map((key) => {
    const reason = replayed.get(key) ?? leftBecause.get(key);
    if (reason === 'sent') return { key, outcome: 'sent' };
    if (reason === undefined) return { key, outcome: 'recovered' };
    const detail = refusals.get(key) ?? details[reason];
    return { key, outcome: 'left', reason, ...(detail !== undefined && { detail }) };
  });
}

/** Whose message it is and how to read it: as it was kept, else as its topic says. */
function claimIn(
  { codec, trackerId, topic }: QuarantinedMessage,
  claimOf: Replay['claimOf'],
): Claim | undefined {
  const known = codecs.find((name) => name === codec);
  if (known !== undefined && trackerId !== null) return { trackerId, codec: known };
  const claim = topic === null ? undefined : claimOf(topic);
  if (claim?.ok !== true) return undefined;
  return { trackerId: claim.value.trackerId, codec: claim.value.codec };
}
