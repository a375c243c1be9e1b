import type { TrackerEvent } from './pipeline.ts';

/** What a tracker said, as the newest of it is kept. */
export type Said = Omit<TrackerEvent, 'trackerKey'>;

/** As plain data. */
export type KeptSos = readonly (readonly [trackerKey: number, said: Said])[];

/** The newest SOS of each tracker; no more of them than there are trackers. */
export class NewestSos {
  readonly #byTracker = new Map<number, Said>();

  get(trackerKey: number): Said | undefined {
    return this.#byTracker.get(trackerKey);
  }

  /** Takes whatever a tracker said; one that somebody sends once more may be older than the newest. */
  take({ trackerKey, ...said }: TrackerEvent): void {
    const known = this.#byTracker.get(trackerKey)?.receivedAtMs ?? 0;
    if (said.event.kind === 'sos' && said.receivedAtMs >= known) {
      this.#byTracker.set(trackerKey, said);
    }
  }

  /** Leaves out those of trackers that are no more. */
  keepOnly(isKnown: (trackerKey: number) => boolean): void {
    for (const trackerKey of this.#byTracker.keys()) {
      if (!isKnown(trackerKey)) this.#byTracker.delete(trackerKey);
    }
  }

  kept(): KeptSos {
    return [...this.#byTracker];
  }
}
