import type { Alarm } from '../domain/alarm.ts';
import { type Priority, priorities } from '../domain/rule.ts';
import type { HeldAlarm } from './heldAlarm.ts';
import { OldestFirst } from './oldestFirst.ts';

/** The alarms that are not closed, in the order in which they were raised, and those closed lately. */
export class HeldAlarms {
  readonly #open = new Map<string, HeldAlarm>();
  readonly #byPriority: Readonly<Record<Priority, OldestFirst<HeldAlarm>>> = {
    low: new OldestFirst(),
    medium: new OldestFirst(),
    high: new OldestFirst(),
    sos: new OldestFirst(),
  };
  readonly #closed = new Map<string, Alarm>();
  /** Their ids, in the order of closing. */
  readonly #closedIds = new OldestFirst<string>();
  readonly #maxClosed: number;

  constructor(maxClosed: number) {
    this.#maxClosed = maxClosed;
  }

  get size(): number {
    return this.#open.size;
  }

  get(id: string): HeldAlarm | undefined {
    return this.#open.get(id);
  }

  values(): Iterable<HeldAlarm> {
    return this.#open.values();
  }

  /** Closed lately, in the order of closing. */
  closed(): readonly Alarm[] {
    return [...this.#closedIds.values()].flatMap((id) => this.#closed.get(id) ?? []);
  }

  /** Open, or closed lately. */
  find(id: string): Alarm | undefined {
    return this.#open.get(id)?.alarm ?? this.#closed.get(id);
  }

  isClosed(id: string): boolean {
    return this.#closed.has(id);
  }

  add(held: HeldAlarm): void {
    this.#open.set(held.alarm.id, held);
    // there is a person behind an SOS, whatever priority the rule has
    if (!held.alarm.isLatching) this.#byPriority[held.alarm.priority].add(held);
  }

  /** It was closed: the one that was closed first is forgotten past the bound. */
  close(held: HeldAlarm): void {
    this.#open.delete(held.alarm.id);
    this.#byPriority[held.alarm.priority].delete(held);
    this.addClosed(held.alarm);
  }

  addClosed(alarm: Alarm): void {
    this.#closed.set(alarm.id, alarm);
    this.#closedIds.add(alarm.id);
    if (this.#closed.size <= this.#maxClosed) return;
    const oldest = this.#closedIds.oldest();
    if (oldest === undefined) return;
    this.#closedIds.delete(oldest);
    this.#closed.delete(oldest);
  }

  /** Raised first of the lowest priority there is, and no SOS; undefined: there are only those. */
  leastImportant(): HeldAlarm | undefined {
    for (const priority of priorities) {
      const oldest = priority === 'sos' ? undefined : this.#byPriority[priority].oldest();
      if (oldest !== undefined) return oldest;
    }
    return undefined;
  }
}
