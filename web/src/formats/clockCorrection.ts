import type { TFunction } from 'i18next';

/**
 * What a clock is put right by, as an operator says it: `−3 jam 20 dtk`, in hours, minutes and seconds
 * without those that are none.
 *
 * @param correctionMs added to the times of the clock
 */
export function clockCorrection(correctionMs: number, t: TFunction): string {
  const seconds = Math.round(Math.abs(correctionMs) / 1000);
  const parts = [
    { key: 'span.hours', n: Math.floor(seconds / 3600) },
    { key: 'span.minutes', n: Math.floor((seconds % 3600) / 60) },
    { key: 'span.seconds', n: seconds % 60 },
  ] as const;
  const said = parts.filter(({ key, n }) => n > 0 || (key === 'span.seconds' && seconds === 0));
  return `${correctionMs < 0 ? '−' : '+'}${said.map(({ key, n }) => t(key, { n })).join(' ')}`;
}
