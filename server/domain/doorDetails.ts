import { type Static, Type } from 'typebox';
import { doors } from './principal.ts';
import { agencies, trackerRoles, unitKinds } from './unit.ts';

/*
 * What `/trackers`, `/gateways`, `/waiting` and `/deadletters` answer. Times are UTC epoch
 * milliseconds. A secret is answered once, when it is made, and never again.
 */

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** A tracker, the unit that carries it, and how it says who it is. */
export const trackerDetailsSchema = Type.Object({
  id: Type.String(),
  /** Regency in which it reports. */
  region: Type.String(),
  role: Type.Enum([...trackerRoles]),
  unit: Type.Object({
    id: Type.String(),
    callsign: Type.String(),
    kind: Type.Enum([...unitKinds]),
    agency: Type.Enum([...agencies]),
    /** People who count where it is. */
    strength: Type.Integer(),
    region: Type.String(),
  }),
  hasSecret: Type.Boolean(),
  /** May speak by its id alone where its protocol carries no secret. */
  isWeak: Type.Boolean(),
  /** From where it may do so (CIDR); empty: from everywhere. */
  networks: Type.Array(Type.String()),
  /** IANA name for times that it sends without an offset. */
  timeZone: textOrNull,
});
export type TrackerDetails = Static<typeof trackerDetailsSchema>;

export const trackerListSchema = Type.Object({
  trackers: Type.Array(trackerDetailsSchema),
  nextCursor: textOrNull,
});

/** What a phone is set up with, as links to open and to show as QR codes. They hold the secret. */
export const phoneLinksSchema = Type.Object({
  /** Sets OwnTracks up. */
  ownTracksUrl: Type.String(),
  /** To be typed into Traccar Client as its server, with the tracker's id as device identifier. */
  osmandUrl: Type.String(),
  /** Sets Traccar Client up. */
  traccarUrl: Type.String(),
});

/** Answer of what makes a secret: shown once. */
export const trackerSecretSchema = Type.Object({
  tracker: trackerDetailsSchema,
  /** Null: it keeps the one that it has, or has none. */
  secret: textOrNull,
  /** Null without a new secret, and where no address is known under which phones reach the server. */
  phone: Type.Union([phoneLinksSchema, Type.Null()]),
});
export type TrackerSecretDetails = Static<typeof trackerSecretSchema>;

export const gatewayDetailsSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  region: Type.String(),
  /** MQTT topic filters under which it may publish. */
  topics: Type.Array(Type.String()),
  trackerIds: Type.Array(Type.String()),
  hasSecret: Type.Boolean(),
});
export type GatewayDetails = Static<typeof gatewayDetailsSchema>;

export const gatewayListSchema = Type.Object({ gateways: Type.Array(gatewayDetailsSchema) });

export const gatewaySecretSchema = Type.Object({
  gateway: gatewayDetailsSchema,
  secret: textOrNull,
});

/** Who knocks at the door and is unknown, newest knock first. */
export const waitingListSchema = Type.Object({
  waiting: Type.Array(
    Type.Object({
      id: Type.String(),
      address: Type.String(),
      door: Type.Enum([...doors]),
      /** What its topic said; null: it named none. */
      region: textOrNull,
      firstAtMs: Type.Number(),
      lastAtMs: Type.Number(),
      attempts: Type.Integer(),
      /** Of the secret that it showed last, which it can keep when it is let in; null: it showed none. */
      secretVersion: Type.Union([Type.Integer(), Type.Null()]),
    }),
  ),
});

/** What was refused, could not be read, or was not believed. */
export const deadLetterSchema = Type.Object({
  key: Type.Integer(),
  kind: Type.Enum(['message', 'fix']),
  trackerId: textOrNull,
  region: textOrNull,
  topic: textOrNull,
  address: textOrNull,
  receivedAtMs: Type.Number(),
  /** A code of `setAsideReasons`. */
  reason: Type.String(),
  detail: Type.String(),
  codec: textOrNull,
  /** Length of a message; null: it is a fix. */
  bytes: numberOrNull,
  /** When the fix was put into the history after all. */
  recoveredAtMs: numberOrNull,
  /** When the message went through the door once more. */
  replayedAtMs: numberOrNull,
});
export type DeadLetter = Static<typeof deadLetterSchema>;

export const deadLetterListSchema = Type.Object({
  deadLetters: Type.Array(deadLetterSchema),
  nextCursor: textOrNull,
});

/** One of them with what it holds. */
export const deadLetterDetailsSchema = Type.Object({
  deadLetter: deadLetterSchema,
  /** The beginning of a message, base64; the whole is at `/raw`. */
  start: textOrNull,
  /** The fix as it was decoded. */
  fix: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
});

/** What became of dead letters that were sent again, in the order in which they were named. */
export const replayedSchema = Type.Object({
  results: Type.Array(
    Type.Object({
      key: Type.Integer(),
      /**
       * - `sent`: the message went through the door once more;
       * - `recovered`: the fix is in the history;
       * - `left`: it is as it was, and `reason` says why.
       */
      outcome: Type.Enum(['sent', 'recovered', 'left']),
      reason: Type.Optional(Type.String()),
      detail: Type.Optional(Type.String()),
    }),
  ),
});
export type ReplayedDeadLetters = Static<typeof replayedSchema>;
