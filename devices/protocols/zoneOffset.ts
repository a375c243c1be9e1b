/** One for each time zone that was asked for; made anew it takes some 50 microseconds. */
const formats = new Map<string, Intl.DateTimeFormat | undefined>();
/** More than the world has zones; names come from administrators. */
const maxFormats = 600;

/**
 * How far the clocks of a time zone are ahead of UTC, ms.
 *
 * @param timeZone IANA name such as `Asia/Makassar`
 * @param atMs epoch ms
 * @returns undefined for a zone that does not exist
 */
export function zoneOffsetMs(timeZone: string, atMs: number): number | undefined {
  const name = formatOf(timeZone)
    ?.formatToParts(atMs)
    .find(({ type }) => type === 'timeZoneName')?.value;
  if (name === undefined) return undefined;
  // "GMT", "GMT+08:00", "GMT-00:44:30"
  const [, sign, hours, minutes, seconds] =
    /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name) ?? [];
  const ms = (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1000;
  return sign === '-' ? -ms : ms;
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(timeZone)) return formats.get(timeZone);
  if (formats.size >= maxFormats) formats.clear();
  const format = makeFormat(timeZone);
  formats.set(timeZone, format);
  return format;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch {
    // RangeError is how Intl says that there is no such zone [ECMA-402, 11.1.2]
    return undefined;
  }
}
