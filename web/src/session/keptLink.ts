import type { EntranceLink } from './entranceLink.ts';

const key = 'posko.setup';

/**
 * Keeps the set-up link of this tab until it was used, so that loading the page anew does not lose it.
 * In the tab's own storage and not in the address: that one stays in the history, is shown to whoever
 * looks over a shoulder, and is copied with the tab.
 */
export function keepLink(link: EntranceLink): void {
  // the other links count at once
  if (link.kind !== 'setup') return;
  try {
    window.sessionStorage.setItem(key, link.token);
  } catch {
    // in a browser that keeps nothing the link is opened again from the console
  }
}

/** The link that was kept; undefined when there is none. */
export function recallLink(): EntranceLink | undefined {
  try {
    const token = window.sessionStorage.getItem(key);
    return token === null ? undefined : { kind: 'setup', token };
  } catch {
    // as if there had been none
    return undefined;
  }
}

/** It was used, or counts no more. */
export function forgetLink(): void {
  try {
    window.sessionStorage.removeItem(key);
  } catch {
    // nothing was kept either
  }
}
