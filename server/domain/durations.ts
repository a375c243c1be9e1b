/** Lengths of time in milliseconds. A day is one of UTC: it has no daylight saving and no leap seconds here. */
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
