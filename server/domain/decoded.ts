import type { DeviceEvent } from './deviceEvent.ts';
import type { DecodeReason, Fix } from './fix.ts';
import type { Refusal } from './result.ts';

/** Forms a raw message can have; the topic or port it came by says which. Positions in this list are wire numbers: append only. */
export const codecs = ['native_fix', 'owntracks', 'native_sos', 'native_status', 'osmand'] as const;
export type Codec = (typeof codecs)[number];

/** What a decoder found in one message. */
export type Decoded = {
  /** The fixes in it, in the order of the message. */
  readonly fixes: readonly Fix[];
  /** What it says beside places. */
  readonly events: readonly DeviceEvent[];
  /** What looked like a fix and could not be taken. */
  readonly refused: readonly Refusal<DecodeReason>[];
  /** Optional fields that were left out because they make no sense; their fix is kept. */
  readonly ignoredFields: readonly Refusal<DecodeReason>[];
  /** True for messages that rightly carry no place, such as an OwnTracks card. */
  readonly isNotALocation: boolean;
};

/** What a decoder needs to know of the tracker. */
export type DecodeContext = {
  /** IANA name for times without an offset; undefined: they cannot be read. */
  readonly timeZone: string | undefined;
  /** When the message was taken in, epoch ms: what some protocols mean by a fix without a time. */
  readonly receivedAtMs: number;
};

/** A decoder: pure, never throws, whatever the bytes. */
export type Decode = (codec: Codec, raw: Uint8Array, context: DecodeContext) => Decoded;
