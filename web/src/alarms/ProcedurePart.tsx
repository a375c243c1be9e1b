import { Checkbox, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { languageOf } from '../texts/setUpTexts.ts';

type ProcedurePartProps = {
  readonly alarm: AlarmDetails;
  readonly zone: ZoneOfIndonesia;
  /** Somebody who may answer for steps, while they can be sent. */
  readonly mayAnswer: boolean;
  readonly onAnswer: (step: number, isDone: boolean) => void;
};

/** What is to be done, step by step, who answers for each, and who has done it. */
export function ProcedurePart({ alarm, zone, mayAnswer, onAnswer }: ProcedurePartProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  const { procedure } = alarm;
  const done = procedure.filter((step) => step.done !== null).length;
  return (
    <section aria-label={t('procedure.title')}>
      <Text component="h3" size="xs" fw={600} className="quiet facts-title">
        {t('procedure.title')} – {t('procedure.progress', { done, total: procedure.length })}
      </Text>
      <ol className="procedure">
        {procedure.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the procedure, for the server too
          <li key={i}>
            <Checkbox
              size="sm"
              label={`${i + 1}. ${step.text[language]}`}
              description={
                step.done === null
                  ? t('procedure.answers', { who: step.answers[language] })
                  : t('procedure.doneBy', {
                      by: step.done.by,
                      time: timeOfDay(step.done.atMs, zone.timeZone),
                    })
              }
              checked={step.done !== null}
              disabled={!mayAnswer}
              onChange={(event) => onAnswer(i, event.currentTarget.checked)}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}
