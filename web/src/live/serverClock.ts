/** The server's clock as seen from this page: server time = page time + offsetMs. */
export type ServerClock = { offsetMs: number; known: boolean };

/** How fast the offset follows a server clock that was set back, per message. */
const easeBack = 0.02;

/** A clock that shows page time until the server has spoken. */
export function createServerClock(): ServerClock {
  return { offsetMs: 0, known: false };
}

/**
 * Learns from a message that carries the server's time. A message is always late, never early, so
 * the largest offset seen is the best one; a smaller one is followed slowly, or a server clock that
 * was set back would leave every age wrong until the page is loaded again.
 */
export function noteServerTime(clock: ServerClock, serverTimeMs: number, nowMs: number): void {
  const offsetMs = serverTimeMs - nowMs;
  if (!clock.known || offsetMs >= clock.offsetMs) {
    clock.offsetMs = offsetMs;
    clock.known = true;
    return;
  }
  clock.offsetMs += (offsetMs - clock.offsetMs) * easeBack;
}
