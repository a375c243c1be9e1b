import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { ApiClient } from '../api/apiClient.ts';
import { fieldsOf } from '../api/jsonFields.ts';
import { type Answer, isPassing } from '../api/problem.ts';
import { readAlarm } from './readAlarm.ts';

/** What a person does to an alarm: the last part of its route, and what goes with it. */
export type AlarmOrderAsked = {
  readonly path:
    | 'acknowledge'
    | 'shelve'
    | 'unshelve'
    | 'assign'
    | 'comment'
    | 'step'
    | 'close'
    | 'out-of-service'
    | 'in-service';
  readonly body?: object | undefined;
};

/** What came of it: the alarm after it, and whether it had been so before. */
export type Ordered = { readonly alarm: AlarmDetails; readonly isDone: boolean };

/** Reads the answer to an action. */
export function readOrdered(json: unknown): Ordered | undefined {
  const fields = fieldsOf(json);
  const alarm = readAlarm(fields['alarm']);
  const { isDone } = fields;
  return alarm === undefined || typeof isDone !== 'boolean' ? undefined : { alarm, isDone };
}

/** Sends actions of one person. */
export type OrderSender = (alarm: AlarmDetails, order: AlarmOrderAsked) => Promise<Answer<Ordered>>;

/**
 * Sends actions with an id each, so that one that may or may not have arrived can be sent again and is
 * done once: the same action on the same alarm after such an answer has the same id.
 */
export function createOrderSender(api: ApiClient, newId: () => string): OrderSender {
  const unsure = new Map<string, string>();
  return async (alarm, { path, body }) => {
    const route = `/alarms/${alarm.id}/${path}`;
    const key = `${route} ${JSON.stringify(body)}`;
    const orderId = unsure.get(key) ?? newId();
    const whole = { ...body, orderId, version: alarm.version };
    const answer = await api.send('POST', route, whole, readOrdered);
    const isUnsure =
      !answer.ok && (isPassing(answer.problem) || answer.problem.code === 'not_stored');
    if (isUnsure) remember(unsure, key, orderId);
    else unsure.delete(key);
    return answer;
  };
}

/** Most actions that are remembered as unsure; of more the oldest is forgotten. */
const mostUnsure = 100;

function remember(unsure: Map<string, string>, key: string, orderId: string): void {
  unsure.set(key, orderId);
  const oldest = unsure.keys().next();
  if (unsure.size > mostUnsure && oldest.done !== true) unsure.delete(oldest.value);
}

/** An id of 128 random bits in hexadecimal: `crypto.randomUUID` is missing on a page without TLS. */
export function randomOrderId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
