import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

const lineFeed = 0x0a;

/** Counts the rows of COPY text that pass: a line feed inside of a value is written as `\n` there. */
export class RowCounter extends Transform {
  rows = 0;

  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error: null, chunk: Buffer) => void,
  ): void {
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) {
      this.rows += 1;
    }
    done(null, chunk);
  }
}

/** Measures the bytes that pass. */
export class ByteMeter extends Transform {
  bytes = 0;
  readonly #hash = createHash('sha256');

  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error: null, chunk: Buffer) => void,
  ): void {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
    done(null, chunk);
  }

  /** In hexadecimal, of all that passed. To be asked once. */
  sha256(): string {
    return this.#hash.digest('hex');
  }
}
