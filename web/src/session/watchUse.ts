/** What a person does at a page; a screen that nobody touches has none of it. */
const deeds = ['pointerdown', 'pointermove', 'wheel', 'keydown'] as const;

/** It is told this often at most, ms: a session goes idle after hours. */
const tellEveryMs = 60_000;

/**
 * Tells when a person clicks, types, scrolls or moves, at once and then at most once a minute.
 *
 * @param nowMs a clock that is never set back
 * @returns what ends this
 */
export function watchUse(
  page: EventTarget,
  { nowMs, tell }: { readonly nowMs: () => number; readonly tell: () => void },
): () => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  let place: string | undefined;
  const note = (event: Event): void => {
    if (event.type === 'pointermove') {
      // a browser may send one when something moves under a pointer that rests
      const before = place;
      place = placeOf(event);
      if (before === undefined || before === place) return;
    }
    if (nowMs() - toldMs < tellEveryMs) return;
    toldMs = nowMs();
    tell();
  };
  // seen before anybody can stop it
  const options = { capture: true, passive: true };
  for (const deed of deeds) page.addEventListener(deed, note, options);
  return () => {
    for (const deed of deeds) page.removeEventListener(deed, note, options);
  };
}

/** On the screen: the page may scroll under the pointer. */
function placeOf(event: Event): string | undefined {
  return 'screenX' in event && 'screenY' in event ? `${event.screenX} ${event.screenY}` : undefined;
}
