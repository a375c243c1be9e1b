import {
  type Accessor,
  type Color,
  type DefaultProps,
  Layer,
  type LayerProps,
  type Position,
  project32,
  type UpdateParameters,
} from '@deck.gl/core';
import { Texture } from '@luma.gl/core';
import { Model } from '@luma.gl/engine';
import { type Presence, presences } from '../../../server/domain/presence.ts';
import { presenceStrength } from './presenceLook.ts';
import { cellPx, oversampling, symbolCells } from './symbolAtlas.ts';
import { discPx, reachPx } from './symbolSize.ts';

type UnitLayerOwnProps = {
  /** Newest place of each unit, column `lonLat` of the unit table. */
  getPosition?: Accessor<unknown, Position>;
  /** Column `look` of the unit table. */
  getLook?: Accessor<unknown, [number, number, number]>;
  /** Pictograms, see symbolAtlas.ts. */
  atlas: HTMLCanvasElement;
  /** Size of the symbols against the full one. */
  scale: number;
  /** Colour of the disc and its pointer. */
  discColor: Color;
  /** Colour of the pictogram and of the edge that sets the disc off from the map. */
  edgeColor: Color;
  /** Colour of the ring; alpha 0 for none. */
  ringColor: Color;
};

export type UnitLayerProps = LayerProps & UnitLayerOwnProps;

const defaultProps: DefaultProps<UnitLayerProps> = {
  getPosition: { type: 'accessor', value: [0, 0, 0] },
  getLook: { type: 'accessor', value: [0, -1, 0] },
  atlas: { type: 'image', value: null, async: true },
  scale: { type: 'number', value: 1, min: 0 },
  discColor: { type: 'color', value: [0, 0, 0, 255] },
  edgeColor: { type: 'color', value: [255, 255, 255, 255] },
  ringColor: { type: 'color', value: [0, 0, 0, 0] },
};

/** Halfway below a presence's number, where the shader tells it from the one before. */
const beforeNumber = (presence: Presence): string => (presences.indexOf(presence) - 0.5).toFixed(1);
const strengthOf = (presence: Presence): string => presenceStrength[presence].toFixed(2);

/** Width of the outline that is left of a disc whose unit is not live, CSS pixels. */
const outlinePx = 2.2;
/** Dashes round the outline of a lost one. */
const dashes = 8;

/** From this level of the atlas on (a pictogram of 6 device pixels) it is a smudge, and is left out. */
const faintestGlyphLod = 2.9;

const uniformBlock = `\
layout(std140) uniform unitSymbolUniforms {
  float pixelPx;
  float glyphLod;
  vec4 discColor;
  vec4 edgeColor;
  vec4 ringColor;
} unitSymbol;
`;

const unitSymbolUniforms = {
  name: 'unitSymbol',
  vs: uniformBlock,
  fs: uniformBlock,
  uniformTypes: {
    pixelPx: 'f32',
    glyphLod: 'f32',
    discColor: 'vec4<f32>',
    edgeColor: 'vec4<f32>',
    ringColor: 'vec4<f32>',
  },
} as const;

const vertexShader = `#version 300 es
#define SHADER_NAME unit-layer-vertex-shader
in vec3 instancePositions;
in vec3 instancePositions64Low;
in vec3 instanceLooks;
flat out float cell;
flat out vec2 heading;
flat out float presence;
flat out float strength;
flat out float reach;
void main(void) {
  geometry.worldPosition = instancePositions;
  cell = instanceLooks.x;
  heading = instanceLooks.y < 0.0
    ? vec2(0.0)
    : vec2(sin(radians(instanceLooks.y)), cos(radians(instanceLooks.y)));
  presence = instanceLooks.z;
  strength = presence < ${beforeNumber('late')} ? ${strengthOf('live')}
    : presence < ${beforeNumber('lost')} ? ${strengthOf('late')} : ${strengthOf('lost')};
  gl_Position = project_position_to_clipspace(
    instancePositions, instancePositions64Low, vec3(0.0), geometry.position);
  DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
  // a symbol without a pointer is the disc alone, and so needs less than half the square
  reach = heading == vec2(0.0) && unitSymbol.ringColor.a == 0.0
    ? ${(discPx + 2).toFixed(1)} + unitSymbol.pixelPx
    : ${reachPx.toFixed(1)};
  gl_PointSize = 2.0 * reach / unitSymbol.pixelPx;
}
`;

