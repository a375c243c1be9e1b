import type { Color } from '@deck.gl/core';
import type { Priority } from '../../../server/domain/rule.ts';

export type Theme = 'light' | 'dark';

/** Colours of what is drawn over the map. Greys only: colour is kept for what is abnormal; the one blue marks what the person chose. */
export type MapColors = {
  readonly disc: Color;
  readonly edge: Color;
  readonly ring: Color;
  readonly text: Color;
  readonly halo: Color;
  readonly accuracyFill: Color;
  readonly accuracyLine: Color;
  /** The same as in alarms.css. */
  readonly alarm: Readonly<Record<Priority, Color>>;
};

export const mapColors: Readonly<Record<Theme, MapColors>> = {
  dark: {
    disc: [205, 213, 221, 255],
    edge: [20, 25, 31, 255],
    ring: [116, 178, 242, 255],
    text: [226, 231, 236, 255],
    halo: [16, 20, 25, 235],
    accuracyFill: [116, 178, 242, 34],
    accuracyLine: [116, 178, 242, 170],
    alarm: {
      sos: [255, 92, 92],
      high: [255, 159, 67],
      medium: [255, 216, 77],
      low: [183, 168, 245],
    },
  },
  light: {
    disc: [58, 70, 84, 255],
    edge: [255, 255, 255, 255],
    ring: [20, 92, 168, 255],
    text: [24, 32, 41, 255],
    halo: [255, 255, 255, 240],
    accuracyFill: [20, 92, 168, 28],
    accuracyLine: [20, 92, 168, 170],
    alarm: {
      sos: [198, 26, 26],
      high: [194, 84, 0],
      medium: [148, 112, 0],
      low: [106, 85, 194],
    },
  },
};
