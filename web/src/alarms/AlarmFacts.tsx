import { useTranslation } from 'react-i18next';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import { dayAndTime, timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { Fact } from '../panels/Facts.tsx';
import { languageOf } from '../texts/setUpTexts.ts';

type AlarmFactsProps = {
  readonly alarm: AlarmDetails;
  /** Callsign or name of whoever has it. */
  readonly holder: string | undefined;
  readonly zone: ZoneOfIndonesia;
};

/** When, where, who, and what was decided. */
export function AlarmFacts({ alarm, holder, zone }: AlarmFactsProps) {
  const { t, i18n } = useTranslation();
  const time = (atMs: number): string => dayAndTime(atMs, zone.timeZone, i18n.language);
  const { acknowledged, shelf, service, closed, siteName, fenceName, callsign } = alarm;
  const place = siteName ?? fenceName;
  return (
    <dl className="facts">
      <Fact name={t('alarmDetails.happened')}>
        {time(alarm.happenedAtMs)} {zone.name}
      </Fact>
      {alarm.occurrences > 1 && (
        <Fact name={t('alarmDetails.occurrences')}>
          {t('alarmDetails.last', {
            count: alarm.occurrences,
            time: timeOfDay(alarm.lastOccurredAtMs, zone.timeZone),
          })}
        </Fact>
      )}
      {callsign !== null && <Fact name={t('alarmDetails.unit')}>{callsign}</Fact>}
      {place !== null && <Fact name={t('alarmDetails.place')}>{place}</Fact>}
      <Fact name={t('alarmDetails.assignee')} field="holder">
        {holder ?? t('alarmDetails.nobody')}
      </Fact>
      {acknowledged !== null && (
        <Fact name={t('alarmDetails.acknowledged')} field="acknowledged">
          {t('alarmDetails.byAt', { by: acknowledged.by, time: time(acknowledged.atMs) })}
        </Fact>
      )}
      {shelf !== null && (
        <Fact name={t('alarmDetails.shelf')} field="shelf">
          {t('alarmDetails.shelfText', {
            by: shelf.by,
            time: time(shelf.untilMs),
            reason: shelf.reason,
          })}
        </Fact>
      )}
      {service !== null && (
        <Fact name={t('alarmDetails.service')} field="service">
          {t('alarmDetails.serviceText', {
            by: service.by,
            time: time(service.atMs),
            reason: service.reason,
          })}
        </Fact>
      )}
      {closed !== null && (
        <Fact name={t('alarmDetails.closed')} field="closed">
          {t('alarmDetails.closedText', {
            outcome: t(`outcome.${closed.outcome}`),
            by: closed.by ?? t('alarmDetails.bySystem'),
            time: time(closed.atMs),
          })}
          {closed.text !== null && <q>{closed.text}</q>}
        </Fact>
      )}
      <Fact name={t('alarmDetails.rule')}>{alarm.name[languageOf(i18n)]}</Fact>
      <Fact name={t('alarmDetails.told')}>
        {alarm.told.map((audience) => t(`audience.${audience}`)).join(', ')}
      </Fact>
      {alarm.isLatching && alarm.state !== 'closed' && (
        <p className="quiet fact-note">{t('alarmDetails.latching')}</p>
      )}
    </dl>
  );
}
