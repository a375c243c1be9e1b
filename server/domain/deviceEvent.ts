import type { FixAttributes } from './fix.ts';

/** What a device says beside its place (design.md section 7, native payloads). */
export type DeviceEvent = {
  readonly kind: 'sos' | 'status';
  /** When, by the device's own clock, UTC epoch ms; undefined: it does not say. */
  readonly happenedAtMs?: number | undefined;
  /** WGS84 degrees, both or neither: an SOS without a place is an SOS. */
  readonly lon?: number | undefined;
  readonly lat?: number | undefined;
  readonly text?: string | undefined;
  /** Only of a status. */
  readonly online?: boolean | undefined;
  readonly batteryPct?: number | undefined;
  readonly attributes?: FixAttributes | undefined;
};
