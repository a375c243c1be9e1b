/** The server's own time, which does not run back when somebody sets the machine's clock back. */
export type ServerClock = {
  /** UTC epoch milliseconds. Never less than it was, as long as the process runs. */
  readonly nowMs: () => number;
  /** How far this clock is ahead of the machine's, milliseconds: what the machine's was set back by. */
  readonly aheadMs: () => number;
};

/**
 * A clock that follows the machine's forwards and not backwards: set back by an hour, it goes on
 * from where it was. Otherwise every right fix would look as if it came from the future for that
 * hour, and be put in quarantine. Who set the clock back for good reason starts Posko again.
 */
export function createServerClock(): ServerClock {
  const startedAtMs = Date.now();
  const startedAtTick = performance.now();
  const steadyMs = (): number => startedAtMs + performance.now() - startedAtTick;
  const nowMs = (): number => Math.floor(Math.max(Date.now(), steadyMs()));
  return { nowMs, aheadMs: () => Math.max(0, Math.round(steadyMs() - Date.now())) };
}
