import type { DecodeReason, Fix } from './fix.ts';
import type { Refusal } from './result.ts';

/** Forms a raw message can have; the topic or port it came by says which. Positions in this list are wire numbers: append only. */
export const codecs = ['native_fix', 'owntracks'] as const;
export type Codec = (typeof codecs)[number];

/** What a decoder found in one message. */
export type Decoded = {
  /** The fixes in it, in the order of the message. */
  readonly fixes: readonly Fix[];
  /** What looked like a fix and could not be taken. */
  readonly refused: readonly Refusal<DecodeReason>[];
  /** Optional fields that were left out because they make no sense; their fix is kept. */
  readonly ignoredFields: readonly Refusal<DecodeReason>[];
  /** True for messages that rightly carry no place, such as an OwnTracks card. */
  readonly isNotALocation: boolean;
};

/** A decoder: pure, never throws, whatever the bytes. */
export type Decode = (codec: Codec, raw: Uint8Array) => Decoded;
