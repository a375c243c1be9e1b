import type { PasswordWeakness } from '../../../server/domain/account.ts';

const known: Readonly<Record<PasswordWeakness, true>> = {
  too_short: true,
  too_long: true,
  own_name: true,
  common: true,
  repetition: true,
  same_as_before: true,
};

const isKnown = (code: string): code is PasswordWeakness => Object.hasOwn(known, code);

/** Reads the `weakness` of a problem; undefined for one that this page does not know. */
export function readWeakness(json: unknown): PasswordWeakness | undefined {
  return typeof json === 'string' && isKnown(json) ? json : undefined;
}
