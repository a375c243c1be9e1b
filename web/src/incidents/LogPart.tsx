import { Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type {
  IncidentDetails,
  IncidentEventDetails,
} from '../../../server/domain/incidentDetails.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { languageOf } from '../texts/setUpTexts.ts';
import { eventWords } from './eventWords.ts';
import { useIncidentLog } from './useIncidentLog.ts';
import { WriteLog } from './WriteLog.tsx';

type LogPartProps = {
  readonly incident: IncidentDetails;
  readonly mayManage: boolean;
  readonly zone: ZoneOfIndonesia;
};

/** What happened, was decided, said and seen, the newest first; and a box to write in. */
export function LogPart({ incident, mayManage, zone }: LogPartProps) {
  const { t } = useTranslation();
  const { events, problem, loadOlder, isBehind } = useIncidentLog(incident);
  return (
    <>
      {mayManage && <WriteLog incident={incident} />}
      <ProblemNotice problem={problem} />
      {isBehind && problem === undefined && (
        <Text size="xs" className="quiet" role="status">
          {t('incident.logBehind')}
        </Text>
      )}
      <ol className="incident-log" aria-label={t('incident.log')}>
        {events.map((event) => (
          <LogLine key={event.version} event={event} incidentId={incident.id} zone={zone} />
        ))}
      </ol>
      {loadOlder !== undefined && (
        <Button size="compact-sm" variant="default" onClick={loadOlder}>
          {t('log.older')}
        </Button>
      )}
    </>
  );
}

type LogLineProps = {
  readonly event: IncidentEventDetails;
  readonly incidentId: string;
  readonly zone: ZoneOfIndonesia;
};

function LogLine({ event, incidentId, zone }: LogLineProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  const { what, said, photoId } = eventWords(event, t, language);
  const address = `/api/v1/incidents/${incidentId}/photos/${photoId}`;
  return (
    <li data-kind={event.kind} data-version={event.version}>
      <span className="quiet digits incident-log-head">
        {dayAndTime(event.atMs, zone.timeZone, language)} {zone.name} ·{' '}
        {event.actor ?? t('incident.server')}
      </span>
      <span className="incident-log-what">{what}</span>
      {said !== undefined && said !== '' && <span className="incident-log-said">{said}</span>}
      {photoId !== undefined && (
        <a href={address} target="_blank" rel="noreferrer">
          <img src={address} alt={said || t('incidentLog.photo')} loading="lazy" />
        </a>
      )}
    </li>
  );
}
