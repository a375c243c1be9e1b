/** So many edits are remembered one by one; who is further behind has to look again anyhow. */
const remembered = 256;

/**
 * The grounds that the newest edits of fences touched. Whoever keeps something that holds for a part
 * of the ground remembers `count` with it, and asks later whether an edit since was near: an edit
 * costs one line here, however many depend on it.
 */
export class EditLog {
  /** Edits so far. */
  count = 0;
  readonly #boxes = new Float64Array(4 * remembered);

  /** Remembers that something changed between these degrees. */
  add(west: number, south: number, east: number, north: number): void {
    const at = 4 * (this.count % remembered);
    this.#boxes[at] = west;
    this.#boxes[at + 1] = south;
    this.#boxes[at + 2] = east;
    this.#boxes[at + 3] = north;
    this.count++;
  }

  /**
   * True when an edit after number `since` may have come nearer than `reachM` to a place; always when
   * it is too long ago to know.
   *
   * @param eastM metres for a degree of longitude at the place
   * @param northM metres for a degree of latitude there
   */
  hasTouched(
    since: number,
    lon: number,
    lat: number,
    eastM: number,
    northM: number,
    reachM: number,
  ): boolean {
    if (this.count - since > remembered) return true;
    for (let edit = since; edit < this.count; edit++) {
      const at = 4 * (edit % remembered);
      const west = (this.#boxes[at] ?? 0) - lon;
      const south = (this.#boxes[at + 1] ?? 0) - lat;
      const east = lon - (this.#boxes[at + 2] ?? 0);
      const north = lat - (this.#boxes[at + 3] ?? 0);
      const x = Math.max(0, west, east) * eastM;
      const y = Math.max(0, south, north) * northM;
      if (x * x + y * y <= reachM * reachM) return true;
    }
    return false;
  }
}