/* Distances in CSS pixels from the middle of the symbol, y up; edges are one device pixel soft. */
const fragmentShader = `#version 300 es
#define SHADER_NAME unit-layer-fragment-shader
precision highp float;
uniform sampler2D atlas;
flat in float cell;
flat in vec2 heading;
flat in float presence;
flat in float strength;
flat in float reach;
out vec4 fragColor;
float inside(float distancePx) {
  return clamp(0.5 - distancePx / unitSymbol.pixelPx, 0.0, 1.0);
}
float pointerDistance(vec2 place) {
  vec2 along = vec2(place.x * heading.y - place.y * heading.x, dot(place, heading));
  vec2 side = vec2(abs(along.x), along.y - 19.0);
  return max(dot(side, normalize(vec2(8.5, 6.0))), 8.0 - along.y);
}
void main(void) {
  vec2 placePx = vec2(gl_PointCoord.x * 2.0 - 1.0, 1.0 - gl_PointCoord.y * 2.0) * reach;
  float fromMiddle = length(placePx);
  float shape = fromMiddle - ${discPx.toFixed(1)};
  if (heading != vec2(0.0)) shape = min(shape, pointerDistance(placePx));
  float ring = inside(abs(fromMiddle - 19.0) - 1.0) * unitSymbol.ringColor.a;
  float edge = inside(shape - 1.5);
  if (max(edge, ring) <= 0.0) discard;
  vec2 inCell = placePx / ${(cellPx / 2).toFixed(1)};
  float glyph = 0.0;
  if (unitSymbol.glyphLod < ${faintestGlyphLod.toFixed(1)} && max(abs(inCell.x), abs(inCell.y)) < 1.0) {
    vec2 uv = vec2((cell + 0.5 + inCell.x * 0.5) / ${symbolCells.toFixed(1)}, 0.5 - inCell.y * 0.5);
    glyph = textureLod(atlas, uv, unitSymbol.glyphLod).a;
  }
  float filled = inside(shape) * (1.0 - glyph);
  if (presence > ${beforeNumber('late')}) {
    // hollow: the colours of disc and ground change places inside the outline
    float outline = inside(shape) * (1.0 - inside(shape + ${outlinePx.toFixed(1)}));
    if (presence > ${beforeNumber('lost')}) {
      float turn = atan(placePx.y, placePx.x) / 6.28318531 * ${dashes.toFixed(1)};
      outline *= step(fract(turn), 0.62);
    }
    filled = max(outline, inside(shape + ${outlinePx.toFixed(1)}) * glyph);
  }
  vec3 color = mix(unitSymbol.edgeColor.rgb, unitSymbol.discColor.rgb, filled);
  float alpha = edge * strength;
  fragColor = vec4(mix(color, unitSymbol.ringColor.rgb, ring), max(alpha, ring) * layer.opacity);
  DECKGL_FILTER_COLOR(fragColor, geometry);
}
`;

/**
 * Units as headed symbols: a disc with the pictogram of the kind and, when the unit moves on a known
 * course, a pointer. Whether a unit is there is told by the form: a full disc is live, a hollow one
 * late, a hollow one with a broken outline lost, and each is fainter than the one before.
 *
 * Each unit is one point, not an instanced square: a computer without a graphics card draws every
 * instance as if it were alone (docs/adr/0004 has the figures), and it is a quarter of the vertices.
 */
export class UnitLayer extends Layer<UnitLayerOwnProps & Required<LayerProps>> {
  static override readonly layerName = 'UnitLayer';
  static override readonly defaultProps = defaultProps;
  declare state: { model?: Model };

  override getShaders(): unknown {
    return super.getShaders({
      vs: vertexShader,
      fs: fragmentShader,
      modules: [project32, unitSymbolUniforms],
    });
  }

  override initializeState(): void {
    this.getAttributeManager()?.add({
      instancePositions: {
        size: 3,
        stepMode: 'dynamic',
        type: 'float64',
        fp64: this.use64bitPositions(),
        accessor: 'getPosition',
      },
      instanceLooks: {
        size: 3,
        stepMode: 'dynamic',
        accessor: 'getLook',
        defaultValue: [0, -1, 0],
      },
    });
  }

  override updateState(params: UpdateParameters<this>): void {
    super.updateState(params);
    if (!params.changeFlags.extensionsChanged) return;
    this.state.model?.destroy();
    this.state.model = this.#createModel();
    this.getAttributeManager()?.invalidateAll();
  }

  override draw(): void {
    const { atlas, scale, discColor, edgeColor, ringColor } = this.props;
    const { model } = this.state;
    // the prop is a canvas on the way in and deck.gl's texture of it here, once it is uploaded
    const texture: unknown = atlas;
    if (model === undefined || !(texture instanceof Texture)) return;
    const pixelPx = 1 / (scale * window.devicePixelRatio);
    model.shaderInputs.setProps({
      unitSymbol: {
        atlas: texture,
        pixelPx,
        glyphLod: Math.max(0, Math.log2(oversampling * pixelPx)),
        discColor: shares(discColor),
        edgeColor: shares(edgeColor),
        ringColor: shares(ringColor),
      },
    });
    model.setVertexCount(this.getNumInstances());
    model.draw(this.context.renderPass);
  }

  #createModel(): Model {
    return new Model(this.context.device, {
      ...Object(this.getShaders()),
      id: this.props.id,
      bufferLayout: this.getAttributeManager()?.getBufferLayouts({ isInstanced: false }) ?? [],
      topology: 'point-list',
      isInstanced: false,
    });
  }
}

function shares(color: Color): [number, number, number, number] {
  return [
    (color[0] ?? 0) / 255,
    (color[1] ?? 0) / 255,
    (color[2] ?? 0) / 255,
    (color[3] ?? 255) / 255,
  ];
}
