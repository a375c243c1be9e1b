import type { Color, Layer } from '@deck.gl/core';
import { IconLayer } from '@deck.gl/layers';
import { priorities } from '../../../server/domain/rule.ts';
import { priorityShapes, shapeSize } from '../alarms/priorityShapes.ts';
import { type AlarmMark, signAbovePx } from './alarmMarks.ts';
import type { MapColors } from './mapColors.ts';

const markPx = 22;
const haloPx = 27;
/** Atlas pixels of a cell: sharp up to a device pixel ratio of 3. */
const cellPx = haloPx * 3;
/** Weaker half of a flash: seen, so that nothing is ever hidden. */
const dimmed = 0.3;

export type AlarmScene = {
  /** The same array as long as nothing of it has changed. */
  readonly marks: readonly AlarmMark[];
  readonly atlas: HTMLCanvasElement;
  readonly colors: MapColors;
  /** The weak half of a flash. */
  readonly isDim: boolean;
};

/** Signs of alarms: an edge that sets them off from the map, and on it the sign in the colour of its priority. */
export function alarmLayers({ marks, atlas, colors, isDim }: AlarmScene): Layer[] {
  if (marks.length === 0) return [];
  const layer = (id: string, data: readonly AlarmMark[], isEdge: boolean, opacity: number): Layer =>
    new IconLayer<AlarmMark>({
      id,
      data,
      opacity,
      // deck.gl takes whatever WebGL can upload, and its types say less
      iconAtlas: atlas as unknown as string,
      iconMapping: isEdge ? edgeCells : signCells,
      getIcon: ({ priority }) => priority,
      getPosition: ({ place }) => [place[0], place[1]],
      getPixelOffset: [0, -signAbovePx],
      getSize: isEdge ? haloPx : markPx,
      getColor: ({ priority }) => (isEdge ? opaque(colors.edge) : opaque(colors.alarm[priority])),
      updateTriggers: { getColor: colors },
    });
  const waiting = marks.filter(({ isWaiting }) => isWaiting);
  const taken = marks.filter(({ isWaiting }) => !isWaiting);
  return [
    layer('taken-alarm-edges', taken, true, 1),
    layer('taken-alarms', taken, false, 0.85),
    layer('alarm-edges', waiting, true, 1),
    layer('alarms', waiting, false, isDim ? dimmed : 1),
  ];
}

/** Draws every sign once, alone and with its cut; only the alpha is used, so one atlas serves both themes. */
export function drawAlarmAtlas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = cellPx * priorities.length;
  canvas.height = cellPx * 2;
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('the browser gives no 2D canvas to draw the alarm signs on');
  const margin = 3;
  const scale = (cellPx - 2 * margin) / shapeSize;
  for (const [i, priority] of priorities.entries()) {
    const { outline, cut } = priorityShapes[priority];
    for (const [row, path] of [outline, outline + cut].entries()) {
      pen.setTransform(scale, 0, 0, scale, i * cellPx + margin, row * cellPx + margin);
      pen.fill(new Path2D(path), 'evenodd');
    }
  }
  return canvas;
}

const edgeCells = cells(0);
const signCells = cells(1);

function cells(row: number) {
  return Object.fromEntries(
    priorities.map((priority, i) => [
      priority,
      { x: i * cellPx, y: row * cellPx, width: cellPx, height: cellPx, mask: true },
    ]),
  );
}

function opaque(color: Color): [number, number, number, number] {
  return [color[0] ?? 0, color[1] ?? 0, color[2] ?? 0, 255];
}
