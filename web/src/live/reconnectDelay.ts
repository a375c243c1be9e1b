const firstMs = 500;
const longestMs = 10_000;

/**
 * Ms to wait before attempt number `attempt` (1 = the first after a loss): doubles from 0.5 s to
 * 10 s, of which a random half is taken off, so that the screens of a building do not all come back
 * in the same instant.
 *
 * @param random 0 <= random < 1
 */
export function reconnectDelay(attempt: number, random: number): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 10));
  return fullMs * (1 - random / 2);
}
