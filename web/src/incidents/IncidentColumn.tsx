import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { scopeOf } from '../../../server/domain/access.ts';
import type { LonLat } from '../../../server/domain/fence.ts';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { LiveView } from '../live/liveView.ts';
import type { UnitTable } from '../live/unitTable.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { coordinates } from './coordinates.ts';
import { IncidentList } from './IncidentList.tsx';
import { IncidentPanel } from './IncidentPanel.tsx';
import { useDesk } from './incidentDesk.ts';
import { draftFromPoint } from './incidentDraft.ts';
import { OpenIncidentForm } from './OpenIncidentForm.tsx';
import { newOrderId } from './orderId.ts';
import { useIncident } from './useIncident.ts';

type IncidentColumnProps = {
  readonly session: SessionInfo;
  readonly table: UnitTable;
  readonly view: LiveView;
  readonly zone: ZoneOfIndonesia;
  /** The middle of the map, where an incident is proposed without a mouse; undefined: there is no map. */
  readonly mapCentre: () => LonLat | undefined;
  readonly onGoTo: (place: LonLat) => void;
  readonly onUnit: (unitId: string) => void;
};

/** Incidents in the left column: the open ones, or one of them, or one that is about to be opened. */
export function IncidentColumn(props: IncidentColumnProps) {
  const { session, table, view, zone, mapCentre, onGoTo, onUnit } = props;
  const desk = useDesk();
  const { t } = useTranslation();
  const { incident, problem } = useIncident(desk.shownId, view.alarms.incidents, desk.answered);
  const begin = useBegin({ session, table, view, zone });
  return (
    <section className="incident-column" aria-label={t('incident.column')}>
      {desk.draft !== undefined ? (
        <OpenIncidentForm
          key={desk.draft.orderId}
          draft={desk.draft}
          scope={scopeOf(session.grants, 'incidents.manage')}
        />
      ) : incident !== undefined ? (
        <IncidentPanel
          key={incident.id}
          incident={incident}
          session={session}
          table={table}
          view={view}
          zone={zone}
          onGoTo={onGoTo}
          onUnit={onUnit}
        />
      ) : (
        <IncidentList
          incidents={view.alarms.incidents}
          isKnown={view.alarms.isKnown}
          problem={problem}
          serverNowMs={view.serverNowMs}
          onShow={desk.show}
          onNew={
            session.permissions.includes('incidents.manage')
              ? () => {
                  const centre = mapCentre();
                  if (centre !== undefined) begin(centre);
                }
              : undefined
          }
        />
      )}
    </section>
  );
}

type BeginParts = Pick<IncidentColumnProps, 'session' | 'table' | 'view' | 'zone'>;

/** Proposes an incident at a point of the map. */
export function useBegin({ session, table, view, zone }: BeginParts): (place: LonLat) => void {
  const { t } = useTranslation();
  const { setDraft } = useDesk();
  const { mode, serverNowMs } = view;
  return useCallback(
    (place) => {
      const words = {
        near: (callsign: string) => t('incident.titleNear', { callsign }),
        at: t('incident.titleAt', { place: coordinates(place, t) }),
        time: `${timeOfDay(serverNowMs, zone.timeZone).slice(0, 5)} ${zone.name}`,
        orderId: newOrderId(),
        isExercise: mode === 'demo',
      };
      setDraft(draftFromPoint(place, table, scopeOf(session.grants, 'incidents.manage'), words));
    },
    [t, setDraft, mode, serverNowMs, zone, table, session],
  );
}
