import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { describe, expect, test } from 'vitest';
import { basemapAttribution } from '../../../web/basemap/basemapAttribution.ts';
import { basemapColours } from '../../../web/basemap/basemapColours.ts';
import { basemapStyle } from '../../../web/basemap/basemapStyle.ts';

const url = 'http://127.0.0.1:8080/basemap.pmtiles';
const themes = ['light', 'dark'] as const;

describe('basemapStyle', () => {
  test.each(themes)('is a valid MapLibre style in the %s theme', (theme) => {
    for (const language of ['id', 'en'] as const) {
      expect(validateStyleMin(basemapStyle({ theme, url, language }))).toEqual([]);
    }
  });

  test('asks for nothing but the one file: no glyphs, no sprite, no second host', () => {
    const style = basemapStyle({ theme: 'light', url, language: 'id' });
    expect(style.glyphs).toBeUndefined();
    expect(style.sprite).toBeUndefined();
    const urls = JSON.stringify(style).match(/[a-z]+:\/\/[^"]*/g);
    expect(new Set(urls)).toEqual(new Set([`pmtiles://${url}`]));
  });

  test('credits the built-in data, or whom the caller names', () => {
    const own = basemapStyle({
      theme: 'dark',
      url,
      language: 'id',
      attribution: '© OpenStreetMap',
    });
    expect(own.sources['basemap']).toMatchObject({ attribution: '© OpenStreetMap' });
    const builtIn = basemapStyle({ theme: 'dark', url, language: 'id' });
    expect(builtIn.sources['basemap']).toMatchObject({ attribution: basemapAttribution });
  });

  test('prefers names in the language asked for', () => {
    for (const language of ['id', 'en'] as const) {
      const { layers } = basemapStyle({ theme: 'light', url, language });
      const fields = layers.flatMap((layer) =>
        layer.type === 'symbol' ? [layer.layout?.['text-field']] : [],
      );
      expect(fields).not.toHaveLength(0);
      for (const field of fields) {
        expect(field).toEqual(['coalesce', ['get', `name:${language}`], ['get', 'name']]);
      }
    }
  });
});

describe('basemapColours', () => {
  test.each(themes)('gives every label 4.5:1 or more on what it stands on, %s', (theme) => {
    const colours = basemapColours[theme];
    for (const label of [colours.label, colours.faintLabel]) {
      for (const ground of ['earth', 'water', 'green', 'built', 'building', 'halo'] as const) {
        const ratio = contrast(label, colours[ground]);
        expect([ground, ratio, ratio >= 4.5]).toEqual([ground, ratio, true]);
      }
    }
  });

  test.each(themes)('is greys: no channel more than 12 of 255 from another, %s', (theme) => {
    for (const colour of Object.values(basemapColours[theme])) {
      const channels = channelsOf(colour);
      expect(Math.max(...channels) - Math.min(...channels)).toBeLessThanOrEqual(12);
    }
  });
});

/** WCAG 2.2, definition of contrast ratio. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channelsOf(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
