import type { Codec, Decoded } from '../../server/domain/decoded.ts';
import { decodeNativeFix } from './nativeFix.ts';
import { decodeOwnTracks } from './ownTracks.ts';

/** Decodes a raw message. Pure; never throws, whatever the bytes. */
export function decode(codec: Codec, raw: Uint8Array): Decoded {
  switch (codec) {
    case 'native_fix':
      return decodeNativeFix(raw);
    case 'owntracks':
      return decodeOwnTracks(raw);
  }
}
