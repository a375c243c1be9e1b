import { useMantineColorScheme } from '@mantine/core';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { isUnacknowledged } from '../../server/domain/alarm.ts';
import { AlarmPanel } from './alarms/AlarmPanel.tsx';
import type { AlarmSound } from './alarms/alarmSound.ts';
import { useAlarmSound } from './alarms/useAlarmSound.ts';
import { useDesktopNotices } from './alarms/useDesktopNotices.ts';
import { usePageTitle } from './alarms/usePageTitle.ts';
import type { Asked } from './api/useAnswer.ts';
import { PageDialogs } from './dialogs/PageDialogs.tsx';
import { useDialogs } from './dialogs/useDialogs.ts';
import type { ZoneOfIndonesia } from './formats/zoneOfIndonesia.ts';
import { IncidentColumn, useBegin } from './incidents/IncidentColumn.tsx';
import { IncidentDeskContext, useDesk, useNewDesk } from './incidents/incidentDesk.ts';
import { OpenIncidentButton } from './incidents/OpenIncidentButton.tsx';
import { SideColumn } from './incidents/SideColumn.tsx';
import { useIncidentMap } from './incidents/useIncidentMap.ts';
import type { LiveClient } from './live/liveClient.ts';
import type { LiveViewStore } from './live/liveView.ts';
import { presenceOf } from './live/unitTable.ts';
import { alarmMarks } from './map/alarmMarks.ts';
import { MapPane } from './map/MapPane.tsx';
import type { UnitMap } from './map/unitMap.ts';
import { EmptyRoster, NoUnits } from './panels/EmptyRoster.tsx';
import { HeaderBar } from './panels/HeaderBar.tsx';
import { UnitDetailsPanel } from './panels/UnitDetailsPanel.tsx';
import { UnitList } from './panels/UnitList.tsx';
import { PlainHttpBand } from './session/PlainHttpBand.tsx';
import type { SessionHolder } from './session/sessionHolder.ts';
import type { SessionInfo } from './session/sessionInfo.ts';
import { unitMotion } from './units/unitMotion.ts';
import { mayAdmit, useWaiting } from './waiting/useWaiting.ts';
import type { WaitingTracker } from './waiting/waiting.ts';

type ControlRoomProps = {
  readonly session: SessionInfo;
  readonly holder: SessionHolder;
  readonly client: LiveClient;
  readonly views: LiveViewStore;
  readonly sound: AlarmSound;
  readonly zone: ZoneOfIndonesia;
  readonly nowMs: () => number;
  readonly glides: () => boolean;
  readonly onMap: (map: UnitMap | undefined) => void;
};

/** The whole screen, around the desk at which incidents are opened. */
export function ControlRoom(props: ControlRoomProps) {
  const desk = useNewDesk();
  return (
    <IncidentDeskContext value={desk}>
      <Room {...props} />
    </IncidentDeskContext>
  );
}

