/** One of Indonesia's three time zones: what people call it, and its name in the tz database. */
export type ZoneOfIndonesia = {
  readonly name: 'WIB' | 'WITA' | 'WIT';
  readonly timeZone: 'Asia/Jakarta' | 'Asia/Makassar' | 'Asia/Jayapura';
};

const zones: Readonly<Record<number, ZoneOfIndonesia>> = {
  7: { name: 'WIB', timeZone: 'Asia/Jakarta' },
  8: { name: 'WITA', timeZone: 'Asia/Makassar' },
  9: { name: 'WIT', timeZone: 'Asia/Jayapura' },
};

/**
 * The zone that the browser stands in, by its offset from UTC; a browser elsewhere (a server room on
 * UTC, a headquarters abroad) gets WITA, the zone of Kutai Timur.
 *
 * @param offsetMin minutes that UTC is ahead of local time, as Date.getTimezoneOffset() says it
 */
export function zoneOfIndonesia(offsetMin: number): ZoneOfIndonesia {
  return zones[-offsetMin / 60] ?? { name: 'WITA', timeZone: 'Asia/Makassar' };
}

/** Time of day, `14:03:09`. */
export function timeOfDay(epochMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(epochMs);
}

/** Day and time, `27 Nov 2024 14:03:09`, the month in the words of `language`. */
export function dayAndTime(epochMs: number, timeZone: string, language: string): string {
  // British English, for day before month as in Indonesian
  const day = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).format(epochMs);
  return `${day} ${timeOfDay(epochMs, timeZone)}`;
}
