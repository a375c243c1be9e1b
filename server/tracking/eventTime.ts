import type { DeviceEvent } from '../domain/deviceEvent.ts';
import type { TrackerClock } from './trackerClock.ts';

/**
 * When an event of a device happened, epoch ms: by the device's clock where that can be believed,
 * else when it came in. Never after that: nothing comes in before it happened.
 *
 * @param retentionMs older times come from a wrong clock
 */
export function eventTime(
  { happenedAtMs }: DeviceEvent,
  { state, offsetMs }: TrackerClock,
  receivedAtMs: number,
  retentionMs: number,
): number {
  if (happenedAtMs === undefined || state === 'distrusted') return receivedAtMs;
  const correctedMs = happenedAtMs - offsetMs;
  const isBelievable = correctedMs <= receivedAtMs && correctedMs >= receivedAtMs - retentionMs;
  return isBelievable ? correctedMs : receivedAtMs;
}
