/** Fences near a place, as the index writes them: made once and filled again for every question. */
export class NearFences {
  /** How many there are; what lies beyond in the arrays is old. */
  count = 0;
  slots = new Int32Array(16);
  /** Metres from the place to the edge, negative inside. */
  distancesM = new Float64Array(16);

  add(slot: number, distanceM: number): void {
    if (this.count === this.slots.length) this.#grow();
    this.slots[this.count] = slot;
    this.distancesM[this.count] = distanceM;
    this.count++;
  }

  #grow(): void {
    const slots = new Int32Array(2 * this.slots.length);
    const distancesM = new Float64Array(slots.length);
    slots.set(this.slots);
    distancesM.set(this.distancesM);
    this.slots = slots;
    this.distancesM = distancesM;
  }
}
