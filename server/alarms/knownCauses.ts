import type { Alarm } from '../domain/alarm.ts';
import type { Cause } from '../domain/cause.ts';
import type { RuleKind } from '../domain/rule.ts';
import type { HeldAlarm } from './heldAlarm.ts';
import { OldestFirst } from './oldestFirst.ts';
import type { Particulars } from './raisedAlarm.ts';

/** It began, and has not been so for as long as the rule asks. */
export type PendingCause = {
  readonly ruleId: string;
  readonly cause: Cause;
  readonly particulars: Particulars;
  /** How long it must be so, ms. */
  readonly delayMs: number;
};

/** What is known of one rule and subject. */
export type KnownCause = {
  readonly causeKey: string;
  readonly ruleId: string;
  readonly kind: RuleKind;
  readonly subjectKey: string;
  /** Its alarm that is not closed. */
  held: HeldAlarm | undefined;
  pending: PendingCause | undefined;
  /** The cause by which its alarm was closed while it was so: it raises no other one. */
  closedAs: string | undefined;
  /** Alarms of the database have everything of it up to this record; 0: no such thing. */
  takenUntil: number;
  /** Whether it was so then, by the newest of them. */
  wasTakenActive: boolean;
};

/** All rules and subjects of which something is known, found by what begins and by what ends. */
export class KnownCauses {
  readonly #byKey = new Map<string, KnownCause>();
  readonly #bySubject = new Map<string, Set<KnownCause>>();
  /** Those with `closedAs`, in the order of closing. */
  readonly #closed = new OldestFirst<KnownCause>();
  readonly #taken = new Set<KnownCause>();
  readonly #maxClosed: number;
  #pending = 0;

  constructor(maxClosed: number) {
    this.#maxClosed = maxClosed;
  }

  get pendingCount(): number {
    return this.#pending;
  }

  get(causeKey: string): KnownCause | undefined {
    return this.#byKey.get(causeKey);
  }

  /** What a cause that ended is about, in a fixed order. */
  ofSubject(kind: RuleKind, subjectKey: string): readonly KnownCause[] {
    const known = this.#bySubject.get(`${kind}|${subjectKey}`);
    return known === undefined ? [] : inOrder(known);
  }

  /** All of a rule, in a fixed order. */
  ofRule(ruleId: string): readonly KnownCause[] {
    return inOrder([...this.#byKey.values()].filter((known) => known.ruleId === ruleId));
  }

  setHeld(held: HeldAlarm): void {
    const { causeKey, ruleId, ruleKind } = held.alarm;
    const known = this.#open(ruleId, ruleKind, causeKey.slice(ruleId.length + 1), causeKey);
    known.held = held;
    this.setClosedAs(known, undefined);
  }

  setPending(causeKey: string, pending: PendingCause): KnownCause {
    const { ruleId, cause } = pending;
    const known = this.#open(ruleId, cause.kind, cause.subjectKey, causeKey);
    if (known.pending === undefined) this.#pending += 1;
    known.pending = pending;
    return known;
  }

  clearHeld(known: KnownCause): void {
    known.held = undefined;
    this.#sweep(known);
  }

  clearPending(known: KnownCause): void {
    if (known.pending !== undefined) this.#pending -= 1;
    known.pending = undefined;
    this.#sweep(known);
  }

  /** Past the bound, the one that was closed first is forgotten. */
  setClosedAs(known: KnownCause, causeId: string | undefined): void {
    this.#closed.delete(known);
    known.closedAs = causeId;
    if (causeId !== undefined) this.#closed.add(known);
    const oldest = this.#closed.size > this.#maxClosed ? this.#closed.oldest() : undefined;
    if (oldest !== undefined) this.setClosedAs(oldest, undefined);
    this.#sweep(known);
  }

  /** An alarm of the database has everything of it up to a record. */
  takeUntil({ causeKey, ruleId, ruleKind, sequence, isActive }: Alarm): void {
    const subjectKey = causeKey.slice(ruleId.length + 1);
    this.#setTaken(this.#open(ruleId, ruleKind, subjectKey, causeKey), sequence, isActive);
  }

  /** The journal is past a record: what was taken until there is like any other. */
  release(sequence: number): void {
    for (const known of [...this.#taken]) {
      if (known.takenUntil >= sequence) continue;
      this.#taken.delete(known);
      known.takenUntil = 0;
      known.wasTakenActive = false;
      this.#sweep(known);
    }
  }

  /** In a fixed order. */
  pending(): readonly KnownCause[] {
    return inOrder([...this.#byKey.values()].filter(({ pending }) => pending !== undefined));
  }

  /** What is remembered of those without an alarm, as plain data: closed ones in the order of closing. */
  remembered(): readonly RememberedCause[] {
    const taken = inOrder([...this.#taken].filter((each) => !this.#closed.has(each)));
    return [...this.#closed.values(), ...taken].map((known) => {
      const { ruleId, kind, subjectKey, causeKey, closedAs, takenUntil, wasTakenActive } = known;
      return { ruleId, kind, subjectKey, causeKey, closedAs, takenUntil, wasTakenActive };
    });
  }

  restore(remembered: readonly RememberedCause[]): void {
    for (const each of remembered) {
      const { ruleId, kind, subjectKey, causeKey, closedAs, takenUntil, wasTakenActive } = each;
      const known = this.#open(ruleId, kind, subjectKey, causeKey);
      this.#setTaken(known, takenUntil, wasTakenActive);
      if (closedAs !== undefined) this.setClosedAs(known, closedAs);
    }
  }

  #setTaken(known: KnownCause, sequence: number, isActive: boolean): void {
    // a newer one says more, and one that could not be stored says nothing
    if (sequence === 0 || sequence < known.takenUntil) return;
    known.takenUntil = sequence;
    known.wasTakenActive = isActive;
    this.#taken.add(known);
  }

  #open(ruleId: string, kind: RuleKind, subjectKey: string, causeKey: string): KnownCause {
    const existing = this.#byKey.get(causeKey);
    if (existing !== undefined) return existing;
    const known: KnownCause = {
      ...{ causeKey, ruleId, kind, subjectKey },
      ...{ held: undefined, pending: undefined, closedAs: undefined },
      ...{ takenUntil: 0, wasTakenActive: false },
    };
    this.#byKey.set(causeKey, known);
    const subject = `${kind}|${subjectKey}`;
    const others = this.#bySubject.get(subject);
    if (others === undefined) this.#bySubject.set(subject, new Set([known]));
    else others.add(known);
    return known;
  }

  #sweep(known: KnownCause): void {
    const { causeKey, kind, subjectKey, held, pending, closedAs, takenUntil } = known;
    if (held !== undefined || pending !== undefined) return;
    if (closedAs !== undefined || takenUntil > 0) return;
    this.#byKey.delete(causeKey);
    const subject = `${kind}|${subjectKey}`;
    const others = this.#bySubject.get(subject);
    others?.delete(known);
    if (others?.size === 0) this.#bySubject.delete(subject);
  }
}

/** As plain data. */
export type RememberedCause = Readonly<Omit<KnownCause, 'held' | 'pending'>>;

/** The same after a restart, in which they were learnt in another order. */
function inOrder(causes: Iterable<KnownCause>): readonly KnownCause[] {
  return [...causes].sort((one, other) => (one.causeKey < other.causeKey ? -1 : 1));
}
