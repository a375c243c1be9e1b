/**
 * An administrative area by its Kemendagri code: province `64`, regency or city `64.08`, district
 * `64.08.04`, village `64.08.04.2001`. As a scope, `*` stands for the whole country.
 */
export const everywhere = '*';

const regionPattern = /^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$/;

/** True for a region code of any level. */
export function isRegionCode(text: string): boolean {
  return regionPattern.test(text);
}

/** True for what a permission can be granted on: a region code, or `*`. */
export function isScopeCode(text: string): boolean {
  return text === everywhere || isRegionCode(text);
}

/** True when `region` is `scope` or lies below it: `64.08` includes `64.08.04`, and not `64.081`. */
export function includesRegion(scope: string, region: string): boolean {
  return scope === everywhere || region === scope || region.startsWith(`${scope}.`);
}
