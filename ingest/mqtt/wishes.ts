import type { DoorLimits } from '../../server/domain/doorLimits.ts';
import type { Refusal } from '../../server/domain/result.ts';
import type { DoorReason } from '../../server/domain/setAside.ts';
import type { Speaker } from '../principals.ts';
import type { Will } from './connection.ts';

/** Says why somebody may not do something with a topic. */
export type CheckTopic = (topic: string, speaker: Speaker) => Refusal<DoorReason> | undefined;

/** Why a connection may not leave this will behind. */
export function refuseWill(
  { topic, payload }: Will,
  speaker: Speaker,
  { willBytes }: Pick<DoorLimits, 'willBytes'>,
  checkTopic: CheckTopic,
): Refusal<DoorReason> | undefined {
  if (payload.byteLength <= willBytes) return checkTopic(topic, speaker);
  return {
    reason: 'will_too_large',
    detail: `the last will was taken off: it may have at most ${willBytes} bytes, and has ${payload.byteLength}`,
  };
}

/**
 * Why a connection may not have one more subscription.
 *
 * @param had those that it has already
 */
export function refuseSubscription(
  filter: string,
  had: ReadonlySet<string>,
  speaker: Speaker,
  { subscriptions: most }: Pick<DoorLimits, 'subscriptions'>,
  checkTopic: CheckTopic,
): Refusal<DoorReason> | undefined {
  if (had.size < most || had.has(filter)) return checkTopic(filter, speaker);
  return {
    reason: 'too_many_subscriptions',
    detail: `a connection may have at most ${most} subscriptions`,
  };
}
