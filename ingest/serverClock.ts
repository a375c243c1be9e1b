/** The server's own time, which does not follow when somebody sets the machine's clock back. */
export type ServerClock = {
  /** UTC epoch milliseconds. */
  readonly nowMs: () => number;
  /** How far this clock is ahead of the machine's, milliseconds: what the machine's was set back by. */
  readonly aheadMs: () => number;
  /** What the clocks of other threads are made with, so that all of them say the same. */
  readonly baseMs: number;
};

const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * A clock that follows the machine's forwards, and not back to before what it would say had nobody
 * touched it since the start: set back by an hour, it goes on from where it was. Otherwise every
 * right fix would look as if it came from the future for that hour, and be put in quarantine. Who
 * set the clock back for good reason starts Posko again.
 *
 * @param baseMs of another thread's clock
 */
export function createServerClock(baseMs = Date.now() - monotonicMs()): ServerClock {
  const steadyMs = (): number => baseMs + monotonicMs();
  return {
    nowMs: () => Math.floor(Math.max(Date.now(), steadyMs())),
    aheadMs: () => Math.max(0, Math.round(steadyMs() - Date.now())),
    baseMs,
  };
}
