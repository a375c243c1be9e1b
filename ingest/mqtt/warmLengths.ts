import type { Writable } from 'node:stream';
import { writeToStream } from 'mqtt-packet';

/** Lengths below this are kept by the packet writer for ever once they were used. */
const keptLengths = 16_384;

/**
 * Lets the packet writer make all the lengths that it keeps, at once. Each is a few bytes of a slab
 * of 64 KiB that lives as long as one of them does: made one by one, by answers to subscriptions of
 * every length, they would hold a gigabyte.
 */
export function warmLengths(): void {
  const sink = {
    write: () => true,
    cork: () => undefined,
    uncork: () => undefined,
    on: () => undefined,
  } as unknown as Writable;
  const payload = Buffer.alloc(keptLengths);
  for (let length = 3; length < keptLengths; length++) {
    // PUBLISH to "t" has three bytes beside its payload
    writeToStream(
      {
        cmd: 'publish',
        topic: 't',
        qos: 0,
        dup: false,
        retain: false,
        payload: payload.subarray(0, length - 3),
      },
      sink,
    );
  }
}
