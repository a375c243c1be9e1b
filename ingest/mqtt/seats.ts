import { minuteMs } from '../../server/domain/durations.ts';
import type { Speaker } from '../principals.ts';

/** Take-overs of one seat in a minute from which on two devices must share an id. */
const flappingFrom = 6;

/** Who has a place. A tracker has one, a gateway one for each client id. */
export class Seats<Holder> {
  readonly #holders = new Map<string, Holder>();
  /** Take-overs in this minute; emptied with it, so as many entries as seats at most. */
  readonly #takenOver = new Map<string, number>();
  #minute = 0;

  /**
   * Gives a place to its newer holder.
   *
   * @returns the holder before, who has to go, and whether the two go round and round
   */
  take(
    seat: string,
    holder: Holder,
    nowMs: number,
  ): { readonly before: Holder | undefined; readonly isFlapping: boolean } {
    const before = this.#holders.get(seat);
    this.#holders.set(seat, holder);
    if (before === undefined) return { before, isFlapping: false };
    const minute = Math.floor(nowMs / minuteMs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#takenOver.clear();
    }
    const times = (this.#takenOver.get(seat) ?? 0) + 1;
    this.#takenOver.set(seat, times);
    return { before, isFlapping: times >= flappingFrom };
  }

  /** Its holder left, if nobody has taken the place already. */
  leave(seat: string, holder: Holder): void {
    if (this.#holders.get(seat) === holder) this.#holders.delete(seat);
  }
}

/**
 * Two connections with one seat cannot be. Ids of trackers and gateways have no slash, those of
 * listeners have one.
 */
export function seatOf({ kind, id }: Speaker, clientId: string): string {
  return kind === 'tracker' ? id : `${id}/${clientId}`;
}
