import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { scopeOf } from '../../../server/domain/access.ts';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { languageOf } from '../texts/setUpTexts.ts';
import { useDesk } from './incidentDesk.ts';
import { draftFromAlarm } from './incidentDraft.ts';
import { newOrderId } from './orderId.ts';

type OpenIncidentButtonProps = {
  readonly alarm: AlarmDetails;
  readonly session: SessionInfo;
  readonly zone: ZoneOfIndonesia;
};

/** From an alarm to its incident, or to a new one; nothing for who may not open any. */
export function OpenIncidentButton({ alarm, session, zone }: OpenIncidentButtonProps) {
  const { t, i18n } = useTranslation();
  const desk = useDesk();
  const { incidentId } = alarm;
  const look = { size: 'compact-sm', variant: 'default' } as const;
  if (incidentId !== null) {
    return (
      <Button {...look} onClick={() => desk.show(incidentId)}>
        {t('incident.showIt')}
      </Button>
    );
  }
  const scope = scopeOf(session.grants, 'incidents.manage');
  if (scope.length === 0 || alarm.place === null) return null;
  const begin = (): void => {
    const time = `${timeOfDay(alarm.happenedAtMs, zone.timeZone).slice(0, 5)} ${zone.name}`;
    const name = alarm.name[languageOf(i18n)];
    desk.setDraft(draftFromAlarm(alarm, scope, { name, time, orderId: newOrderId() }));
  };
  return (
    <Button {...look} onClick={begin}>
      {t('incident.openFromAlarm')}
    </Button>
  );
}
