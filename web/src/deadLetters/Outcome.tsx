import { useTranslation } from 'react-i18next';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { ListedDeadLetter, Replayed } from './deadLetters.ts';
import { leftText } from './reasonText.ts';

type OutcomeProps = {
  readonly deadLetter: ListedDeadLetter;
  /** What became of it just now; undefined: nothing was asked. */
  readonly replayed: Replayed | undefined;
  readonly zone: ZoneOfIndonesia;
};

/** Whether a dead letter was sent again, and what became of it. */
export function Outcome({ deadLetter, replayed, zone }: OutcomeProps) {
  const { t, i18n } = useTranslation();
  if (replayed?.outcome === 'left') {
    return (
      <span role="status">
        {t('deadLetters.left')}: {leftText(replayed, t)}
      </span>
    );
  }
  if (replayed !== undefined) {
    return <span role="status">{t(`deadLetters.${replayed.outcome}`)}</span>;
  }
  if (deadLetter.sentAtMs === undefined) {
    return <span className="quiet">{t('deadLetters.notSent')}</span>;
  }
  const time = dayAndTime(deadLetter.sentAtMs, zone.timeZone, i18n.language);
  return (
    <span className="digits">
      {t(deadLetter.kind === 'fix' ? 'deadLetters.recoveredAt' : 'deadLetters.sentAt', { time })}
    </span>
  );
}
