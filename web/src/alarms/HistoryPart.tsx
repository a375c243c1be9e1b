import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AlarmEventDetails } from '../../../server/domain/alarmDetails.ts';
import { audiences } from '../../../server/domain/rule.ts';
import type { Answer } from '../api/problem.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { problemText } from '../forms/ProblemNotice.tsx';
import { type AlarmHistory, remarkOf } from './alarmHistory.ts';

type HistoryPartProps = {
  readonly answer: Answer<AlarmHistory> | undefined;
  readonly zone: ZoneOfIndonesia;
};

/** What happened to the alarm and by whom, the newest first. */
export function HistoryPart({ answer, zone }: HistoryPartProps) {
  const { t } = useTranslation();
  return (
    <section aria-label={t('alarmLog.title')}>
      <Text component="h3" size="xs" fw={600} className="quiet facts-title">
        {t('alarmLog.title')}
      </Text>
      {answer?.ok === false && (
        <Text size="sm" className="warns">
          {t('alarmLog.problem', { text: problemText(answer.problem, t) })}
        </Text>
      )}
      {answer?.ok === true && <Events events={answer.value.events} zone={zone} />}
    </section>
  );
}

type EventsProps = {
  readonly events: readonly AlarmEventDetails[];
  readonly zone: ZoneOfIndonesia;
};

function Events({ events, zone }: EventsProps) {
  const { t, i18n } = useTranslation();
  if (events.length === 0) return <Text size="sm">{t('alarmLog.none')}</Text>;
  const told = (event: AlarmEventDetails): string | undefined => {
    if (event.kind === 'escalated') {
      const to = audiences.find((audience) => audience === event.data['to']);
      return to && t(`audience.${to}`);
    }
    return remarkOf(event);
  };
  return (
    <ol className="alarm-history">
      {events.toReversed().map((event) => {
        const remark = told(event);
        return (
          <li key={event.id} data-event={event.kind}>
            <span className="quiet digits">
              {dayAndTime(event.atMs, zone.timeZone, i18n.language)}
            </span>
            <span>
              {t(`alarmEvent.${event.kind}`)}
              {event.actor !== null && ` – ${event.actor}`}
              {remark !== undefined && <q>{remark}</q>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
