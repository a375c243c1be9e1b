import type { Alarm, AlarmAction, AlarmOrder, AlarmResult, OrderRefusal } from '../domain/alarm.ts';
import { OldestFirst } from './oldestFirst.ts';

/** What an order came to. */
export type RememberedOrder = {
  readonly orderId: string;
  readonly alarmId: string;
  readonly actor: string;
  readonly actionKind: AlarmAction['kind'];
  readonly came: 'done' | 'already' | OrderRefusal;
  /** Of a refusal; empty: none. */
  readonly detail: string;
};

/** The newest orders: whoever asks with the same id again is answered the same, and nothing is done. */
export class OrderMemory {
  readonly #orders = new Map<string, RememberedOrder>();
  readonly #ids = new OldestFirst<string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(orderId: string): RememberedOrder | undefined {
    return this.#orders.get(orderId);
  }

  add(order: RememberedOrder): void {
    this.#orders.set(order.orderId, order);
    this.#ids.add(order.orderId);
    if (this.#orders.size <= this.#max) return;
    const oldest = this.#ids.oldest();
    if (oldest === undefined) return;
    this.#ids.delete(oldest);
    this.#orders.delete(oldest);
  }

  entries(): readonly RememberedOrder[] {
    return [...this.#orders.values()];
  }
}

/** True where the id of an order was used for something else, or by somebody else. */
export function isOfAnother(
  known: RememberedOrder,
  { alarmId, actor, action }: AlarmOrder,
): boolean {
  return known.alarmId !== alarmId || known.actor !== actor || known.actionKind !== action.kind;
}

/** What is answered to an order, with the alarm as it is now. */
export function resultOf(
  { alarmId, came, detail }: RememberedOrder,
  alarm: Alarm | undefined,
): AlarmResult {
  if (came !== 'done' && came !== 'already') return { ok: false, reason: came, detail, alarm };
  if (alarm !== undefined) return { ok: true, alarm, isDone: came === 'done' };
  // asked again so late that the alarm is closed and forgotten here
  return { ok: false, ...notFound(alarmId) };
}

export function notFound(alarmId: string): {
  readonly reason: 'not_found';
  readonly detail: string;
} {
  return {
    reason: 'not_found',
    detail: `there is no alarm ${alarmId.slice(0, 80)} that is open or was closed lately`,
  };
}
