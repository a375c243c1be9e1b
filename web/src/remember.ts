/** What the browser keeps for this person between visits. */
export type Remembered =
  | 'posko.language'
  | 'posko.theme'
  /** `closed` where the person wants the room for the map. */
  | 'posko.alarmPanel'
  /** Percent, 10 to 100. */
  | 'posko.alarmVolume'
  /** `all` or `told`: for which alarms it sounds. */
  | 'posko.alarmReach';

/** Reads a remembered choice; undefined when there is none or the browser keeps nothing (private window, full storage). */
export function recall(name: Remembered): string | undefined {
  try {
    return window.localStorage.getItem(name) ?? undefined;
  } catch {
    // a browser that forbids storage still has a working page, which starts with the defaults
    return undefined;
  }
}

/** Remembers a choice if the browser lets us. */
export function remember(name: Remembered, value: string): void {
  try {
    window.localStorage.setItem(name, value);
  } catch {
    // the choice holds until the page is closed, which is all that such a browser allows
  }
}
