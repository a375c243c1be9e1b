import type { Alarm, AlarmEvent, AlarmOrder, AlarmResult } from '../domain/alarm.ts';
import type { Cause } from '../domain/cause.ts';
import type { Rule } from '../domain/rule.ts';
import { AlarmBook, type AlarmBookCheckpoint } from './alarmBook.ts';
import {
  causeData,
  chatteringBegan,
  closedByServer,
  movedByServer,
  occurredAgain,
  returned,
  wasNeverShown,
} from './alarmChange.ts';
import type { AlarmHistory } from './alarmHistory.ts';
import { decideOrder } from './decideOrder.ts';
import { type HeldAlarm, hasTaken } from './heldAlarm.ts';
import type { PendingCause } from './knownCauses.ts';
import type { Moment } from './moment.ts';
import {
  isOfAnother,
  notFound,
  OrderMemory,
  type RememberedOrder,
  resultOf,
} from './orderMemory.ts';
import { causeKeyOf, isLatchingKind, type Particulars, raisedAlarm } from './raisedAlarm.ts';
import { nextTimer, timerRang } from './timers.ts';

/** What the engine holds at most. */
export type AlarmBounds = {
  /** Not closed. Past it the oldest of the lowest priority that is no SOS is closed. */
  readonly open: number;
  /** Closed, and still found by their id. */
  readonly closed: number;
  /** Begun, and not yet for long enough. Past it they are raised at once. */
  readonly pending: number;
  /** Orders that are known by their id. */
  readonly orders: number;
};
const usualBounds: AlarmBounds = { open: 50_000, closed: 1_000, pending: 50_000, orders: 10_000 };

export type AlarmEngineParts = {
  /** Takes every event, in order. */
  readonly onEvent: (event: AlarmEvent) => void;
  /** The rule as it is in force; undefined: there is none. */
  readonly ruleOf: (ruleId: string) => Rule | undefined;
  /** Whether it is to be shown to nobody now. Depends on rule and operation alone. */
  readonly isSuppressedNow: (alarm: Alarm, rule: Rule) => boolean;
  readonly bounds?: Partial<AlarmBounds> | undefined;
};

/** Counters for the health page; those of what happened count since the start. */
export type AlarmCounts = {
  readonly open: number;
  readonly unacknowledged: number;
  readonly pending: number;
  readonly timers: number;
  readonly raised: number;
  readonly occurredAgain: number;
  /** Closed because there were too many. */
  readonly overflowed: number;
  /** Raised without their delay because too many were waiting. */
  readonly undelayed: number;
};

/** All that is known of alarms: plain data. */
export type AlarmCheckpoint = {
  readonly version: 1;
  readonly book: AlarmBookCheckpoint;
  readonly orders: readonly RememberedOrder[];
};

/**
 * All alarms: what begins and ends, what people order and time go in, in the order of the journal, and
 * events come out. It reads no clock, and the same input gives the same events with the same ids.
 */
export class AlarmEngine {
  readonly #parts: AlarmEngineParts;
  readonly #bounds: AlarmBounds;
  readonly #book: AlarmBook;
  readonly #orders: OrderMemory;
  readonly #counts = { raised: 0, occurredAgain: 0, overflowed: 0, undelayed: 0 };

  constructor(parts: AlarmEngineParts) {
    this.#parts = parts;
    this.#bounds = { ...usualBounds, ...parts.bounds };
    const { onEvent, ruleOf } = parts;
    const { closed, open, orders } = this.#bounds;
    this.#book = new AlarmBook({ onEvent, ruleOf, maxClosed: closed, maxClosedCauses: open });
    this.#orders = new OrderMemory(orders);
  }

  /** When alarms called for somebody, for the load. */
  get history(): AlarmHistory {
    return this.#book.history;
  }

  /** False while there is nothing that time could change. */
  get isWaiting(): boolean {
    return this.#book.due.size > 0 || this.#book.suppression.isWaiting;
  }

