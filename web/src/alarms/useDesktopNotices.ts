import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import { languageOf } from '../texts/setUpTexts.ts';

/**
 * Tells the desktop of each SOS and each alarm of high priority that begins to call, where the person
 * has allowed it. What called when the page was opened is on it already.
 *
 * @param isKnown the server has told its alarms
 */
export function useDesktopNotices(
  calling: readonly AlarmDetails[],
  isKnown: boolean,
  onChoose: (alarmId: string) => void,
): void {
  const { t, i18n } = useTranslation();
  const seen = useRef<ReadonlySet<string>>(undefined);
  useEffect(() => {
    if (!isKnown) return;
    const urgent = calling.filter(({ priority }) => priority === 'sos' || priority === 'high');
    const before = seen.current;
    seen.current = new Set(urgent.map(({ id }) => id));
    if (before === undefined || !hasNotices() || Notification.permission !== 'granted') return;
    for (const { id, priority, text } of urgent) {
      if (before.has(id)) continue;
      // one place on the desktop for all but SOS, so that a flood does not bury it
      const tag = priority === 'sos' ? `posko-${id}` : 'posko-high';
      const body = text[languageOf(i18n)];
      const notice = new Notification(`${t(`priority.${priority}`)} – Posko`, { body, tag });
      notice.onclick = () => {
        window.focus();
        onChoose(id);
      };
    }
  }, [calling, isKnown, onChoose, t, i18n]);
}

/** False in a browser, or on a page without TLS, that has none. */
export function hasNotices(): boolean {
  return 'Notification' in window;
}
