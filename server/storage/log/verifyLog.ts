import type { Pool } from 'pg';
import type { LogEntry } from '../../domain/account.ts';
import { dayOfEntry, type LogAnchor, readAnchors } from './logAnchors.ts';
import { type ChainBreak, findBreak } from './logChain.ts';
import { readChain } from './logStore.ts';

/** What a reading of the whole log found. */
export type VerifiedLog = {
  /** Entries that were read, up to the break if there is one. */
  readonly entries: number;
  /** The first entry that does not follow from those before it. */
  readonly broken: ChainBreak | undefined;
  /** Of days. */
  readonly anchors: number;
  /** The first day whose anchor does not fit. */
  readonly badAnchor: { readonly day: string; readonly why: string } | undefined;
  /** Hashes that were noted and that no entry has: the past is another one than it was. */
  readonly missing: readonly string[];
  /** The last good entry: noted elsewhere, its hash shows later that nothing before it was rewritten. */
  readonly last: Pick<LogEntry, 'sequence' | 'hash' | 'happenedAtMs'> | undefined;
};

/**
 * Reads the whole log and checks its chain and the anchors of its days. Entries may be appended
 * meanwhile.
 *
 * @param noted hashes of entries as somebody noted them elsewhere, 64 hexadecimal digits
 */
export async function verifyLog(pool: Pool, noted: readonly string[] = []): Promise<VerifiedLog> {
  // before the entries: those that they name are there by now
  const anchors = await readAnchors(pool);
  const check = new AnchorCheck(anchors);
  const missing = new Set(noted.map((hash) => hash.toLowerCase()));
  let last: LogEntry | undefined;
  let entries = 0;
  for (;;) {
    const chunk = await readChain(pool, last?.sequence ?? 0);
    for (const entry of chunk) {
      const broken = findBreak(last, entry);
      if (broken !== undefined) {
        const { badAnchor } = check;
        return { entries, broken, anchors: anchors.length, badAnchor, missing: [], last };
      }
      check.take(last, entry);
      missing.delete(Buffer.from(entry.hash).toString('hex'));
      last = entry;
      entries += 1;
    }
    if (chunk.length > 0) continue;
    check.end(last);
    const { badAnchor } = check;
    return {
      ...{ entries, broken: undefined, anchors: anchors.length, badAnchor },
      ...{ missing: [...missing], last },
    };
  }
}

/** Follows the entries in their order, and keeps the first anchor that does not fit. */
class AnchorCheck {
  badAnchor: VerifiedLog['badAnchor'];
  readonly #bySequence: ReadonlyMap<number, LogAnchor>;
  readonly #byDay: ReadonlyMap<string, LogAnchor>;
  readonly #anchors: readonly LogAnchor[];

  constructor(anchors: readonly LogAnchor[]) {
    this.#anchors = anchors;
    this.#bySequence = new Map(anchors.map((anchor) => [anchor.sequence, anchor]));
    this.#byDay = new Map(anchors.map((anchor) => [anchor.day, anchor]));
  }

  take(before: LogEntry | undefined, entry: LogEntry): void {
    const anchor = this.#bySequence.get(entry.sequence);
    if (anchor !== undefined && Buffer.compare(anchor.hash, entry.hash) !== 0) {
      const was = Buffer.from(anchor.hash).toString('hex');
      this.#complain(
        anchor.day,
        `entry ${entry.sequence} had the hash ${was} then, and was rewritten`,
      );
    }
    if (before === undefined) return;
    const day = dayOfEntry(before.happenedAtMs);
    const first = this.#anchors[0];
    if (first === undefined || day < first.day || day >= dayOfEntry(entry.happenedAtMs)) return;
    if (this.#byDay.has(day)) return;
    this.#complain(day, `entry ${before.sequence} ended it, and its anchor was taken out`);
  }

  /** Those of entries beyond the last one. */
  end(last: LogEntry | undefined): void {
    const end = last?.sequence ?? 0;
    for (const { day, sequence } of this.#anchors) {
      if (sequence <= end) continue;
      this.#complain(day, `the log reached to entry ${sequence} then, and ends at ${end} now`);
    }
  }

  #complain(day: string, why: string): void {
    this.badAnchor ??= { day, why };
  }
}
