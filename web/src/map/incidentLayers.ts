import type { Color, Layer } from '@deck.gl/core';
import { ScatterplotLayer, TextLayer } from '@deck.gl/layers';
import type { LonLat } from '../../../server/domain/fence.ts';
import type { Level } from '../../../server/domain/incident.ts';
import { fontFamily } from '../theme.ts';
import type { MapColors } from './mapColors.ts';

/** The area of an incident, or of one that is about to be opened. */
export type IncidentArea = {
  readonly id: string;
  /** Undefined: it is not open yet. */
  readonly level: Level | undefined;
  readonly place: readonly [number, number];
  readonly radiusM: number;
  readonly isShown: boolean;
  readonly label: string;
};

/** What the map shows of incidents. */
export type IncidentScene = {
  readonly areas: readonly IncidentArea[];
  /** Of the incident that is shown. */
  readonly crowds: readonly { readonly place: readonly [number, number]; readonly label: string }[];
};

export const noIncidents: IncidentScene = { areas: [], crowds: [] };

/** Levels by colour; the label beside each says it in words. */
const levelColors: Readonly<Record<Level, readonly [number, number, number]>> = {
  hijau: [64, 160, 92],
  kuning: [214, 158, 12],
  merah: [220, 60, 50],
};

/** Of latitude, on a sphere. */
const metresPerDegree = 111_195;
/** Longest label, characters: titles may have two hundred. */
const maxLabel = 48;

/** Circles of incidents with their labels, and crowds, under the units; nothing where there are none. */
export function incidentLayers({ areas, crowds }: IncidentScene, colors: MapColors): Layer[] {
  if (areas.length === 0) return [];
  const colorOf = ({ level }: IncidentArea, opacity: number): Color => {
    const [red, green, blue] = level === undefined ? colors.ring : levelColors[level];
    return [red ?? 0, green ?? 0, blue ?? 0, opacity];
  };
  const layers: Layer[] = [
    new ScatterplotLayer<IncidentArea>({
      id: 'incident-areas',
      data: areas,
      getPosition: ({ place }) => [place[0], place[1]],
      getRadius: ({ radiusM }) => radiusM,
      getFillColor: (area) => colorOf(area, area.isShown ? 40 : 22),
      getLineColor: (area) => colorOf(area, 230),
      stroked: true,
      getLineWidth: ({ isShown }) => (isShown ? 3 : 1.5),
      lineWidthUnits: 'pixels',
      // a circle that is smaller than this on the screen is not seen
      radiusMinPixels: 7,
      updateTriggers: { getFillColor: [colors], getLineColor: [colors] },
    }),
    labels(
      'incident-labels',
      areas.map(({ place: [lon, lat], radiusM, label }) => ({
        // above the circle: in its middle stand the units
        place: [lon, lat + radiusM / metresPerDegree],
        label,
      })),
      colors,
    ),
  ];
  if (crowds.length === 0) return layers;
  layers.push(
    new ScatterplotLayer<IncidentScene['crowds'][number]>({
      id: 'crowds',
      data: crowds,
      getPosition: ({ place }) => [place[0], place[1]],
      getRadius: 6,
      radiusUnits: 'pixels',
      getFillColor: colors.disc,
      getLineColor: colors.edge,
      stroked: true,
      getLineWidth: 2,
      lineWidthUnits: 'pixels',
      updateTriggers: { getFillColor: [colors], getLineColor: [colors] },
    }),
    labels('crowd-labels', crowds, colors),
  );
  return layers;
}

type LabelAt = { readonly place: readonly [number, number]; readonly label: string };

function labels(id: string, data: readonly LabelAt[], colors: MapColors): Layer {
  return new TextLayer<LabelAt>({
    id,
    data,
    getPosition: ({ place }) => [place[0], place[1]],
    getText: ({ label }) =>
      label.length > maxLabel ? `${label.slice(0, maxLabel - 1)}…` : label || ' ',
    getSize: 13,
    getColor: colors.text,
    getTextAnchor: 'middle',
    getAlignmentBaseline: 'bottom',
    getPixelOffset: [0, -10],
    characterSet: 'auto',
    fontFamily,
    fontWeight: 600,
    fontSettings: {
      sdf: true,
      fontSize: 52,
      buffer: 10,
      radius: 14,
      cutoff: 0.25,
      smoothing: 0.12,
    },
    outlineWidth: 4,
    outlineColor: [...colors.halo] as [number, number, number, number],
    updateTriggers: { getColor: [colors] },
  });
}

/** The incident whose middle is within `reachPx` of a point of the screen. */
export function findIncidentAt(
  { areas }: IncidentScene,
  project: (place: LonLat) => { readonly x: number; readonly y: number },
  point: { readonly x: number; readonly y: number },
  reachPx: number,
): string | undefined {
  let nearest: { readonly id: string; readonly distancePx: number } | undefined;
  for (const { id, level, place } of areas) {
    if (level === undefined) continue;
    const { x, y } = project([place[0], place[1]]);
    const distancePx = Math.hypot(x - point.x, y - point.y);
    if (distancePx > reachPx || (nearest !== undefined && nearest.distancePx <= distancePx))
      continue;
    nearest = { id, distancePx };
  }
  return nearest?.id;
}
