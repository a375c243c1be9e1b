import { createHmac } from 'node:crypto';
import { isInScope } from '../domain/access.ts';
import type { Alarm, AlarmEvent } from '../domain/alarm.ts';
import { alarmDetails } from '../domain/alarmDetails.ts';
import { everywhere } from '../domain/region.ts';
import { isAtLeast, type Webhook } from '../domain/webhook.ts';
import { isForOthers } from './isForOthers.ts';

/** An event to be sent on, with the alarm as it is by now. */
export type AlarmNews = {
  readonly event: Omit<AlarmEvent, 'alarm'> & { readonly key: number };
  readonly alarm: Alarm;
};

/** True when a webhook asks for this. */
export function isWanted(
  { regions, leastPriority, kinds, withExercises }: Webhook,
  { event, alarm }: AlarmNews,
): boolean {
  return (
    isForOthers(event) &&
    (withExercises || !alarm.isExercise) &&
    isAtLeast(alarm.priority, leastPriority) &&
    (kinds.length === 0 || kinds.includes(event.kind)) &&
    (regions.includes(everywhere) || isInScope(regions, alarm.regions))
  );
}

/** What is sent of an event. */
export function bodyOf({ event, alarm }: AlarmNews): string {
  const { id, kind, atMs, version, state } = event;
  const at = new Date(atMs).toISOString();
  return JSON.stringify({ id, kind, at, version, state, alarm: alarmDetails(alarm) });
}

/** What is sent to try a webhook. */
export function testBody(id: string, nowMs: number): string {
  return JSON.stringify({ id, kind: 'test', at: new Date(nowMs).toISOString(), alarm: null });
}

/**
 * Headers of a message, by which its receiver knows that it is ours and of now: HMAC-SHA256 (RFC 2104)
 * with the webhook's secret over the time, a dot and the body.
 *
 * @param nowMs epoch ms; the header has whole seconds
 */
export function headersOf(
  message: { readonly id: string; readonly kind: string; readonly body: string },
  secret: string,
  nowMs: number,
  version: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac('sha256', secret)
    .update(`${timestamp}.${message.body}`)
    .digest('hex');
  return {
    'content-type': 'application/json',
    'user-agent': `Posko/${version}`,
    'posko-event': message.kind,
    'posko-delivery': message.id,
    'posko-timestamp': timestamp,
    'posko-signature': `sha256=${signature}`,
  };
}
