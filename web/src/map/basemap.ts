import { addProtocol, type StyleSpecification } from 'maplibre-gl';
import { FetchSource, PMTiles, Protocol } from 'pmtiles';
import type { Basemap } from '../../../server/domain/unitDetails.ts';
import { basemapStyle } from '../../basemap/basemapStyle.ts';
import { automaticMark } from '../api/apiClient.ts';
import { fontFamily } from '../theme.ts';
import type { Theme } from './mapColors.ts';

/** A MapLibre style, or the address of one that the administrator named. */
export type BasemapStyle = StyleSpecification | string;

const protocol = new Protocol();
addProtocol('pmtiles', protocol.tile);

/** The style to draw a map with. */
export function styleOf(basemap: Basemap, theme: Theme, language: 'id' | 'en'): BasemapStyle {
  if (basemap.from === 'style') return basemap.url;
  const url = new URL(basemap.url, window.location.href).href;
  // a map that follows a unit asks for tiles while nobody looks
  if (protocol.get(url) === undefined) {
    protocol.add(new PMTiles(new FetchSource(url, new Headers(automaticMark))));
  }
  return basemapStyle({ theme, url, language, fontFamily, attribution: basemap.attribution });
}

const plainColors: Readonly<Record<Theme, string>> = { dark: '#1b2026', light: '#e8ebee' };

/** An empty ground: units are still drawn when there is no map to draw them on. */
export function plainStyle(theme: Theme): StyleSpecification {
  return {
    version: 8,
    sources: {},
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': plainColors[theme] } },
    ],
  };
}

/** Reads the answer of `GET /basemap`. */
export function readBasemap(json: unknown): Basemap | undefined {
  if (typeof json !== 'object' || json === null || !('from' in json) || !('url' in json)) {
    return undefined;
  }
  const { from, url } = json;
  if (typeof url !== 'string') return undefined;
  if (from === 'style') return { from, url };
  const attribution = 'attribution' in json ? json.attribution : undefined;
  if (from !== 'pmtiles' || typeof attribution !== 'string') return undefined;
  return { from, url, attribution };
}
