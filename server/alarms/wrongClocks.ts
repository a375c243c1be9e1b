import type { Cause } from '../domain/cause.ts';
import type { ClockReading, ClockState } from '../domain/clockReading.ts';
import { minuteMs } from '../domain/durations.ts';
import type { Text } from '../domain/rule.ts';

/** What is known of the clock of the tracker that drives a unit. */
export type DrivingClock = Pick<ClockReading, 'state' | 'offsetMs'> & {
  readonly unitKey: number;
  readonly trackerKey: number;
};
export type WrongClocksCheckpoint = readonly number[];

/** A clock that is off by always the same, and is corrected, is as good as right. */
const fine: readonly ClockState[] = ['right', 'corrected'];

const states: Readonly<Record<ClockState, Text>> = {
  right: { id: 'benar', en: 'right' },
  corrected: { id: 'dikoreksi', en: 'corrected' },
  distrusted: { id: 'melompat-lompat', en: 'it jumps' },
  ahead: { id: 'lebih cepat', en: 'it is ahead' },
  behind: { id: 'terlambat', en: 'it is behind' },
};

/** Which units are driven by a tracker whose clock is wrong. */
export class WrongClocks {
  readonly #wrong = new Set<number>();

  take({ unitKey, trackerKey, state, offsetMs }: DrivingClock, atMs: number): Cause | undefined {
    const isWrong = !fine.includes(state);
    if (isWrong === this.#wrong.has(unitKey)) return undefined;
    if (isWrong) this.#wrong.add(unitKey);
    else this.#wrong.delete(unitKey);
    const edge = isWrong ? 'began' : 'ended';
    return {
      id: `clock/${unitKey}/${trackerKey}/${atMs}/${edge}`,
      ...{ kind: 'clock_wrong', edge, unitKey, happenedAtMs: atMs, atMs },
      subjectKey: `unit:${unitKey}`,
      value: howWrong(state, offsetMs),
      data: { trackerKey, state, offsetMs },
    };
  }

  /** It was told before, as an open alarm says. */
  adopt(unitKey: number): void {
    this.#wrong.add(unitKey);
  }

  /** Forgets units that are no more. */
  keepOnly(isKnown: (unitKey: number) => boolean): void {
    for (const unitKey of this.#wrong) if (!isKnown(unitKey)) this.#wrong.delete(unitKey);
  }

  /** No rule is about clocks: the next that is begins anew. */
  clear(): void {
    this.#wrong.clear();
  }

  checkpoint(): WrongClocksCheckpoint {
    return [...this.#wrong];
  }

  restore(wrong: WrongClocksCheckpoint): void {
    this.#wrong.clear();
    for (const unitKey of wrong) this.#wrong.add(unitKey);
  }
}

/** How it is wrong, and by how much where that is known. */
function howWrong(state: ClockState, offsetMs: number): Text {
  const { id, en } = states[state];
  const minutes = Math.round(Math.abs(offsetMs) / minuteMs);
  if (state !== 'ahead' || minutes === 0) return { id, en };
  return { id: `${id} ${minutes} menit`, en: `${en} by ${minutes} min` };
}
