import type { UnitAtFences } from './unitAtFences.ts';

/** Units by their keys, which are small integers: a place in an array is found faster than in a map. */
export class UnitTable {
  #units: (UnitAtFences | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(unitKey: number): UnitAtFences | undefined {
    return this.#units[unitKey];
  }

  set(unitKey: number, unit: UnitAtFences): void {
    const units = this.#units;
    // with holes it would become a map after all
    while (units.length <= unitKey) units.push(undefined);
    if (units[unitKey] === undefined) this.#size += 1;
    units[unitKey] = unit;
  }

  delete(unitKey: number): void {
    if (this.#units[unitKey] === undefined) return;
    this.#units[unitKey] = undefined;
    this.#size -= 1;
  }

  clear(): void {
    this.#units = [];
    this.#size = 0;
  }

  /** In the order of their keys. */
  *values(): Generator<UnitAtFences> {
    for (const unit of this.#units) if (unit !== undefined) yield unit;
  }

  *keys(): Generator<number> {
    for (const { unitKey } of this.values()) yield unitKey;
  }
}
