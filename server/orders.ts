import type { AlarmOrder, AlarmRecord } from './domain/alarm.ts';
import { orderRecord } from './domain/coreRecord.ts';
import type { IncidentOrder, IncidentRecord } from './domain/incident.ts';
import type { JournalInput } from './domain/journalRecord.ts';

/** A journal that takes so long is as good as none, for somebody who waits before a screen. */
const patienceMs = 10_000;

/**
 * What people order, on its way through the journal: whoever asked waits until the live core has taken
 * the record, and hears what came of it. So the journal puts two operators in order, and nothing is
 * shown that a start would not know.
 */
export class Orders<Outcome> {
  readonly #append: (input: JournalInput) => Promise<boolean>;
  /** By the order's id, what it is for, who asks and for what; the same order twice has two who wait. */
  readonly #waiting = new Map<string, Set<(outcome: Outcome) => void>>();

  /** @param append puts a record into the journal; false: it is not on disk, and is taken all the same */
  constructor(append: (input: JournalInput) => Promise<boolean>) {
    this.#append = append;
  }

  /**
   * Orders something.
   *
   * @returns what came of it; undefined: nothing came back in 10 s
   */
  async ask(record: AlarmRecord | IncidentRecord): Promise<Outcome | undefined> {
    const key = keyOf(record.order);
    const { promise, resolve } = Promise.withResolvers<Outcome | undefined>();
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting);
    waiting.add(resolve);
    const impatience = setTimeout(() => resolve(undefined), patienceMs);
    try {
      await this.#append(orderRecord(record));
      return await promise;
    } finally {
      clearTimeout(impatience);
      waiting.delete(resolve);
      if (waiting.size === 0) this.#waiting.delete(key);
    }
  }

  /** The live core has taken an order. */
  settle(order: AlarmOrder | IncidentOrder, outcome: Outcome): void {
    for (const resolve of this.#waiting.get(keyOf(order)) ?? []) resolve(outcome);
  }
}

function keyOf(order: AlarmOrder | IncidentOrder): string {
  const target = 'alarmId' in order ? order.alarmId : order.incidentId;
  return `${order.orderId} ${target} ${order.actor} ${order.action.kind}`;
}
