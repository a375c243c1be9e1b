import { type Alarm, type AlarmEvent, isUnacknowledged } from '../domain/alarm.ts';
import type { Cause } from '../domain/cause.ts';
import type { Rule } from '../domain/rule.ts';
import { type Change, causeData, changed, eventOf } from './alarmChange.ts';
import { AlarmHistory, type HistoryCheckpoint } from './alarmHistory.ts';
import { type DueEntries, DueQueue } from './dueQueue.ts';
import { adoptedAlarm, type HeldAlarm, setBack } from './heldAlarm.ts';
import { HeldAlarms } from './heldAlarms.ts';
import { KnownCauses, type PendingCause, type RememberedCause } from './knownCauses.ts';
import type { Moment } from './moment.ts';
import { Suppression } from './suppression.ts';
import { nextTimer } from './timers.ts';

/** The clock may go back by so much without being set back: records are stamped by several threads, ms. */
const clockJitterMs = 1_000;

export type AlarmBookParts = {
  readonly onEvent: (event: AlarmEvent) => void;
  readonly ruleOf: (ruleId: string) => Rule | undefined;
  /** Closed ones that are still found, and causes that are known as closed while they were so. */
  readonly maxClosed: number;
  readonly maxClosedCauses: number;
};

/** All of it as plain data. */
export type AlarmBookCheckpoint = {
  readonly nowMs: number;
  readonly open: readonly HeldAlarm[];
  readonly closed: readonly Alarm[];
  readonly pending: readonly { readonly causeKey: string; readonly pending: PendingCause }[];
  readonly causes: readonly RememberedCause[];
  readonly due: DueEntries;
  readonly history: HistoryCheckpoint;
};

/**
 * The alarms that there are, with everything by which they are found, and the only way in which one is
 * raised and changes: so that its timers, its causes, the history and the events always go with it.
 */
export class AlarmBook {
  readonly alarms: HeldAlarms;
  readonly causes: KnownCauses;
  readonly due = new DueQueue();
  readonly suppression = new Suppression();
  readonly history = new AlarmHistory();
  readonly #parts: AlarmBookParts;
  /** Taken from the database, while records that they have already may come. */
  #adopted: HeldAlarm[] = [];
  #nowMs = Number.NEGATIVE_INFINITY;
  #unacknowledged = 0;

  constructor(parts: AlarmBookParts) {
    this.#parts = parts;
    this.alarms = new HeldAlarms(parts.maxClosed);
    this.causes = new KnownCauses(parts.maxClosedCauses);
  }

  get unacknowledgedCount(): number {
    return this.#unacknowledged;
  }

  /** Takes in a new alarm. */
  raise(alarm: Alarm, cause: Cause, { atMs }: Moment): void {
    const since = { called: atMs, occurred: atMs, changed: atMs };
    const held: HeldAlarm = { alarm, causeId: cause.id, since, call: undefined, takenUntil: 0 };
    if (isUnacknowledged(alarm.state)) held.call = this.history.called(alarm, atMs);
    this.#hold(held);
    this.schedule(held);
    this.#parts.onEvent(eventOf(alarm, { kind: 'raised', actor: null, data: causeData(cause) }));
  }

  apply(held: HeldAlarm, change: Change, moment: Moment): void {
    const before = held.alarm;
    const event = changed(before, change, moment);
    const { alarm } = event;
    held.alarm = alarm;
    held.since = { ...held.since, changed: moment.atMs };
    const wasCalling = isUnacknowledged(before.state);
    const isCalling = isUnacknowledged(alarm.state);
    if (isCalling && !wasCalling) {
      this.#unacknowledged += 1;
      held.since = { ...held.since, called: moment.atMs };
      held.call = this.history.called(alarm, moment.atMs);
    }
    if (wasCalling && !isCalling) {
      this.#unacknowledged -= 1;
      if (change.actor !== null && held.call !== undefined) {
        this.history.taken(held.call, moment.atMs - held.since.called);
      }
    }
    if (alarm.state === 'closed') this.#letGo(held);
    else this.schedule(held);
    this.#parts.onEvent(event);
  }

