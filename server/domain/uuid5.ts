/** Of Posko's alarms and incidents, made once at random [RFC 9562, 5.5]. */
const namespace = '0cddbfc88a52491eaaac0d51b78a15cd';

const utf8 = new TextEncoder();
/** A block of SHA-1 is 64 bytes. Work space of one call, so that an id costs no memory. */
const block = new Uint8Array(64);
const words = new Uint32Array(80);
const short = new Uint8Array(1_024);
const state = new Uint32Array(5);
const namespaceBytes = Uint8Array.from(namespace.match(/../g) ?? [], (pair) =>
  Number.parseInt(pair, 16),
);
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A UUID of version 5: the same name gives the same id, anywhere and at any time [RFC 9562, 5.5]. */
export function uuidOf(name: string): string {
  // a character is at most 3 bytes
  const isShort = 3 * name.length <= short.length;
  const bytes = isShort ? short : utf8.encode(name);
  const nameLength = isShort ? utf8.encodeInto(name, short).written : bytes.length;
  const length = namespaceBytes.length + nameLength;
  // with the bit 1 and the length of 8 bytes [FIPS 180-4, 5.1.1]
  const blocks = (length + 9 + 63) >>> 6;
  state.set([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  for (let i = 0; i < blocks; i++) {
    for (let at = 0; at < 64; at++) {
      const from = i * 64 + at;
      block[at] =
        from < 16
          ? (namespaceBytes[from] ?? 0)
          : from < length
            ? (bytes[from - 16] ?? 0)
            : from === length
              ? 0x80
              : 0;
    }
    if (i === blocks - 1) {
      // names are shorter than 512 MiB, so the upper half of the length in bits is 0
      for (let at = 60; at < 64; at++) block[at] = ((length * 8) >>> (8 * (63 - at))) & 0xff;
    }
    takeBlock();
  }
  state[1] = ((state[1] ?? 0) & 0xffff0fff) | 0x5000;
  state[2] = ((state[2] ?? 0) & 0x3fffffff) | 0x80000000;
  return `${hex(0, 0)}${hex(0, 16)}-${hex(1, 0)}-${hex(1, 16)}-${hex(2, 0)}-${hex(2, 16)}${hex(3, 0)}${hex(3, 16)}`;
}

/**
 * One round of SHA-1 over `block` [FIPS 180-4, 6.1.2]. By hand: the page has these words too, and what
 * a browser and Node have in common hashes asynchronously.
 */
function takeBlock(): void {
  for (let t = 0; t < 16; t++) {
    words[t] =
      ((block[4 * t] ?? 0) << 24) |
      ((block[4 * t + 1] ?? 0) << 16) |
      ((block[4 * t + 2] ?? 0) << 8) |
      (block[4 * t + 3] ?? 0);
  }
  for (let t = 16; t < 80; t++) {
    words[t] = rotated(
      (words[t - 3] ?? 0) ^ (words[t - 8] ?? 0) ^ (words[t - 14] ?? 0) ^ (words[t - 16] ?? 0),
      1,
    );
  }
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  for (let t = 0; t < 80; t++) {
    const mixed =
      t < 20
        ? ((b & c) ^ (~b & d)) + 0x5a827999
        : t < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : t < 60
            ? ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc
            : (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotated(a, 5) + mixed + e + (words[t] ?? 0)) | 0;
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
  state[4] = (state[4] ?? 0) + e;
}

/** 16 bits of the state's word, 0 or 16 bits from its left. */
function hex(word: number, from: number): string {
  const bits = ((state[word] ?? 0) >>> (16 - from)) & 0xffff;
  return `${hexOf[bits >>> 8]}${hexOf[bits & 0xff]}`;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
