import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { LonLat } from '../../../server/domain/fence.ts';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import type { IncidentScene } from '../map/incidentLayers.ts';
import type { UnitMap } from '../map/unitMap.ts';
import type { IncidentDesk } from './incidentDesk.ts';
import { radiusOf } from './incidentDraft.ts';

type IncidentMapParts = {
  readonly map: UnitMap | undefined;
  readonly desk: IncidentDesk;
  readonly incidents: readonly IncidentDetails[];
  /** Undefined for those who may not open any. */
  readonly onBegin: ((place: LonLat) => void) | undefined;
};

/** Draws incidents on the map, and takes points of it: for a new one, and for crowds. */
export function useIncidentMap({ map, desk, incidents, onBegin }: IncidentMapParts): void {
  const { t } = useTranslation();
  const { shownId, answered, draft, crowd, show, setCrowd } = desk;
  useEffect(() => {
    map?.setIncidents(sceneOf({ incidents, shownId, answered, draft, crowd }, t));
  }, [map, incidents, shownId, answered, draft, crowd, t]);
  useEffect(() => map?.onIncident(show), [map, show]);
  useEffect(() => {
    return onBegin === undefined ? undefined : map?.onPlace(onBegin);
  }, [map, onBegin]);
  useEffect(() => {
    return crowd === 'awaited' ? map?.pickPlace(setCrowd) : undefined;
  }, [map, crowd, setCrowd]);
}

type SceneParts = Pick<IncidentDesk, 'shownId' | 'answered' | 'draft' | 'crowd'> & {
  readonly incidents: readonly IncidentDetails[];
};

function sceneOf(
  { incidents, shownId, answered, draft, crowd }: SceneParts,
  t: ReturnType<typeof useTranslation>['t'],
): IncidentScene {
  const isElsewhere = answered !== undefined && !incidents.some(({ id }) => id === answered.id);
  const shown = isElsewhere && answered.id === shownId ? [...incidents, answered] : incidents;
  const radiusM = draft === undefined ? Number.NaN : radiusOf(draft);
  return {
    areas: [
      ...shown.map(({ id, title, level, place, radiusM: radius, isExercise }) => ({
        ...{ id, level, place, radiusM: radius, isShown: id === shownId },
        label: `${t(`level.${level}`)}${isExercise ? ` (${t('incident.exercise')})` : ''} · ${title}`,
      })),
      ...(draft === undefined
        ? []
        : [
            {
              ...{ id: 'draft', level: undefined, place: draft.place, isShown: true },
              radiusM: radiusM > 0 ? radiusM : 0,
              label: draft.title,
            },
          ]),
    ],
    crowds: [
      ...(shown.find(({ id }) => id === shownId)?.crowds ?? []).map(({ place, size }) => ({
        place,
        label: t('incident.crowdLabel', { n: size }),
      })),
      ...(crowd === undefined || crowd === 'awaited' ? [] : [{ place: crowd, label: '?' }]),
    ],
  };
}
