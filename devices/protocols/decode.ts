import type { Codec, DecodeContext, Decoded } from '../../server/domain/decoded.ts';
import { decodeNativeSos, decodeNativeStatus } from './nativeEvent.ts';
import { decodeNativeFix } from './nativeFix.ts';
import { decodeOsmAnd } from './osmAnd.ts';
import { decodeOwnTracks } from './ownTracks.ts';

/** Decodes a raw message. Pure; never throws, whatever the bytes. */
export function decode(codec: Codec, raw: Uint8Array, context: DecodeContext): Decoded {
  switch (codec) {
    case 'native_fix':
      return decodeNativeFix(raw, context);
    case 'native_sos':
      return decodeNativeSos(raw, context);
    case 'native_status':
      return decodeNativeStatus(raw);
    case 'owntracks':
      return decodeOwnTracks(raw);
    case 'osmand':
      return decodeOsmAnd(raw, context);
  }
}
