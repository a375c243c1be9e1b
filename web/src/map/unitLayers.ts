import type { Color, Layer } from '@deck.gl/core';
import { ScatterplotLayer, TextLayer } from '@deck.gl/layers';
import { decodeAccuracy, unknownAccuracy } from '../../../server/domain/liveFrame.ts';
import { presenceOf, type UnitTable } from '../live/unitTable.ts';
import { fontFamily } from '../theme.ts';
import type { GlideExtension } from './glideExtension.ts';
import type { MapColors } from './mapColors.ts';
import { type Label, labelOffsetPx, labelPx, selectedLabelOffsetPx } from './placeLabels.ts';
import { presenceStrength } from './presenceLook.ts';
import { UnitLayer } from './unitLayer.ts';

export type Scene = {
  readonly table: UnitTable;
  readonly glide: GlideExtension;
  readonly atlas: HTMLCanvasElement;
  readonly colors: MapColors;
  /** The same array as long as the same texts are shown. */
  readonly labels: readonly Label[];
  readonly selectedRow: number | undefined;
  /** Changes whenever a place in the table has changed. */
  readonly frameNumber: number;
  /** Size of the symbols, see symbolScale. */
  readonly scale: number;
};

/** A label fades with its unit, but never below what can still be read. */
const faintestLabel = 0.75;

/** Everything drawn over the map, lowest first: accuracy, units, the selected unit once more, callsigns. */
export function unitLayers(scene: Scene): Layer[] {
  const { selectedRow } = scene;
  const layers: Layer[] = [unitsLayer(scene, 'units', 0, scene.table.count, [0, 0, 0, 0])];
  if (selectedRow !== undefined) {
    layers.unshift(accuracyLayer(scene, selectedRow));
    layers.push(
      unitsLayer(scene, 'selected-unit', selectedRow, selectedRow + 1, scene.colors.ring),
    );
  }
  // a text layer without a letter draws its letters on a canvas of no size, which WebGL complains of
  if (scene.labels.length > 0) layers.push(labelLayer(scene));
  return layers;
}

function unitsLayer(scene: Scene, id: string, from: number, to: number, ring: Color): Layer {
  const { table, colors } = scene;
  return new UnitLayer({
    id,
    data: {
      length: to - from,
      attributes: {
        ...places(table, from, to),
        getLook: { value: table.look.subarray(from * 3, to * 3), size: 3 },
      },
    },
    extensions: [scene.glide],
    atlas: scene.atlas,
    scale: scene.scale,
    discColor: colors.disc,
    edgeColor: colors.edge,
    ringColor: ring,
  });
}

/** How far off the fix may be, as a circle of that many metres. */
function accuracyLayer(scene: Scene, row: number): Layer {
  const { table, colors } = scene;
  const accuracyM = decodeAccuracy(table.accuracy[row] ?? unknownAccuracy);
  return new ScatterplotLayer({
    id: 'accuracy',
    visible: accuracyM !== undefined,
    data: { length: 1, attributes: places(table, row, row + 1) },
    extensions: [scene.glide],
    getRadius: accuracyM ?? 0,
    getFillColor: colors.accuracyFill,
    getLineColor: colors.accuracyLine,
    stroked: true,
    getLineWidth: 1,
    lineWidthUnits: 'pixels',
    updateTriggers: { getRadius: accuracyM },
  });
}

function labelLayer(scene: Scene): Layer {
  const { table, colors, selectedRow } = scene;
  const selectedKey = selectedRow === undefined ? undefined : table.unitKey[selectedRow];
  const strength = (key: number): number =>
    Math.max(faintestLabel, presenceStrength[presenceOf(table, key)]);
  // data of its own type for the extension's accessor, which the text layer's types do not know
  const glide = {
    getGlide: ({ key }: Label) => quadAt(table.glide, (table.index.get(key) ?? 0) * 4),
  };
  return new TextLayer<Label>({
    id: 'callsigns',
    data: scene.labels,
    extensions: [scene.glide],
    ...glide,
    getPosition: ({ key }) => {
      const at = (table.index.get(key) ?? 0) * 2;
      return [table.lonLat[at] ?? 0, table.lonLat[at + 1] ?? 0];
    },
    getText: ({ text }) => text,
    getSize: labelPx,
    getColor: ({ key }) => withOpacity(colors.text, strength(key)),
    getTextAnchor: ({ side }) => (side === 'right' ? 'start' : 'end'),
    getAlignmentBaseline: 'center',
    getPixelOffset: ({ key, side }) => {
      const offsetPx = key === selectedKey ? selectedLabelOffsetPx : labelOffsetPx;
      return [side === 'right' ? offsetPx : -offsetPx, 0];
    },
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
    updateTriggers: {
      getPosition: scene.frameNumber,
      getGlide: scene.frameNumber,
      getPixelOffset: selectedKey,
      getColor: [colors, scene.frameNumber],
    },
  });
}

function places(table: UnitTable, from: number, to: number) {
  return {
    // no `type`: only then does deck.gl split a Float64Array into the two floats that the shader adds
    getPosition: { value: table.lonLat.subarray(from * 2, to * 2), size: 2 },
    getGlide: { value: table.glide.subarray(from * 4, to * 4), size: 4 },
  };
}

function quadAt(values: Float32Array, at: number): [number, number, number, number] {
  return [values[at] ?? 0, values[at + 1] ?? 0, values[at + 2] ?? 0, values[at + 3] ?? 0];
}

function withOpacity(color: Color, opacity: number): [number, number, number, number] {
  return [color[0] ?? 0, color[1] ?? 0, color[2] ?? 0, Math.round(255 * opacity)];
}
