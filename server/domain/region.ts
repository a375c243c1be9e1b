import type { Result } from './result.ts';

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

/**
 * Codes of the 38 provinces: Kepmendagri 100.1.1-6117/2022 with the four that were made of Papua and
 * Papua Barat in 2022 (93 to 96), and unchanged in Kepmendagri 300.2.2-2138/2025.
 */
const provinces: ReadonlySet<string> = new Set(
  (
    '11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 ' +
    '71 72 73 74 75 76 81 82 91 92 93 94 95 96'
  ).split(' '),
);

/**
 * Checks a region code that somebody typed: of its form, of a province that exists, and with a number
 * that a regency (from 01) or a city (from 71) can have. The highest in use are 29 and 79; some room
 * is left for those to come. Whether there is such a regency it does not know.
 */
export function checkRegion(text: string): Result<string, 'bad_region'> {
  const shown = text.slice(0, 80);
  if (!isRegionCode(text)) {
    return badRegion(`a region is a code such as 64, 64.08 or 64.08.04; got "${shown}"`);
  }
  const [province = '', regency] = text.split('.');
  if (!provinces.has(province)) {
    return badRegion(`there is no province ${province} (Kemendagri); got "${shown}"`);
  }
  const number = Number(regency ?? '1');
  if ((number >= 1 && number <= 49) || (number >= 71 && number <= 89)) {
    return { ok: true, value: text };
  }
  return badRegion(
    `a regency has a number from 01 on and a city one from 71 on, and none is ${regency}; got "${shown}"`,
  );
}

/** The same for what a permission can be granted on, so that `*` is taken too. */
export function checkScope(text: string): Result<string, 'bad_region'> {
  if (text === everywhere) return { ok: true, value: text };
  const checked = checkRegion(text);
  if (checked.ok) return checked;
  return isRegionCode(text) ? checked : badRegion(`${checked.detail} (* is everywhere)`);
}

function badRegion(detail: string): Result<never, 'bad_region'> {
  return { ok: false, reason: 'bad_region', detail };
}
