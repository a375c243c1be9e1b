/** So many at once, and so many a second for long. */
export type Rate = { readonly burst: number; readonly perSecond: number };

type Bucket = { tokens: number; atMs: number; weight: number };

/** Without room for another sender, full buckets are looked for this often, ms. */
const sweepEveryMs = 1_000;

/** A sender owes no more than so many bursts, so that it is not shut out for ever. */
const mostOwed = 10;

/**
 * Token buckets by sender. A full bucket is as good as none, so when there are too many the full
 * ones go; if there are too many still, senders without one share one.
 */
export class Buckets {
  readonly #rate: Rate;
  readonly #maxBuckets: number;
  readonly #buckets = new Map<string, Bucket>();
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(rate: Rate, maxBuckets: number) {
    this.#rate = rate;
    this.#maxBuckets = maxBuckets;
  }

  /**
   * Takes tokens, if there is one; what it takes beyond those that are there is owed.
   *
   * @param nowMs of a clock that never goes back
   * @param weight how many times the rate this sender has
   */
  take(sender: string, nowMs: number, weight = 1, tokens = 1): boolean {
    const bucket = this.#filled(sender, nowMs, weight);
    if (bucket.tokens < 1) return false;
    this.#pay(bucket, tokens);
    return true;
  }

  /** Takes so many tokens, if all of them are there. */
  takeAll(sender: string, nowMs: number, weight: number, tokens: number): boolean {
    const bucket = this.#filled(sender, nowMs, weight);
    if (bucket.tokens < tokens) return false;
    bucket.tokens -= tokens;
    return true;
  }

  /** Takes tokens, there or not, of what cannot be refused any more. */
  charge(sender: string, nowMs: number, weight: number, tokens: number): void {
    this.#pay(this.#filled(sender, nowMs, weight), tokens);
  }

  /** True while a sender owes tokens. */
  isOverdrawn(sender: string, nowMs: number, weight: number): boolean {
    return this.#buckets.has(sender) && this.#filled(sender, nowMs, weight).tokens < 0;
  }

  /** When the next token will be there, ms from now. */
  waitMs(sender: string, nowMs: number, weight = 1): number {
    const { tokens } = this.#filled(sender, nowMs, weight);
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 1000) / (this.#rate.perSecond * weight));
  }

  #pay(bucket: Bucket, tokens: number): void {
    const least = -mostOwed * this.#rate.burst * bucket.weight;
    bucket.tokens = Math.max(least, bucket.tokens - tokens);
  }

  #filled(sender: string, nowMs: number, weight: number): Bucket {
    const bucket = this.#buckets.get(sender) ?? this.#make(sender, nowMs, weight);
    bucket.tokens = this.#tokens(bucket, nowMs);
    bucket.atMs = nowMs;
    bucket.weight = weight;
    return bucket;
  }

  #tokens({ tokens, atMs, weight }: Bucket, nowMs: number): number {
    const { burst, perSecond } = this.#rate;
    return Math.min(burst * weight, tokens + ((nowMs - atMs) / 1000) * perSecond * weight);
  }

  #make(sender: string, nowMs: number, weight: number): Bucket {
    if (this.#buckets.size >= this.#maxBuckets) this.#sweep(nowMs);
    const isFull = this.#buckets.size >= this.#maxBuckets;
    const bucket = (isFull ? this.#buckets.get('') : undefined) ?? {
      tokens: this.#rate.burst * weight,
      atMs: nowMs,
      weight,
    };
    this.#buckets.set(isFull ? '' : sender, bucket);
    return bucket;
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < sweepEveryMs) return;
    this.#sweptAtMs = nowMs;
    for (const [sender, bucket] of this.#buckets) {
      if (this.#tokens(bucket, nowMs) >= this.#rate.burst * bucket.weight) {
        this.#buckets.delete(sender);
      }
    }
  }
}
