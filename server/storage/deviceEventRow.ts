import type { DeviceEvent } from '../domain/deviceEvent.ts';
import { storable, storableAttributes } from './positionRow.ts';

/** What a device said beside its place, as it is stored. */
export type DeviceEventRow = {
  /** A UUID: the same of the same message, however often the journal is read. */
  readonly id: string;
  readonly trackerKey: number;
  /** As it can be believed, epoch ms; what the device said is in `event`. */
  readonly happenedAtMs: number;
  readonly receivedAtMs: number;
  readonly event: DeviceEvent;
};

/** The columns of the table `device_events`: each an array with one entry a row. */
export function deviceEventColumns(rows: readonly DeviceEventRow[]): readonly unknown[][] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ trackerKey }) => trackerKey),
    rows.map(({ event }) => event.kind),
    rows.map(({ happenedAtMs }) => happenedAtMs),
    rows.map(({ receivedAtMs }) => receivedAtMs),
    rows.map(({ event }) => microdegrees(event.lon, event.lat)),
    rows.map(({ event }) => microdegrees(event.lat, event.lon)),
    rows.map(({ event }) => dataText(event)),
  ];
}

/** Null unless there are both. */
function microdegrees(one: number | undefined, other: number | undefined): number | null {
  return one === undefined || other === undefined ? null : Math.round(one * 1e6);
}

/** What has no column of its own; null where there is nothing. */
function dataText({ kind: _, lon: __, lat: ___, text, attributes, ...rest }: DeviceEvent) {
  const data = {
    ...rest,
    ...(text !== undefined && { text: storable(text) }),
    ...(attributes !== undefined && { attributes: storableAttributes(attributes) }),
  };
  const json = JSON.stringify(data);
  return json === '{}' ? null : json;
}