  /** It began to be so, or was so: an alarm, or one more occurrence of the one there is. */
  raise(rule: Rule, cause: Cause, particulars: Particulars, moment: Moment): void {
    const { causes, due } = this.#book;
    this.#book.turn(moment);
    const causeKey = causeKeyOf(rule.id, cause.subjectKey);
    const known = causes.get(causeKey);
    const held = known?.held;
    const toldId = held === undefined ? known?.closedAs : held.causeId;
    if (toldId === cause.id) return;
    // nobody waits for whoever asks for help, and what is over when it is told cannot last
    const mayWait = cause.edge === 'began' && !isLatchingKind(cause.kind);
    const isTaken = known !== undefined && hasTaken(known, moment);
    const isActive = held?.alarm.isActive ?? (isTaken && known.wasTakenActive);
    if (mayWait && rule.delayMs > 0 && !isActive) {
      if (known?.pending !== undefined) return;
      if (causes.pendingCount < this.#bounds.pending) {
        const pending = { ruleId: rule.id, cause, particulars, delayMs: rule.delayMs };
        causes.setPending(causeKey, pending);
        due.set(causeKey, moment.atMs + rule.delayMs);
        return;
      }
      this.#counts.undelayed += 1;
    }
    // after the delay: when that is over, what the database has may have been before
    if (!isTaken) this.#occur(rule, cause, particulars, moment);
  }

  /** What the cause began is over: of its rule, where it names one, else of all. */
  end(cause: Cause, moment: Moment): void {
    this.#book.turn(moment);
    for (const known of this.#book.causes.ofSubject(cause.kind, cause.subjectKey)) {
      if (cause.ruleId === undefined || cause.ruleId === known.ruleId) {
        this.#return(known.causeKey, causeData(cause), moment);
      }
    }
  }

  /** One alarm is over, for a reason that its event tells: its rule has no part in it any more. */
  endAlarm(alarmId: string, data: Readonly<Record<string, unknown>>, moment: Moment): void {
    this.#book.turn(moment);
    const held = this.#book.alarms.get(alarmId);
    if (held !== undefined) this.#return(held.alarm.causeKey, data, moment);
  }

  /** The rule was removed or switched off: all that it raised is over, but what only a person ends. */
  ruleGone(ruleId: string, moment: Moment): void {
    this.#book.turn(moment);
    for (const { causeKey } of this.#book.causes.ofRule(ruleId)) {
      this.#return(causeKey, { because: 'rule_gone' }, moment);
    }
    // whatever is still open has no escalation any more
    this.ruleChanged(ruleId, moment);
  }

  /** The rule is in force in a new version: timers and suppression are by it from now on. */
  ruleChanged(ruleId: string, moment: Moment): void {
    this.#book.turn(moment);
    for (const { held } of this.#book.causes.ofRule(ruleId)) {
      if (held !== undefined) this.#book.schedule(held);
    }
  }

  /** What began and waits for its delay, in a fixed order. */
  pending(): readonly PendingCause[] {
    return this.#book.causes.pending().flatMap(({ pending }) => pending ?? []);
  }

  /**
   * What waits for its delay is by the rule as it is in force now, from when it began.
   *
   * @param particulars undefined: nothing comes of it any more
   */
  renewPending(
    pending: PendingCause,
    renewed: { readonly particulars: Particulars; readonly delayMs: number } | undefined,
  ): void {
    const { causes, due } = this.#book;
    const causeKey = causeKeyOf(pending.ruleId, pending.cause.subjectKey);
    const known = causes.get(causeKey);
    const dueMs = due.dueOf(causeKey);
    if (known?.pending !== pending || dueMs === undefined) return;
    if (renewed === undefined) {
      causes.clearPending(known);
      due.set(causeKey, undefined);
      return;
    }
    causes.setPending(causeKey, { ...pending, ...renewed });
    due.set(causeKey, dueMs - pending.delayMs + renewed.delayMs);
  }

