import { UsageError } from './command.ts';

const maxReasonLength = 500;

/**
 * Reads `--reason`: what is done to data of a person goes into the log with why.
 *
 * @throws UsageError when it is missing or too long
 */
export function readReason(text: string | undefined): string {
  const reason = text?.trim() ?? '';
  if (reason.length > 0 && reason.length <= maxReasonLength) return reason;
  throw new UsageError(
    reason.length === 0
      ? '--reason is missing: it goes into the log'
      : `--reason has more than ${maxReasonLength} characters`,
  );
}

/**
 * Reads a moment such as `2024-11-27` (its start, UTC) or `2024-11-27T08:00+08:00`.
 *
 * @returns UTC epoch milliseconds
 * @throws UsageError when it is none
 */
export function readMoment(option: string, text: string | undefined): number {
  if (text === undefined) throw new UsageError(`${option} is missing, such as 2024-11-27`);
  const hasZone = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;
  const ms = hasZone.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new UsageError(
    `${option} is "${text}"; it must look like 2024-11-27 or 2024-11-27T08:00+08:00`,
  );
}
