import { statfs } from 'node:fs/promises';

const lookEveryMs = 1000;

/**
 * How much the journal may take: its own bound, or what it has and the disk has left, whichever is
 * less. Looks at the disk once a second at most.
 */
export class DiskRoom {
  readonly #dir: string;
  readonly #maxBytes: number;
  #freeBytes = Number.POSITIVE_INFINITY;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /** @param maxBytes the journal's own bound */
  constructor(dir: string, maxBytes: number) {
    this.#dir = dir;
    this.#maxBytes = maxBytes;
  }

  /** @param usedBytes what the journal has on the disk now */
  allowedBytes(usedBytes: number): number {
    return Math.min(this.#maxBytes, usedBytes + this.#freeBytes);
  }

  /** Takes note of bytes that were written since the last look. */
  wrote(bytes: number): void {
    this.#freeBytes -= bytes;
  }

  /** The disk refused to take more. */
  ranOut(): void {
    this.#freeBytes = 0;
  }

  /** Looks at the disk if that was not done within the last second. */
  async look(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs < lookEveryMs) return;
    this.#lookedAtMs = nowMs;
    const { bavail, bsize } = await statfs(this.#dir);
    this.#freeBytes = bavail * bsize;
  }
}