  /** What a person asks for. The same order again is answered the same and does nothing. */
  order(order: AlarmOrder, moment: Moment): AlarmResult {
    this.#book.turn(moment);
    const { orderId, alarmId, actor, action } = order;
    const known = this.#orders.get(orderId);
    if (known !== undefined && isOfAnother(known, order)) {
      const detail = `the order ${orderId} was for another alarm or action, or of somebody else: give each order an id of its own`;
      return { ok: false, reason: 'bad', detail, alarm: this.find(alarmId) };
    }
    if (known !== undefined) return resultOf(known, this.find(alarmId));
    const came = this.#carryOut(order, moment);
    const remembered = { orderId, alarmId, actor, actionKind: action.kind, ...came };
    this.#orders.add(remembered);
    return resultOf(remembered, this.find(alarmId));
  }

  /** Time went on. */
  tick(moment: Moment): void {
    const { alarms, due } = this.#book;
    this.#book.turn(moment);
    this.#book.releaseAdopted(moment);
    const early: HeldAlarm[] = [];
    for (;;) {
      const key = due.take(moment.atMs);
      if (key === undefined) break;
      const held = alarms.get(key);
      if (held === undefined) this.#pendingIsDue(key, moment);
      else if (hasTaken(held, moment)) early.push(held);
      else this.#timersAreDue(held, moment);
    }
    for (const held of early) this.#book.schedule(held);
    this.#reviewSuppression(moment);
  }

  /** The alarm, while it is open or was closed lately. */
  find(id: string): Alarm | undefined {
    return this.#book.alarms.find(id);
  }

  /** All that are not closed, in the order in which they were raised. */
  *open(): Iterable<Alarm> {
    for (const { alarm } of this.#book.alarms.values()) yield alarm;
  }

  /**
   * Takes over alarms from the database, where nothing else was kept: those that are not closed, and
   * such as were closed lately. Records that they have already do nothing to them.
   */
  adopt(alarms: readonly Alarm[]): void {
    this.#book.adopt(alarms);
  }

  counts(): AlarmCounts {
    return {
      open: this.#book.alarms.size,
      unacknowledged: this.#book.unacknowledgedCount,
      pending: this.#book.causes.pendingCount,
      timers: this.#book.due.size,
      ...this.#counts,
    };
  }

  /** The state after a journal record: to be written out at once, for it shares what it holds. */
  checkpoint(): AlarmCheckpoint {
    return { version: 1, book: this.#book.checkpoint(), orders: this.#orders.entries() };
  }

  /** Goes on from a checkpoint, which it takes over. The rules are those of the checkpoint by then. */
  restore({ book, orders }: AlarmCheckpoint): void {
    this.#book.restore(book);
    for (const order of orders) this.#orders.add(order);
  }

  #carryOut(order: AlarmOrder, moment: Moment): Pick<RememberedOrder, 'came' | 'detail'> {
    const held = this.#book.alarms.get(order.alarmId);
    const alarm = this.find(order.alarmId);
    if (alarm === undefined) return { came: 'not_found', detail: notFound(order.alarmId).detail };
    if (held !== undefined && hasTaken(held, moment)) return { came: 'already', detail: '' };
    const decided = decideOrder(alarm, order, moment);
    switch (decided.is) {
      case 'refused':
        return { came: decided.reason, detail: decided.detail };
      case 'already':
        return { came: 'already', detail: '' };
      case 'change':
        if (held === undefined) throw new RangeError(`alarm ${alarm.id} is closed and changes`);
        this.#book.apply(held, decided.change, moment);
        return { came: 'done', detail: '' };
    }
  }

  #occur(rule: Rule, cause: Cause, particulars: Particulars, moment: Moment): void {
    const { isSuppressed, subject } = particulars;
    const held = this.#book.causes.get(causeKeyOf(rule.id, cause.subjectKey))?.held;
    if (held === undefined) {
      const alarm = raisedAlarm(rule, cause, particulars, moment);
      // the same cause told once more, of an alarm that is over
      if (this.#book.alarms.isClosed(alarm.id)) return;
      this.#book.raise(alarm, cause, moment);
      this.#counts.raised += 1;
      this.#limit(moment);
      return;
    }
    held.causeId = cause.id;
    held.since = { ...held.since, occurred: moment.atMs };
    const again = { isSuppressed, place: subject.place };
    this.#book.apply(held, occurredAgain(held.alarm, cause, again, moment), moment);
    this.#counts.occurredAgain += 1;
    const chattering = chatteringBegan(held.alarm);
    if (chattering !== undefined) this.#book.apply(held, chattering, moment);
  }

  /** Too many are open: the least important one goes. */
  #limit(moment: Moment): void {
    const { alarms } = this.#book;
    const least = alarms.size > this.#bounds.open ? alarms.leastImportant() : undefined;
    if (least === undefined || hasTaken(least, moment)) return;
    this.#book.apply(least, closedByServer(least.alarm, 'overflowed', moment), moment);
    this.#counts.overflowed += 1;
  }

