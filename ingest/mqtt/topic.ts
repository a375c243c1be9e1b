import type { Codec } from '../../server/domain/decoded.ts';
import type { Refusal, Result } from '../../server/domain/result.ts';
import { isRegencyCode, isTrackerId } from '../../server/domain/unit.ts';

/** Whose message a topic announces, and in which form. */
export type TopicClaim = {
  readonly trackerId: string;
  readonly codec: Codec;
  /** Absent where the protocol's topics carry none. */
  readonly region: string | undefined;
};

type TopicReason = 'unknown_topic' | 'topic_not_supported' | 'topic_refused';

/** Last levels of native topics. */
const nativeCodecs: ReadonlyMap<string, Codec> = new Map([
  ['fix', 'native_fix'],
  ['sos', 'native_sos'],
  ['status', 'native_status'],
]);

/** Topics that OwnTracks uses beside its locations (OwnTracks Booklet, "Topics"); they carry no place. */
const ownTracksExtras = new Set([
  'event',
  'info',
  'cmd',
  'waypoint',
  'waypoints',
  'dump',
  'status',
  'step',
]);

/**
 * Reads a topic as design.md section 7 lists them: `posko/<region>/<tracker>/{fix,sos,status}` and
 * `owntracks/<user>/<device>`, where the OwnTracks user is the tracker's id.
 */
export function readTopic(topic: string): Result<TopicClaim, TopicReason> {
  const levels = topic.split('/', 6);
  switch (levels[0]) {
    case 'posko':
      return readPosko(levels);
    case 'owntracks':
      return readOwnTracks(levels);
    default:
      if (topic.startsWith('$'))
        return refuse('topic_refused', 'topics with "$" are the broker\'s');
      return refuse(
        'unknown_topic',
        'publish to posko/<region>/<tracker>/fix, sos or status, or to owntracks/<user>/<device>',
      );
  }
}

function readPosko(levels: readonly string[]): Result<TopicClaim, TopicReason> {
  const [, region = '', trackerId = '', leaf = ''] = levels;
  if (trackerId === 'out') {
    return refuse('topic_refused', '"out" topics are for what Posko tells others');
  }
  if (levels.length !== 4 || !isRegencyCode(region) || !isTrackerId(trackerId)) {
    return refuse(
      'unknown_topic',
      'expected posko/<region>/<tracker>/fix, such as posko/64.08/hp-07/fix',
    );
  }
  const codec = nativeCodecs.get(leaf);
  if (codec === undefined) {
    return refuse('unknown_topic', 'the last level must be "fix", "sos" or "status"');
  }
  return { ok: true, value: { trackerId, codec, region } };
}

function readOwnTracks(levels: readonly string[]): Result<TopicClaim, TopicReason> {
  const [, user = '', device = '', extra] = levels;
  if (levels.length === 4 && ownTracksExtras.has(extra ?? '')) {
    return refuse('topic_not_supported', `OwnTracks "${extra}" messages carry no place`);
  }
  if (levels.length !== 3 || device === '' || !isTrackerId(user)) {
    return refuse(
      'unknown_topic',
      'expected owntracks/<user>/<device>, where <user> is the tracker id',
    );
  }
  return { ok: true, value: { trackerId: user, codec: 'owntracks', region: undefined } };
}

function refuse(
  reason: TopicReason,
  detail: string,
): { readonly ok: false } & Refusal<TopicReason> {
  return { ok: false, reason, detail };
}