  /** Its timer is by what it is now, and by its rule. */
  schedule(held: HeldAlarm): void {
    const rule = this.ruleOf(held);
    this.due.set(held.alarm.id, nextTimer(held, rule)?.dueMs);
    this.suppression.put(held, rule);
  }

  ruleOf({ alarm }: HeldAlarm): Rule | undefined {
    return this.#parts.ruleOf(alarm.ruleId);
  }

  /** Takes up the journal's time, and when that was set back, everything that is ahead of it. */
  turn({ atMs }: Moment): void {
    if (atMs >= this.#nowMs) {
      this.#nowMs = atMs;
      return;
    }
    if (this.#nowMs - atMs <= clockJitterMs) return;
    this.#nowMs = atMs;
    this.history.setBack(atMs);
    for (const held of this.alarms.values()) {
      setBack(held, atMs);
      this.schedule(held);
    }
    for (const { causeKey, pending } of this.causes.pending()) {
      const dueMs = this.due.dueOf(causeKey);
      if (dueMs === undefined || pending === undefined) continue;
      this.due.set(causeKey, Math.min(dueMs, atMs + pending.delayMs));
    }
  }

  adopt(alarms: readonly Alarm[]): void {
    const byAge = alarms.toSorted(
      (one, other) => one.raisedAtMs - other.raisedAtMs || (one.id < other.id ? -1 : 1),
    );
    for (const alarm of byAge) {
      if (this.alarms.find(alarm.id) !== undefined) continue;
      // what was kept has another one of it, which the journal may close yet
      if (this.causes.get(alarm.causeKey)?.held !== undefined) continue;
      this.causes.takeUntil(alarm);
      if (alarm.state === 'closed') {
        this.alarms.addClosed(alarm);
        continue;
      }
      const held = adoptedAlarm(alarm);
      this.#hold(held);
      this.schedule(held);
      this.#adopted.push(held);
    }
  }

  /** Adopted ones whose records are all behind are like any other, by the journal's clock. */
  releaseAdopted({ atMs, sequence }: Moment): void {
    if (sequence === 0) return;
    this.causes.release(sequence);
    this.#adopted = this.#adopted.filter((held) => {
      if (sequence <= held.takenUntil) return true;
      held.takenUntil = 0;
      if (this.alarms.get(held.alarm.id) === held) {
        setBack(held, atMs);
        this.schedule(held);
      }
      return false;
    });
  }

  /** To be written out at once, for it shares what it holds. */
  checkpoint(): AlarmBookCheckpoint {
    return {
      nowMs: this.#nowMs,
      open: [...this.alarms.values()],
      closed: this.alarms.closed(),
      pending: this.causes
        .pending()
        .flatMap(({ causeKey, pending }) => (pending === undefined ? [] : { causeKey, pending })),
      causes: this.causes.remembered(),
      due: this.due.entries(),
      history: this.history.checkpoint(),
    };
  }

  restore(kept: AlarmBookCheckpoint): void {
    this.#nowMs = kept.nowMs;
    for (const held of kept.open) {
      this.#hold(held);
      this.suppression.put(held, this.ruleOf(held));
      if (held.takenUntil > 0) this.#adopted.push(held);
    }
    for (const alarm of kept.closed) this.alarms.addClosed(alarm);
    for (const { causeKey, pending } of kept.pending) this.causes.setPending(causeKey, pending);
    this.causes.restore(kept.causes);
    this.due.restore(kept.due);
    this.history.restore(kept.history);
  }

  #hold(held: HeldAlarm): void {
    this.alarms.add(held);
    this.causes.setHeld(held);
    if (isUnacknowledged(held.alarm.state)) this.#unacknowledged += 1;
  }

  #letGo(held: HeldAlarm): void {
    const { id, causeKey, isActive, isLatching } = held.alarm;
    this.alarms.close(held);
    this.due.set(id, undefined);
    this.suppression.remove(held);
    const known = this.causes.get(causeKey);
    if (known === undefined) return;
    // it is still so: what began it raises nothing again
    if (isActive && !isLatching && held.causeId !== '') {
      this.causes.setClosedAs(known, held.causeId);
    }
    this.causes.clearHeld(known);
  }
}
