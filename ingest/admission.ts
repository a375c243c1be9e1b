import type { Codec } from '../server/domain/decoded.ts';
import type { DoorLimits } from '../server/domain/doorLimits.ts';
import type { Refusal } from '../server/domain/result.ts';
import type { DoorReason } from '../server/domain/setAside.ts';
import { checkOutFilter } from './mqtt/outFilter.ts';
import { readTopic, type TopicClaim } from './mqtt/topic.ts';
import { covers } from './mqtt/topicFilter.ts';
import type { KnownPrincipals, Speaker } from './principals.ts';

/** A message that may go on: whose it is and how to read it. */
export type Admitted = { readonly trackerId: string; readonly codec: Codec };

export type AdmissionReason = Extract<
  DoorReason,
  | 'unknown_topic'
  | 'topic_not_supported'
  | 'topic_refused'
  | 'topic_too_long'
  | 'unknown_tracker'
  | 'wrong_region'
>;

type TopicLimits = Pick<DoorLimits, 'topicBytes' | 'topicLevels'>;

/** Why a message may not come in, and of whom it said that it is. */
export type NotAdmitted = Refusal<AdmissionReason> & {
  readonly claim: Pick<TopicClaim, 'trackerId' | 'region'> | undefined;
};

/**
 * Decides by its topic and its sender whether a message may come in. Identity before form: the
 * payload is not looked at.
 *
 * @param speaker who sends it; undefined: a broker of others, whose owner checked that
 */
export function admit(
  topic: string,
  speaker: Speaker | undefined,
  known: KnownPrincipals,
  limits: TopicLimits,
): { readonly ok: true; readonly value: Admitted } | ({ readonly ok: false } & NotAdmitted) {
  const tooLong = checkLength(topic, limits);
  if (tooLong !== undefined) return { ok: false, ...tooLong, claim: undefined };
  const read = readTopic(topic);
  if (!read.ok) return { ...read, claim: undefined };
  const claim = read.value;
  const { trackerId, region, codec } = claim;
  const forbidden = speaker === undefined ? undefined : checkOwn(topic, claim, speaker, known);
  if (forbidden !== undefined) return { ok: false, ...forbidden, claim };
  const tracker = known.trackers.get(trackerId);
  if (tracker === undefined) {
    return {
      ok: false,
      reason: 'unknown_tracker',
      detail: `tracker "${trackerId}" is not registered: npm run posko -- tracker add ${trackerId} --region ${region ?? '<regency code>'}`,
      claim,
    };
  }
  if (region !== undefined && region !== tracker.region) {
    return {
      ok: false,
      reason: 'wrong_region',
      detail: `tracker "${trackerId}" is registered in ${tracker.region}, its topic says ${region}`,
      claim,
    };
  }
  return { ok: true, value: { trackerId, codec } };
}

function checkLength(
  topic: string,
  { topicBytes, topicLevels }: TopicLimits,
): Refusal<AdmissionReason> | undefined {
  const bytes = Buffer.byteLength(topic);
  if (bytes > topicBytes) {
    return {
      reason: 'topic_too_long',
      detail: `a topic may have at most ${topicBytes} bytes, this one has ${bytes}`,
    };
  }
  const levels = topic.split('/').length;
  if (levels <= topicLevels) return undefined;
  return {
    reason: 'topic_too_long',
    detail: `a topic may have at most ${topicLevels} levels, this one has ${levels}`,
  };
}

/** Everybody speaks for themselves, a gateway for those that it is listed for. */
function checkOwn(
  topic: string,
  { trackerId }: TopicClaim,
  { kind, id }: Speaker,
  known: KnownPrincipals,
): Refusal<AdmissionReason> | undefined {
  if (kind === 'tracker') {
    if (trackerId === id) return undefined;
    const region = known.trackers.get(id)?.region ?? '<region>';
    return {
      reason: 'topic_refused',
      detail: `"${id}" may publish to posko/${region}/${id}/fix, sos and status and to owntracks/${id}/<device> only`,
    };
  }
  if (kind === 'listener') {
    return { reason: 'topic_refused', detail: `"${id}" listens, and publishes nothing` };
  }
  const gateway = known.gateways.get(id);
  const levels = topic.split('/');
  if (!gateway?.filters.some((filter) => covers(filter, levels))) {
    return {
      reason: 'topic_refused',
      detail: `the topic is not among those of gateway "${id}": add it to the gateway, or set the gateway to one of its topics`,
    };
  }
  // somebody whom nobody knows is for the waiting room
  if (gateway.trackerIds.has(trackerId) || !known.trackers.has(trackerId)) return undefined;
  return {
    reason: 'topic_refused',
    detail: `gateway "${id}" does not speak for tracker "${trackerId}": list the tracker with the gateway`,
  };
}

/**
 * What a connection may leave behind: a message on its own status topic, or on OwnTracks' base
 * topic, which has no other (OwnTracks Booklet, "lwt").
 */
export function checkWill(
  topic: string,
  speaker: Speaker,
  known: KnownPrincipals,
  limits: TopicLimits,
): Refusal<'will_refused'> | undefined {
  const admitted = admit(topic, speaker, known, limits);
  if (!admitted.ok) {
    return { reason: 'will_refused', detail: `the last will was taken off: ${admitted.detail}` };
  }
  const { codec } = admitted.value;
  if (codec === 'native_status' || codec === 'owntracks') return undefined;
  return {
    reason: 'will_refused',
    detail: 'the last will was taken off: it belongs on posko/<region>/<tracker>/status',
  };
}

/** What may be listened to: filters that stay below one's own topics; with a token, what Posko tells others. */
export function checkSubscription(
  filter: string,
  speaker: Speaker,
  known: KnownPrincipals,
  limits: TopicLimits,
): Refusal<'subscription_refused' | 'topic_too_long'> | undefined {
  const tooLong = checkLength(filter, limits);
  if (tooLong !== undefined) return { reason: 'topic_too_long', detail: tooLong.detail };
  if (speaker.kind === 'listener') return checkOutFilter(filter, speaker.listener);
  const { kind, id } = speaker;
  const levels = filter.split('/');
  if (kind === 'tracker') {
    const region = known.trackers.get(id)?.region ?? '';
    const own = [
      ['posko', region, id, '#'],
      ['owntracks', id, '#'],
    ];
    if (own.some((topics) => covers(topics, levels))) return undefined;
    return {
      reason: 'subscription_refused',
      detail: `"${id}" may subscribe below posko/${region}/${id}/ and owntracks/${id}/ only`,
    };
  }
  const isOwn = known.gateways.get(id)?.filters.some((topics) => covers(topics, levels)) ?? false;
  // what Posko tells others is not for gateways, and "posko/64.08/#" would be that too
  const mayBeOut = levels[0] === 'posko' && levels.slice(0, 3).some(isOutOrMore);
  if (isOwn && !mayBeOut) return undefined;
  return {
    reason: 'subscription_refused',
    detail: `gateway "${id}" may subscribe to its own topics of single trackers only`,
  };
}

const isOutOrMore = (level: string): boolean => level === 'out' || level === '+' || level === '#';
