/** True for epoch ms within what JavaScript and PostgreSQL both have: after 1970 and up to the year 9999. */
export function isTime(atMs: number): boolean {
  return atMs > 0 && atMs < 253_402_300_800_000;
}