  #return(causeKey: string, data: Readonly<Record<string, unknown>>, moment: Moment): void {
    const { causes, due } = this.#book;
    const known = causes.get(causeKey);
    if (known === undefined) return;
    if (known.closedAs !== undefined) causes.setClosedAs(known, undefined);
    if (known.pending !== undefined) {
      causes.clearPending(known);
      due.set(causeKey, undefined);
    }
    const { held } = known;
    if (held === undefined || hasTaken(held, moment)) return;
    const change = returned(held.alarm, data, moment);
    if (change !== undefined) this.#book.apply(held, change, moment);
  }

  /** It has been so for as long as the rule asked. */
  #pendingIsDue(causeKey: string, moment: Moment): void {
    const known = this.#book.causes.get(causeKey);
    const pending = known?.pending;
    if (known === undefined || pending === undefined) return;
    const isTaken = hasTaken(known, moment);
    this.#book.causes.clearPending(known);
    if (isTaken) return;
    const { ruleId, cause, particulars } = pending;
    const rule = this.#parts.ruleOf(ruleId);
    if (rule === undefined || !rule.isEnabled) return;
    // the phase may be another one than when it began
    const alarm = known.held?.alarm ?? raisedAlarm(rule, cause, particulars, moment);
    const isSuppressed = this.#isSuppressed(alarm, rule);
    this.#occur(rule, cause, { ...particulars, isSuppressed }, moment);
  }

  /** Everything that is due of it by now, in the order of its times. */
  #timersAreDue(held: HeldAlarm, moment: Moment): void {
    while (held.alarm.state !== 'closed') {
      const timer = nextTimer(held, this.#book.ruleOf(held));
      if (timer === undefined || timer.dueMs > moment.atMs) {
        this.#book.schedule(held);
        return;
      }
      this.#book.apply(held, timerRang(held.alarm, timer, moment), moment);
    }
  }

  #reviewSuppression(moment: Moment): void {
    const isSuppressedNow = (held: HeldAlarm): boolean => {
      const rule = this.#book.ruleOf(held);
      return rule !== undefined && this.#isSuppressed(held.alarm, rule);
    };
    for (const held of this.#book.suppression.turned(isSuppressedNow)) {
      if (hasTaken(held, moment)) continue;
      const { alarm } = held;
      const tell = this.#book.ruleOf(held)?.tell ?? [];
      const change =
        alarm.state !== 'suppressed'
          ? movedByServer(alarm, 'suppress', [], moment)
          : wasNeverShown(alarm) && !alarm.isActive
            ? closedByServer(alarm, 'settled', moment)
            : movedByServer(alarm, 'unsuppress', tell, moment);
      this.#book.apply(held, change, moment);
    }
  }

  #isSuppressed(alarm: Alarm, rule: Rule): boolean {
    return rule.suppressedPhases.length > 0 && this.#parts.isSuppressedNow(alarm, rule);
  }
}
