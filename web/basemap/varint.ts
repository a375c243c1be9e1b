/**
 * Appends `value` to `bytes` as an unsigned little-endian base-128 number.
 *
 * Divides instead of shifting, since tile ids and offsets may pass 32 bits.
 *
 * @param value a whole number, 0 <= value <= 2^53 - 1
 * @throws RangeError on anything else: the caller's bug
 * @see https://protobuf.dev/programming-guides/encoding/#varints
 */
export function appendVarint(bytes: number[], value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`a varint holds a whole number from 0 to 2^53 - 1, got ${value}`);
  }
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}
