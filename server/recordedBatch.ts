import type { Position } from './domain/position.ts';
import type { Origin } from './pipeline.ts';
import type { DeviceEventRow } from './storage/deviceEventRow.ts';
import { type Quarantined, quarantinedBytes } from './storage/quarantineRow.ts';
import type { RecordedBatch } from './storage/recordStore.ts';

/** A position with what its row in the quarantine would need, should the database refuse it. */
export type Recorded = { readonly position: Position; readonly origin: Origin };

/** What a chunk of the journal gave, or a part of that. */
export type Batch = Omit<RecordedBatch, 'positions' | 'quarantined' | 'events'> & {
  readonly positions: readonly Recorded[];
  readonly quarantined: readonly Quarantined[];
  readonly events: readonly DeviceEventRow[];
};

/** Rows that can be at fault: those that hold what devices say. */
export function rowsOf({ positions, quarantined, events }: Batch): number {
  return positions.length + quarantined.length + events.length;
}

/** About what a row takes on its way to the database beside what its device wrote in it, bytes. */
const rowBytes = 256;

/** About how much a batch is on its way to the database, bytes. */
export function bytesOf(batch: Batch): number {
  const { positions, quarantined, events } = batch;
  const ofFixes = positions.reduce((sum, { position }) => sum + attributeBytes(position.fix), 0);
  const ofEvents = events.reduce((sum, { event }) => sum + attributeBytes(event), 0);
  const ofOthers = quarantined.reduce((sum, each) => sum + quarantinedBytes(each), 0);
  return rowBytes * (positions.length + events.length) + ofFixes + ofEvents + ofOthers;
}

function attributeBytes({
  attributes,
}: {
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}): number {
  if (attributes === undefined) return 0;
  let bytes = 0;
  for (const [name, value] of Object.entries(attributes)) {
    bytes += name.length + (typeof value === 'string' ? value.length : 8);
  }
  return bytes;
}

/** A batch of two rows or more as two; clocks and checkpoint go with the second. */
export function halve(batch: Batch): readonly [Batch, Batch] {
  let left = rowsOf(batch) >> 1;
  const cut = <Row>(rows: readonly Row[]): readonly [readonly Row[], readonly Row[]] => {
    const at = Math.min(left, rows.length);
    left -= at;
    return [rows.slice(0, at), rows.slice(at)];
  };
  const [positions, morePositions] = cut(batch.positions);
  const [quarantined, moreQuarantined] = cut(batch.quarantined);
  const [events, moreEvents] = cut(batch.events);
  return [
    { positions, quarantined, events },
    { ...batch, positions: morePositions, quarantined: moreQuarantined, events: moreEvents },
  ];
}
