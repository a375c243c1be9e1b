/**
 * Tells whether something may be said again: true at most once a period for each key. Remembers as
 * many keys as told; past that the oldest may be said again early.
 */
export function createOncePer(
  periodMs: number,
  maxKeys: number,
): (key: string, nowMs: number) => boolean {
  const saidAtMs = new Map<string, number>();
  return (key, nowMs) => {
    const before = saidAtMs.get(key);
    if (before !== undefined && Math.abs(nowMs - before) < periodMs) return false;
    saidAtMs.delete(key);
    saidAtMs.set(key, nowMs);
    if (saidAtMs.size > maxKeys) {
      const [oldest] = saidAtMs.keys();
      if (oldest !== undefined) saidAtMs.delete(oldest);
    }
    return true;
  };
}
