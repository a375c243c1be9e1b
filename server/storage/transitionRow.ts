import type { PlaceEvent } from '../domain/placeEvent.ts';

/** What of an event has a column of its own. */
type TransitionRow = {
  readonly id: string;
  readonly kind: PlaceEvent['kind'];
  readonly edge: string | null;
  /** Epoch ms. */
  readonly happenedAtMs: number;
  readonly confirmedAtMs: number;
  readonly isCorrection: boolean;
  readonly unitKey: number | null;
  readonly fenceKey: number | null;
  readonly fenceVersion: number | null;
  readonly siteKey: number | null;
  readonly unitKeys: readonly number[] | null;
  readonly data: PlaceEvent;
};

const nothing = {
  ...{ edge: null, unitKey: null, fenceKey: null, fenceVersion: null, siteKey: null },
  ...{ unitKeys: null, isCorrection: false },
};

/** An event as its row has it. */
export function toTransitionRow(event: PlaceEvent): TransitionRow {
  const { id, kind, confirmedAtMs } = event;
  const row = { ...nothing, id, kind, confirmedAtMs, data: event };
  if ('fenceKey' in event) {
    const { crossedAtMs: happenedAtMs, isCorrection, unitKey, fenceKey, fenceVersion } = event;
    const siteKey = event.siteKey ?? null;
    return { ...row, happenedAtMs, isCorrection, unitKey, fenceKey, fenceVersion, siteKey };
  }
  const { edge, sinceMs: happenedAtMs } = event;
  if ('siteKey' in event) {
    const { siteKey, evidence } = event;
    return { ...row, edge, happenedAtMs, siteKey, unitKeys: evidence.unitKeys };
  }
  const unitKeys =
    event.kind === 'roaming' ? event.unitKeys : event.fixes.map(({ unitKey }) => unitKey);
  return { ...row, edge, happenedAtMs, unitKeys };
}
