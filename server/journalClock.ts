import type { JournalInput } from './domain/journalRecord.ts';

/** Dwell, silence and absence are told to this. */
const tickMs = 1_000;

export type JournalClockParts = {
  /** False while nothing depends on time alone: then the disk may sleep. */
  readonly isWanted: () => boolean;
  readonly append: (input: JournalInput) => Promise<unknown>;
};

/**
 * Puts the time into the journal, each second: what depends on time alone is judged by these records,
 * so that the same journal read again gives the same.
 */
export function startJournalClock({ isWanted, append }: JournalClockParts): { close(): void } {
  // while the disk is slow one tick waits, not many
  let isWaiting = false;
  const tick = async (): Promise<void> => {
    if (isWaiting || !isWanted()) return;
    isWaiting = true;
    await append({ kind: 'clock_tick' });
    isWaiting = false;
  };
  const timer = setInterval(() => void tick(), tickMs);
  return { close: () => clearInterval(timer) };
}
