import { ActionIcon, Button, Group, NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import { readAlarm } from '../alarms/readAlarm.ts';
import { fieldsOf } from '../api/jsonFields.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { languageOf } from '../texts/setUpTexts.ts';
import { useIncidentOrder } from './useIncidentOrder.ts';

type AlarmsPartProps = {
  readonly incident: IncidentDetails;
  readonly mayManage: boolean;
  /** Open ones. */
  readonly alarms: readonly AlarmDetails[];
  readonly zone: ZoneOfIndonesia;
};

/** What set it off, and what else belongs to it. */
export function AlarmsPart({ incident, mayManage, alarms, zone }: AlarmsPartProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  const { order, act } = useIncidentOrder(incident);
  const others = alarms.filter(({ id }) => !incident.alarmIds.includes(id));
  const [chosen, setChosen] = useState('');
  const next = others.some(({ id }) => id === chosen) ? chosen : (others[0]?.id ?? '');
  return (
    <>
      {mayManage && others.length > 0 && (
        <Group gap="xs" wrap="nowrap">
          <NativeSelect
            flex={1}
            size="xs"
            aria-label={t('incident.linkWhich')}
            value={next}
            data={others.map(({ id, text, raisedAtMs }) => ({
              value: id,
              label: `${timeOfDay(raisedAtMs, zone.timeZone)} ${text[language]}`,
            }))}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
          <Button
            size="xs"
            variant="default"
            loading={order.isBusy}
            onClick={() => void act({ kind: 'link_alarm', alarmId: next })}
          >
            {t('incident.link')}
          </Button>
        </Group>
      )}
      <ProblemNotice problem={order.problem} />
      {incident.alarmIds.length === 0 && (
        <Text size="sm" className="quiet">
          {t('incident.noAlarms')}
        </Text>
      )}
      <ul className="incident-units">
        {incident.alarmIds.map((alarmId) => (
          <li key={alarmId} data-alarm={alarmId}>
            <AlarmLine alarmId={alarmId} alarms={alarms} zone={zone} />
            {mayManage && (
              <ActionIcon
                size="sm"
                variant="subtle"
                aria-label={t('incident.unlink')}
                title={t('incident.unlink')}
                onClick={() => void act({ kind: 'unlink_alarm', alarmId })}
              >
                ×
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

const readAsked = (json: unknown): AlarmDetails | undefined => readAlarm(fieldsOf(json)['alarm']);

/** One that is closed is asked of the server. */
function AlarmLine({
  alarmId,
  alarms,
  zone,
}: Pick<AlarmsPartProps, 'alarms' | 'zone'> & { readonly alarmId: string }) {
  const { t, i18n } = useTranslation();
  const open = alarms.find(({ id }) => id === alarmId);
  const { answer } = useAnswer(open === undefined ? `/alarms/${alarmId}` : undefined, readAsked);
  const alarm = open ?? (answer?.ok === true ? answer.value : undefined);
  if (alarm === undefined) return <span className="quiet mono incident-unit">{alarmId}</span>;
  return (
    <span className="incident-unit">
      {alarm.text[languageOf(i18n)]}
      <span className="quiet digits">
        {' '}
        · {timeOfDay(alarm.raisedAtMs, zone.timeZone)} · {t(`alarmState.${alarm.state}`)}
      </span>
    </span>
  );
}
