/** True for the name of a time zone as IANA has it. An offset is none: it knows no past. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return false;
  }
}

/** Provinces that are not on WIB, by the first digits of their codes. */
const eastern: readonly (readonly [codes: RegExp, timeZone: string])[] = [
  // Bali, Nusa Tenggara; Kalimantan Selatan, Timur and Utara; Sulawesi: WITA
  [/^(5|6[345]|7)/, 'Asia/Makassar'],
  // Maluku and Papua: WIT
  [/^[89]/, 'Asia/Jayapura'],
];

/**
 * The time zone that a region of Indonesia lives by (Keputusan Presiden 41/1987; provinces that were
 * made since then kept the zone of those that they were part of).
 *
 * @param region Kemendagri code of any level
 */
export function timeZoneOf(region: string): string {
  return eastern.find(([codes]) => codes.test(region))?.[1] ?? 'Asia/Jakarta';
}
