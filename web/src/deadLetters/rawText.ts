const bytesPerLine = 16;

/** Bytes as a person may read them: as UTF-8, with a dot for what cannot be printed. */
export function printable(bytes: Uint8Array): string {
  return new TextDecoder()
    .decode(bytes)
    .replace(/[\p{C}\uFFFD]/gu, (sign) => (sign === '\n' || sign === '\t' ? sign : '·'));
}

/** Bytes as lines of offset, 16 bytes in hexadecimal, and the same as ASCII. */
export function hexLines(bytes: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += bytesPerLine) {
    const line = [...bytes.subarray(at, at + bytesPerLine)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = line.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·'));
    const offset = at.toString(16).padStart(4, '0');
    lines.push(`${offset}  ${hex.padEnd(bytesPerLine * 3 - 1)}  ${ascii.join('')}`);
  }
  return lines;
}
