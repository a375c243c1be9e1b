import type { TextKey } from '../texts/id.ts';

/** An age as an operator says it: the text to use, and its number. */
export type AgeText = {
  readonly key: Extract<TextKey, `age.${string}`>;
  readonly n: number;
};

/** Whole seconds below 2 min, minutes below 2 h, hours below 2 days, then days. A fix from the future counts as now. */
export function ageText(ageMs: number): AgeText {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 120) return { key: 'age.seconds', n: seconds };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return { key: 'age.minutes', n: minutes };
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return { key: 'age.hours', n: hours };
  return { key: 'age.days', n: Math.floor(hours / 24) };
}
