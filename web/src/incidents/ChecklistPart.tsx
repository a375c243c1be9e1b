import { Checkbox, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { levels } from '../../../server/domain/incident.ts';
import { checklists } from '../../../server/domain/incidentChecklists.ts';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { languageOf } from '../texts/setUpTexts.ts';
import { LevelMark } from './LevelMark.tsx';
import { useIncidentOrder } from './useIncidentOrder.ts';

type ChecklistPartProps = {
  readonly incident: IncidentDetails;
  readonly mayManage: boolean;
  readonly zone: ZoneOfIndonesia;
};

/** What has to be seen to at this level and below, who answers for it, and who has. The highest level first. */
export function ChecklistPart({ incident, mayManage, zone }: ChecklistPartProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  const { order, act } = useIncidentOrder(incident);
  const reached = levels.slice(0, levels.indexOf(incident.level) + 1).toReversed();
  return (
    <>
      <ProblemNotice problem={order.problem} />
      {reached.map((level) => (
        <fieldset key={level} className="checklist">
          <legend>
            <LevelMark level={level} />
          </legend>
          {checklists[level].map(({ id, text, answers }) => {
            const check = incident.checked.find(({ item }) => item === id);
            const done =
              check === undefined
                ? ''
                : ` · ${t('incident.checkedBy', {
                    who: check.by,
                    time: timeOfDay(check.atMs, zone.timeZone),
                  })}`;
            return (
              <Checkbox
                key={id}
                size="xs"
                data-item={id}
                label={text[language]}
                description={`${answers[language]}${done}`}
                checked={check !== undefined}
                disabled={!mayManage || order.isBusy}
                onChange={(event) =>
                  void act({ kind: 'check', item: id, isDone: event.currentTarget.checked })
                }
              />
            );
          })}
        </fieldset>
      ))}
      {!mayManage && (
        <Text size="xs" className="quiet">
          {t('incident.readOnly')}
        </Text>
      )}
    </>
  );
}
