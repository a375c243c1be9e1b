import type { Codec } from '../server/domain/decoded.ts';
import type { Result } from '../server/domain/result.ts';
import type { Tracker } from '../server/domain/unit.ts';
import { readTopic } from './mqtt/topic.ts';

/** A message that may go on: whose it is and how to read it. */
export type Admitted = { readonly trackerId: string; readonly codec: Codec };

export type AdmissionReason =
  | 'unknown_topic'
  | 'topic_not_supported'
  | 'unknown_tracker'
  | 'wrong_region';

/** Trackers that may speak, by id. */
export type KnownTrackers = ReadonlyMap<string, Tracker>;

/** Decides by its topic whether a message may come in. Identity before form: the payload is not looked at. */
export function admit(topic: string, known: KnownTrackers): Result<Admitted, AdmissionReason> {
  const claim = readTopic(topic);
  if (!claim.ok) return claim;
  const { trackerId, region, codec } = claim.value;
  const tracker = known.get(trackerId);
  if (tracker === undefined) {
    return {
      ok: false,
      reason: 'unknown_tracker',
      detail: `tracker "${trackerId}" is not registered: npm run posko -- tracker add ${trackerId} --region ${region ?? '<regency code>'}`,
    };
  }
  if (region !== undefined && region !== tracker.region) {
    return {
      ok: false,
      reason: 'wrong_region',
      detail: `tracker "${trackerId}" is registered in ${tracker.region}, its topic says ${region}`,
    };
  }
  return { ok: true, value: { trackerId, codec } };
}
