import type { TFunction } from 'i18next';
import { type SetAsideReason, setAsideReasons } from '../../../server/domain/setAside.ts';
import type { Replayed } from './deadLetters.ts';

const knownReason = (code: string): SetAsideReason | undefined =>
  setAsideReasons.find((reason) => reason === code);

/** Why something was set aside; a code that this page does not know, from a newer server, stays one. */
export function reasonText(code: string, t: TFunction): string {
  const reason = knownReason(code);
  return reason === undefined ? code : t(`reason.${reason}`);
}

/** What to do about it, where this page knows. */
export function remedyText(code: string, t: TFunction): string | undefined {
  const reason = knownReason(code);
  return reason && t(`remedy.${reason}`);
}

/** Codes of why one that was to be sent again is as it was. */
const leftReasons = [
  'unknown_key',
  'sent_before',
  'recovered_before',
  'no_place',
  'unknown_tracker',
  'time_out_of_range',
  'unknown_topic',
  'unreadable',
  'not_stored',
] as const;

/** Why one that was to be sent again is as it was: in words of this page, else as the server says it. */
export function leftText({ reason = '', detail }: Replayed, t: TFunction): string {
  const known = leftReasons.find((code) => code === reason);
  if (known !== undefined) return t(`left.${known}`);
  return detail ?? reasonText(reason, t);
}
