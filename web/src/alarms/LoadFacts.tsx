import { Loader, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { AlarmLoadWhole } from '../../../server/domain/alarmDetails.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Fact, Facts } from '../panels/Facts.tsx';
import { readLoadWhole } from './loadWhole.ts';

const againMs = 10_000;

type LoadFactsProps = {
  /** What a rule is called, as far as the page knows; else its id. */
  readonly nameOf: (ruleId: string) => string;
};

/** The alarms of the room against what people can bear, from `GET /alarms/load`. */
export function LoadFacts({ nameOf }: LoadFactsProps) {
  const { answer } = useAnswer('/alarms/load', readLoadWhole, againMs);
  if (answer === undefined) return <Loader size="sm" />;
  if (!answer.ok) return <ProblemNotice problem={answer.problem} />;
  return <LoadWhole load={answer.value} nameOf={nameOf} />;
}

function LoadWhole({ load, nameOf }: LoadFactsProps & { readonly load: AlarmLoadWhole }) {
  const { t, i18n } = useTranslation();
  const whole = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 0 });
  const { timeToAcknowledge: time } = load;
  const placeName = ({ kind, name }: AlarmLoadWhole['byPlace'][number]['place']): string =>
    kind === 'none' ? t('alarm.noPlace') : name;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and holds nothing else to reach it by
    <div className="load-facts" tabIndex={0}>
      <Text component="h2" size="md" fw={600} m={0}>
        {t('load.title')}
      </Text>
      <dl className="facts">
        <Fact name={t('load.openNow')}>{load.open}</Fact>
        <Fact name={t('load.last24H')}>{load.last24H}</Fact>
        <Fact name={t('load.chattering')}>{load.chattering}</Fact>
        <Fact name={t('load.stale')}>{load.stale}</Fact>
        <Fact name={t('load.timeToAcknowledge')}>
          {time.medianMs === null || time.p95Ms === null
            ? t('load.nobody')
            : t('load.timeText', {
                median: spanText(time.medianMs, t),
                p95: spanText(time.p95Ms, t),
                count: time.count,
              })}
        </Fact>
      </dl>
      <Facts title={t('load.priorities')}>
        {load.priorities.toReversed().map(({ priority, count, share, targetPct }) => (
          <Fact key={priority} name={t(`priority.${priority}`)}>
            {share === null || targetPct === null
              ? count
              : t('load.share', { count, share: whole.format(share * 100), target: targetPct })}
          </Fact>
        ))}
      </Facts>
      {load.byPlace.length > 0 && (
        <Facts title={t('load.byPlace')}>
          {load.byPlace.slice(0, mostShown).map(({ place, count }) => (
            <Fact key={`${place.kind} ${place.id}`} name={placeName(place)}>
              {count}
            </Fact>
          ))}
        </Facts>
      )}
      {load.byRule.length > 0 && (
        <Facts title={t('load.byRule')}>
          {load.byRule.slice(0, mostShown).map(({ ruleId, count }) => (
            <Fact key={ruleId} name={nameOf(ruleId)}>
              {count}
            </Fact>
          ))}
        </Facts>
      )}
      {load.topOffenders.length > 0 && (
        <Facts title={t('load.offenders')}>
          {load.topOffenders.slice(0, mostShown).map(({ place, ruleId, count, share }) => (
            <Fact key={`${place.kind} ${place.id} ${ruleId}`} name={placeName(place)}>
              {nameOf(ruleId)}: {count} ({whole.format(share * 100)} %)
            </Fact>
          ))}
        </Facts>
      )}
    </div>
  );
}

/** Lines of a list; the server's own page of the load has the rest. */
const mostShown = 8;

function spanText(spanMs: number, t: TFunction): string {
  const seconds = Math.round(spanMs / 1000);
  if (seconds < 120) return t('span.seconds', { n: seconds });
  const minutes = Math.round(seconds / 60);
  return minutes < 120
    ? t('span.minutes', { n: minutes })
    : t('span.hours', { n: Math.round(minutes / 60) });
}
