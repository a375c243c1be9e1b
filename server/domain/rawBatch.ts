import { type Codec, codecs } from './decoded.ts';

/*
 * Raw messages on their way from the ingest thread to the pipeline: columns, transferred and not
 * copied. Message i is bytes[offset[i] .. offset[i + 1]).
 */

/** Messages as columns; `count` rows are in use. All buffers change hands with the batch. */
export type RawBatch = {
  readonly count: number;
  readonly trackerKey: Uint32Array<ArrayBuffer>;
  /** Index into `codecs`. */
  readonly codec: Uint8Array<ArrayBuffer>;
  /** When the door took it in, UTC epoch milliseconds. */
  readonly receivedAtMs: Float64Array<ArrayBuffer>;
  /** count + 1 entries. */
  readonly offset: Uint32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** One message of a batch. `raw` is a view that lives as long as the batch. */
export type RawMessage = {
  readonly trackerKey: number;
  readonly codec: Codec;
  readonly receivedAtMs: number;
  readonly raw: Uint8Array;
};

/** The buffers to transfer with a batch. */
export function batchBuffers(batch: RawBatch): ArrayBuffer[] {
  return [
    batch.trackerKey.buffer,
    batch.codec.buffer,
    batch.receivedAtMs.buffer,
    batch.offset.buffer,
    batch.bytes.buffer,
  ];
}

/** The messages of a batch in the order in which the door took them. */
export function* messagesOf(batch: RawBatch): Generator<RawMessage> {
  for (let i = 0; i < batch.count; i++) {
    const codec = codecs[batch.codec[i] ?? -1];
    if (codec === undefined) throw new RangeError(`message ${i} of a batch has no codec`);
    yield {
      trackerKey: batch.trackerKey[i] ?? 0,
      codec,
      receivedAtMs: batch.receivedAtMs[i] ?? 0,
      raw: batch.bytes.subarray(batch.offset[i], batch.offset[i + 1]),
    };
  }
}
