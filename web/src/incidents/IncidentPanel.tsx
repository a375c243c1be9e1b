import { Button, CloseButton, Group, Tabs, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { mayIn } from '../../../server/domain/access.ts';
import type { LonLat } from '../../../server/domain/fence.ts';
import {
  checklistOf,
  commandTexts,
  forceTexts,
} from '../../../server/domain/incidentChecklists.ts';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { LiveView } from '../live/liveView.ts';
import type { UnitTable } from '../live/unitTable.ts';
import { Fact } from '../panels/Facts.tsx';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { languageOf } from '../texts/setUpTexts.ts';
import { AlarmsPart } from './AlarmsPart.tsx';
import { ChecklistPart } from './ChecklistPart.tsx';
import { CloseIncident } from './CloseIncident.tsx';
import { coordinates } from './coordinates.ts';
import { DecisionPart } from './DecisionPart.tsx';
import { useDesk } from './incidentDesk.ts';
import { LogPart } from './LogPart.tsx';
import { TitleLine } from './TitleLine.tsx';
import { UnitsPart } from './UnitsPart.tsx';

type IncidentPanelProps = {
  readonly incident: IncidentDetails;
  readonly session: SessionInfo;
  readonly table: UnitTable;
  readonly view: LiveView;
  readonly zone: ZoneOfIndonesia;
  readonly onGoTo: (place: LonLat) => void;
  readonly onUnit: (unitId: string) => void;
};

/** One incident: how it stands, who may decide what, what is to be done, who is there, and its log. */
export function IncidentPanel(props: IncidentPanelProps) {
  const { incident, session, table, view, zone, onGoTo, onUnit } = props;
  const { t, i18n } = useTranslation();
  const desk = useDesk();
  const language = languageOf(i18n);
  const isOpen = incident.closedAtMs === null;
  const mayManage = mayIn(session.grants, 'incidents.manage', incident.region);
  const time = (ms: number): string => `${dayAndTime(ms, zone.timeZone, language)} ${zone.name}`;
  const items = checklistOf(incident.level);
  const done = items.filter(({ id }) => incident.checked.some(({ item }) => item === id)).length;
  const there = incident.units.filter(({ isThere }) => isThere).length;
  return (
    <article className="incident-panel" aria-label={incident.title} data-incident={incident.id}>
      <div className="incident-head">
        <Group gap="xs" wrap="nowrap" align="start">
          <TitleLine incident={incident} mayManage={mayManage && isOpen} />
          <CloseButton aria-label={t('incident.back')} onClick={() => desk.show(undefined)} />
        </Group>
        {incident.isExercise && (
          <Text size="xs" fw={600} className="demo-mark incident-exercise">
            {t('incident.exerciseMark')}
          </Text>
        )}
      </div>
      <div className="incident-scroll">
        <div className="incident-part">
          <DecisionPart incident={incident} session={session} />
          <dl className="facts">
            <Fact name={t('incident.force')} field="force">
              {forceTexts[incident.force][language]}
            </Fact>
            <Fact name={t('incident.command')} field="command">
              {commandTexts[incident.command][language]}
            </Fact>
            <Fact name={t('incident.openedAt')}>
              {t('incident.openedBy', { time: time(incident.openedAtMs), who: incident.openedBy })}
            </Fact>
            {incident.closedAtMs !== null && (
              <Fact name={t('incident.closedAt')}>{time(incident.closedAtMs)}</Fact>
            )}
            <Fact name={t('unit.place')}>
              {coordinates([incident.place[0], incident.place[1]], t)} · {incident.radiusM} m ·{' '}
              {incident.region}
            </Fact>
          </dl>
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => onGoTo([incident.place[0], incident.place[1]])}
            >
              {t('incident.goTo')}
            </Button>
            {mayManage && <CloseIncident incident={incident} />}
          </Group>
        </div>
        <Tabs defaultValue="log" keepMounted={false} className="incident-tabs">
          <Tabs.List grow>
            <Tabs.Tab value="log">{t('incident.log')}</Tabs.Tab>
            <Tabs.Tab value="checklist">
              {t('incident.checklistCount', { done, of: items.length })}
            </Tabs.Tab>
            <Tabs.Tab value="units">{t('incident.unitsCount', { n: there })}</Tabs.Tab>
            <Tabs.Tab value="alarms">
              {t('incident.alarmsCount', { n: incident.alarmIds.length })}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="log" className="incident-part">
            <LogPart incident={incident} mayManage={mayManage} zone={zone} />
          </Tabs.Panel>
          <Tabs.Panel value="checklist" className="incident-part">
            <ChecklistPart incident={incident} mayManage={mayManage && isOpen} zone={zone} />
          </Tabs.Panel>
          <Tabs.Panel value="units" className="incident-part">
            <UnitsPart
              incident={incident}
              mayManage={mayManage && isOpen}
              table={table}
              zone={zone}
              onUnit={onUnit}
            />
          </Tabs.Panel>
          <Tabs.Panel value="alarms" className="incident-part">
            <AlarmsPart
              incident={incident}
              mayManage={mayManage && isOpen}
              alarms={view.alarms.alarms}
              zone={zone}
            />
          </Tabs.Panel>
        </Tabs>
      </div>
    </article>
  );
}