/** Header, list of units or incidents, map, and the details of the selected unit. */
function Room(props: ControlRoomProps) {
  const { session, holder, client, views, zone, nowMs, glides, onMap } = props;
  const view = useSyncExternalStore(views.subscribe, views.read);
  const { colorScheme } = useMantineColorScheme();
  const theme = colorScheme === 'light' ? 'light' : 'dark';
  const [map, setMap] = useState<UnitMap>();
  const [selectedKey, setSelectedKey] = useState<number>();
  const [follows, setFollows] = useState(false);
  const dialogs = useDialogs();
  const waiting = useWaiting(session);
  const serverNowMs = useCallback(() => client.serverNowMs(), [client]);
  const { alarms, isKnown } = view.alarms;
  const [alarmId, setAlarmId] = useState<string>();
  const sound = useAlarmSound(props.sound, alarms, session);
  const marks = useMemo(() => alarmMarks(alarms), [alarms]);
  usePageTitle(alarms.filter(({ state }) => isUnacknowledged(state)).length);
  useDesktopNotices(sound.calling, isKnown, setAlarmId);

  const select = useCallback((unitKey: number | undefined) => {
    setSelectedKey(unitKey);
    setFollows(false);
  }, []);
  const showUnit = (unitId: string): void => {
    const found = client.table.roster.values().find(({ id }) => id === unitId);
    if (found === undefined) return;
    select(found.key);
    map?.showUnit(found.key);
  };
  const stopFollowing = useCallback(() => setFollows(false), []);
  const takeMap = useCallback(
    (newMap: UnitMap | undefined) => {
      setMap(newMap);
      onMap(newMap);
    },
    [onMap],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !isInDialog(event.target)) select(undefined);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [select]);

  const desk = useDesk();
  const begin = useBegin({ session, table: client.table, view, zone });
  const mayOpen = session.permissions.includes('incidents.manage');
  const onBegin = mayOpen ? begin : undefined;
  useIncidentMap({ map, desk, incidents: view.alarms.incidents, onBegin });

  const unit = selectedKey === undefined ? undefined : client.table.roster.get(selectedKey);
  return (
    <div className="control-room" data-connection={view.connection.state}>
      {view.mode === 'demo' && <div className="demo-band" aria-hidden="true" />}
      {session.isPlainHttp && <PlainHttpBand />}
      <HeaderBar
        view={view}
        zone={zone}
        serverNowMs={serverNowMs}
        session={session}
        holder={holder}
        waiting={mayAdmit(session) ? countOf(waiting) : undefined}
        onOpen={dialogs.open}
      />
      <main className="control-room-main">
        <SideColumn
          openIncidents={view.alarms.incidents.length}
          units={
            <UnitList
              table={client.table}
              view={view}
              selectedKey={selectedKey}
              hasSearch={session.kind !== 'display'}
              onChoose={(unitKey) => {
                select(unitKey);
                map?.showUnit(unitKey);
              }}
            />
          }
          incidents={
            <IncidentColumn
              session={session}
              table={client.table}
              view={view}
              zone={zone}
              mapCentre={() => map?.centre()}
              onGoTo={(place) => map?.showPlace(place)}
              onUnit={showUnit}
            />
          }
        />
        <div className="map-area">
          <MapPane
            client={client}
            nowMs={nowMs}
            glides={glides}
            theme={theme}
            selectedKey={selectedKey}
            follows={follows}
            isConnected={view.connection.state === 'live'}
            alarms={marks}
            onPick={select}
            onPickAlarm={setAlarmId}
            onFollowEnd={stopFollowing}
            onMap={takeMap}
          />
          {view.hasSnapshot &&
            view.units === 0 &&
            (session.permissions.includes('trackers.manage') ? (
              <EmptyRoster onAdd={(button) => dialogs.open('trackers', button)} />
            ) : (
              <NoUnits />
            ))}
          {unit !== undefined && (
            <UnitDetailsPanel
              key={unit.id}
              unit={unit}
              presence={presenceOf(client.table, unit.key)}
              serverNowMs={view.serverNowMs}
              motion={unitMotion(client.table, unit.key, view.serverNowMs)}
              zone={zone}
              follows={follows}
              onCentre={() => map?.showUnit(unit.key)}
              onFollow={setFollows}
              onClose={() => select(undefined)}
            />
          )}
        </div>
        <AlarmPanel
          client={client}
          view={view}
          session={session}
          zone={zone}
          nowMs={nowMs}
          sound={sound}
          selectedId={alarmId}
          onSelect={setAlarmId}
          onGoTo={(place) => map?.showPlace(place)}
          onGoToUnit={showUnit}
          more={(alarm) => <OpenIncidentButton alarm={alarm} session={session} zone={zone} />}
        />
      </main>
      <PageDialogs
        dialogs={dialogs}
        session={session}
        holder={holder}
        zone={zone}
        table={client.table}
        view={view}
        waiting={waiting}
      />
    </div>
  );
}

function countOf({ answer }: Asked<readonly WaitingTracker[]>): number {
  return answer?.ok === true ? answer.value.length : 0;
}

/** Escape in a dialog or a menu is about that, not about the unit behind it. */
function isInDialog(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest('dialog, [role="dialog"], [role="menu"]') !== null
  );
}
