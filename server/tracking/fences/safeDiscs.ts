import type { EditLog } from './editLog.ts';
import { planeAt, setPlane } from './localPlane.ts';

/*
 * One disc takes one line of the processor's cache:
 *   0 lon  1 lat  2 metres a degree east  3 metres a degree north
 *   4 square of the radius  5 edits when it was made  6 how near an edit matters  7 -
 */
const stride = 8;
/** A degree east is not everywhere in the disc as long as in its middle: 2 % at 85 degrees and 10 km. */
const slack = 1.05;

/**
 * For each unit the disc in which nothing can change: which fences it is near, and which it is in.
 * While a unit stays in its disc, and no edit touches that, there is nothing to look up.
 */
export class SafeDiscs {
  readonly #edits: EditLog;
  readonly #plane = planeAt(0);
  #discs = new Float64Array(stride * 64);

  /** @param edits of the index whose safe radii are kept here */
  constructor(edits: EditLog) {
    this.#edits = edits;
  }

  /**
   * True while a place lies in the disc of a unit, and no edit since touched it.
   *
   * @param unit small integer that stands for the unit
   */
  holds(unit: number, lon: number, lat: number): boolean {
    const discs = this.#discs;
    const at = stride * unit;
    // of a unit without a disc the radius is 0, or undefined
    const x = (lon - (discs[at] ?? 0)) * (discs[at + 2] ?? 0);
    const y = (lat - (discs[at + 1] ?? 0)) * (discs[at + 3] ?? 0);
    if (!(x * x + y * y < (discs[at + 4] ?? 0))) return false;
    return discs[at + 5] === this.#edits.count || this.#outlives(at);
  }

  /**
   * Keeps what the index says of a place.
   *
   * @param radiusM the safe radius
   * @param marginM within which fences were asked for
   */
  keep(unit: number, lon: number, lat: number, radiusM: number, marginM: number): void {
    const at = stride * unit;
    if (at + stride > this.#discs.length) this.#grow(at + stride);
    setPlane(this.#plane, lat);
    const discs = this.#discs;
    discs[at] = lon;
    discs[at + 1] = lat;
    discs[at + 2] = this.#plane.eastM;
    discs[at + 3] = this.#plane.northM;
    discs[at + 4] = radiusM * radiusM;
    discs[at + 5] = this.#edits.count;
    discs[at + 6] = (radiusM + marginM) * slack;
  }

  /** Forgets the disc of a unit. */
  drop(unit: number): void {
    if (stride * unit < this.#discs.length) this.#discs[stride * unit + 4] = 0;
  }

  get memoryBytes(): number {
    return this.#discs.byteLength;
  }

  /** True when no edit since touched the disc, which then counts as new. */
  #outlives(at: number): boolean {
    const discs = this.#discs;
    const [lon = 0, lat = 0, eastM = 0, northM = 0, , since = 0, reachM = 0] = discs.subarray(
      at,
      at + stride,
    );
    if (this.#edits.hasTouched(since, lon, lat, eastM, northM, reachM)) {
      discs[at + 4] = 0;
      return false;
    }
    discs[at + 5] = this.#edits.count;
    return true;
  }

  #grow(atLeast: number): void {
    const discs = new Float64Array(Math.max(2 * this.#discs.length, atLeast));
    discs.set(this.#discs);
    this.#discs = discs;
  }
}
