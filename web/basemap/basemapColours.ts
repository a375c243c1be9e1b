/** What the map is painted with: greys, so that units and alarms are the only colour on the screen. */
export type BasemapColours = {
  readonly earth: string;
  readonly water: string;
  /** Woods and parks. */
  readonly green: string;
  /** Grounds with a use: industry, schools, barracks. */
  readonly built: string;
  readonly building: string;
  readonly highway: string;
  readonly majorRoad: string;
  readonly minorRoad: string;
  readonly boundary: string;
  readonly label: string;
  /** Names that matter less; still 4.5:1 on land and water. */
  readonly faintLabel: string;
  readonly halo: string;
};

/** Labels of both themes keep 4.5:1 (WCAG 2.2, 1.4.3) on earth, water and halo; a test computes it. */
export const basemapColours: Readonly<Record<'light' | 'dark', BasemapColours>> = {
  light: {
    earth: '#eeefef',
    water: '#d3d7da',
    green: '#e4e7e4',
    built: '#e6e6e6',
    building: '#dcdddd',
    highway: '#bcc0c3',
    majorRoad: '#cbced0',
    minorRoad: '#dadcdd',
    boundary: '#a3a8ac',
    label: '#33383c',
    faintLabel: '#585e63',
    halo: '#f6f7f7',
  },
  dark: {
    earth: '#272a2d',
    water: '#1a1c1f',
    green: '#2a2e2d',
    built: '#2d3033',
    building: '#33373a',
    highway: '#4a4f54',
    majorRoad: '#3f4448',
    minorRoad: '#34383c',
    boundary: '#5d6369',
    label: '#d3d7da',
    faintLabel: '#a0a6ab',
    halo: '#1f2225',
  },
};
