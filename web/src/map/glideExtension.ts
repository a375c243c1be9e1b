import { type Layer, LayerExtension } from '@deck.gl/core';

/** The clock that glides are drawn by. */
export type GlideClock = {
  /** Seconds since the glide epoch of the data that is drawn. */
  readonly nowS: () => number;
  /** True while any symbol has not arrived. */
  readonly isGliding: () => boolean;
};

// one field a line: luma.gl checks a uniform block by reading its GLSL line by line
const uniformBlock = `\
layout(std140) uniform glideUniforms {
  float nowS;
} glide;
`;

const glideUniforms = {
  name: 'glide',
  vs: uniformBlock,
  fs: uniformBlock,
  uniformTypes: { nowS: 'f32' },
} as const;

/*
 * The attribute is read in main(), since hook functions stand above the layer's attributes, and the
 * way still to go is applied in the position hook. Near views project an offset from the middle of
 * the view, in which only the low part of a coordinate has the digits for centimetres; far views
 * project the high part alone.
 */
const injections = {
  'vs:#decl': `
in vec4 instanceGlides;
vec3 glideCommon;
`,
  'vs:#main-start': `
float glideLasts = max(instanceGlides.w - instanceGlides.z, 0.001);
float glideRest = 1.0 - clamp((glide.nowS - instanceGlides.z) / glideLasts, 0.0, 1.0);
vec3 glideDegrees = vec3(instanceGlides.xy * glideRest, 0.0);
vec3 glideFrom = project.projectionMode == PROJECTION_MODE_WEB_MERCATOR_AUTO_OFFSET
  ? project_position(instancePositions, instancePositions64Low + glideDegrees)
  : project_position(instancePositions + glideDegrees, instancePositions64Low);
glideCommon = glideFrom - project_position(instancePositions, instancePositions64Low);
`,
  'vs:DECKGL_FILTER_GL_POSITION': `
position += project.viewProjectionMatrix * vec4(glideCommon, 0.0);
`,
};

/**
 * Draws the rows of any layer of points or instances on their way to their newest place: attribute `getGlide` is
 * column `glide` of the unit table. The vertex shader does the work, so a frame of movement costs no
 * script per unit; the layer asks for another frame only while something is still on its way.
 */
export class GlideExtension extends LayerExtension<GlideClock> {
  static override readonly extensionName = 'GlideExtension';
  static override readonly defaultProps = {
    getGlide: { type: 'accessor', value: [0, 0, 0, 0] },
  };

  override getShaders(): unknown {
    return { modules: [glideUniforms], inject: injections };
  }

  override initializeState(this: Layer): void {
    this.getAttributeManager()?.add({
      instanceGlides: {
        size: 4,
        // once a unit: that is once an instance, or once a vertex where a unit is a point
        stepMode: 'dynamic',
        type: 'float32',
        accessor: 'getGlide',
        defaultValue: [0, 0, 0, 0],
      },
    });
  }

  override draw(this: Layer, _params: unknown, extension: this): void {
    const clock = extension.opts;
    this.setShaderModuleProps({ glide: { nowS: clock.nowS() } });
    if (clock.isGliding()) this.setNeedsRedraw();
  }
}
