/**
 * True when everything that a filter matches is matched by another filter too (MQTT 3.1.1, 4.7); a
 * topic is a filter that matches itself. Both in levels.
 */
export function covers(outer: readonly string[], inner: readonly string[]): boolean {
  // [MQTT-4.7.2-1] a wildcard does not stand for the first level of $SYS/...
  if (inner[0]?.startsWith('$') && outer[0] !== inner[0]) return false;
  for (const [at, level] of outer.entries()) {
    // it stands for its parent level as well: "a/#" matches "a"
    if (level === '#') return true;
    const other = inner[at];
    if (other === undefined || other === '#') return false;
    if (level !== '+' && level !== other) return false;
  }
  return inner.length === outer.length;
}
