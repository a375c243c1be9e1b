/** Scalar facts that a device adds to a fix: ignition, water level, pump, door, heart rate. */
export type FixAttributes = Readonly<Record<string, string | number | boolean>>;

/** What a tracker reported: place, time and motion, as decoded and before any judgement. */
export type Fix = {
  /** When the device measured it, UTC epoch milliseconds, by the device's own clock. */
  readonly fixedAtMs: number;
  /** WGS84 degrees, -180 <= lon <= 180. */
  readonly lon: number;
  /** WGS84 degrees, -90 <= lat <= 90. */
  readonly lat: number;
  /** Horizontal accuracy, metres (one sigma where the device says which). */
  readonly accuracyM?: number | undefined;
  /** Ground speed, metres a second, >= 0. */
  readonly speedMps?: number | undefined;
  /** Course over ground, degrees true, 0 <= x < 360. */
  readonly courseDeg?: number | undefined;
  /** Height above the WGS84 ellipsoid or mean sea level, as the device has it, metres. */
  readonly altitudeM?: number | undefined;
  /** Charge of the device's battery, 0 to 100. */
  readonly batteryPct?: number | undefined;
  /** Satellites used. */
  readonly sats?: number | undefined;
  /** The device's own message number. */
  readonly seq?: number | undefined;
  /** True: the device itself says that the place cannot be relied on (no satellites, old place). */
  readonly isInvalid?: boolean | undefined;
  readonly attributes?: FixAttributes | undefined;
};

/** Every reason for which a decoder finds no fix in a message. Closed, so that each can be counted and explained. */
export const decodeReasons = [
  'not_json',
  'not_an_object',
  'missing_field',
  'wrong_type',
  'out_of_range',
  'too_many_fixes',
  'too_many_attributes',
  'encrypted',
] as const;
export type DecodeReason = (typeof decodeReasons)[number];
