import { MapLibreOverlay } from '@deck.gl/maplibre';
import {
  AttributionControl,
  Map as MapLibreMap,
  type MapOptions,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { LonLat } from '../../../server/domain/fence.ts';
import type { LiveClient } from '../live/liveClient.ts';
import { displayedPlace, presenceOf } from '../live/unitTable.ts';
import { alarmLayers, drawAlarmAtlas } from './alarmLayers.ts';
import { type AlarmMark, findAlarmAt, signAbovePx } from './alarmMarks.ts';
import { type BasemapStyle, plainStyle } from './basemap.ts';
import { findUnitAt } from './findUnitAt.ts';
import { GlideExtension } from './glideExtension.ts';
import {
  findIncidentAt,
  type IncidentScene,
  incidentLayers,
  noIncidents,
} from './incidentLayers.ts';
import { mapColors, type Theme } from './mapColors.ts';
import { type Label, placeLabels } from './placeLabels.ts';
import { drawSymbolAtlas } from './symbolAtlas.ts';
import { symbolScale } from './symbolScale.ts';
import { unitLayers } from './unitLayers.ts';
import type { View } from './webMercator.ts';

setWorkerUrl(workerUrl);

export type UnitMapOptions = {
  readonly container: HTMLElement;
  readonly client: LiveClient;
  /** Page time, the clock that the client was given. */
  readonly nowMs: () => number;
  /** False while the person asked for reduced motion. */
  readonly glides: () => boolean;
  /** A unit was clicked or tapped, or (undefined) the map beside one. */
  readonly onPick: (unitKey: number | undefined) => void;
  /** The sign of an alarm was clicked or tapped. */
  readonly onPickAlarm: (alarmId: string) => void;
  /** The map under the units has a problem, in the map library's words. */
  readonly onMapProblem: (problem: string) => void;
  /** The person moved the map away from the unit that it followed. */
  readonly onFollowEnd: () => void;
};

/** West, south, east, north of the country: what is shown until a unit has a place. */
const indonesia: [number, number, number, number] = [94.5, -11.2, 141.5, 6.5];

/** A click this near to the middle of a symbol means it, CSS pixels: about a finger. */
const pickReachPx = 18;
/** Zoom at which a single unit, or a few in one place, are shown at first. */
const closestFitZoom = 14;
const secondMs = 1000;
/** Half of a flash: one flash a second is well below what can trigger a seizure [WCAG 2.2, 2.3.1]. */
const halfFlashMs = 500;
/** Labels are placed again at most this often while the map moves. */
const placeEveryMs = 250;

/**
 * The map with the units on it. Owns the map, its overlay and a timer: `close()` ends them. Redraws
 * when a frame or a presence arrives, while something glides, when the camera moves, and when a label
 * says another age; otherwise it rests.
 *
 * @throws when the browser has no WebGL 2
 */
export class UnitMap {
  readonly #options: UnitMapOptions;
  readonly #map: MapLibreMap;
  readonly #overlay = new MapLibreOverlay({
    layers: [],
    // every layer here softens its own edges; multisampling would cost a software renderer dear
    deviceProps: { webgl: { antialias: false } },
  });
  readonly #atlas = drawSymbolAtlas();
  readonly #glide: GlideExtension;
  readonly #stopListening: (() => void)[] = [];
  #theme: Theme = 'dark';
  #selectedKey: number | undefined;
  #follows = false;
  readonly #alarmAtlas = drawAlarmAtlas();
  #alarms: readonly AlarmMark[] = [];
  #alarmsAreDim = false;
  #labels: readonly Label[] = [];
  #labelsPlacedMs = 0;
  #scale = 1;
  #sizePx = { widthPx: 0, heightPx: 0 };
  #frameNumber = 0;
  #hasFitted = false;
  #sayAge: (ageMs: number) => string = () => '';
  #incidents: IncidentScene = noIncidents;
  #tellIncident: ((id: string) => void) | undefined;
  #tellPlace: ((place: LonLat) => void) | undefined;
  #pickPlace: ((place: LonLat) => void) | undefined;

  constructor(options: UnitMapOptions) {
    this.#options = options;
    const { client, container } = options;
    this.#glide = new GlideExtension({
      nowS: () => (options.nowMs() - client.table.glideEpochMs) / 1000,
      isGliding: () => options.nowMs() < client.table.glidingUntilMs,
    });
    this.#map = new MapLibreMap({ ...calmMap, container, style: plainStyle(this.#theme) });
    this.#measure();
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.addControl(new AttributionControl({ compact: false }), 'bottom-right');
    this.#map.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-left');
    this.#map.addControl(this.#overlay);
    this.#map.on('error', ({ error }) => options.onMapProblem(error.message));
    this.#map.on('click', ({ point, lngLat }) => {
      if (this.#takePlace(lngLat)) return;
      const alarmId = this.#alarmAt(point);
      if (alarmId !== undefined) options.onPickAlarm(alarmId);
      else if (!this.#takeIncident(point)) options.onPick(this.#unitAt(point.x, point.y));
    });
    // a long press on a touch screen is this, too
    this.#map.on('contextmenu', ({ lngLat }) => this.#tellPlace?.([lngLat.lng, lngLat.lat]));
    this.#map.on('mousemove', ({ point }) => {
      const isOverSign =
        this.#alarmAt(point) !== undefined || this.#unitAt(point.x, point.y) !== undefined;
      const idle = this.#pickPlace === undefined ? '' : 'crosshair';
      this.#map.getCanvas().style.cursor = isOverSign ? 'pointer' : idle;
    });
    this.#map.on('move', () => this.#cameraMoved(placeEveryMs));
    this.#map.on('moveend', () => this.#cameraMoved(0));
    this.#map.on('resize', () => this.#measure());
    this.#map.on('dragstart', () => this.#stopFollowing());
    this.#stopListening.push(
      client.onFrame(() => this.#frameArrived()),
      client.onState(() => this.#placeLabels()),
    );
    const timer = setInterval(() => this.#secondPassed(), secondMs);
    const flashes = setInterval(() => this.#flash(), halfFlashMs);
    this.#stopListening.push(
      () => clearInterval(timer),
      () => clearInterval(flashes),
    );
    this.#frameArrived();
  }

  close(): void {
    for (const stop of this.#stopListening) stop();
    this.#map.remove();
  }

  /** Shows this style under the units, in colours for `theme`. */
  setStyle(style: BasemapStyle, theme: Theme): void {
    this.#theme = theme;
    // a whole new style, not a difference: the two themes share no layer's paint
    this.#map.setStyle(style, { diff: false });
    this.#draw();
  }

  /** What a screen reader calls the map. */
  setLabel(label: string): void {
    this.#map.getCanvas().setAttribute('aria-label', label);
  }

  /** How an age is written beside a lost unit. */
  setAgeWords(sayAge: (ageMs: number) => string): void {
    this.#sayAge = sayAge;
    this.#placeLabels();
    this.#draw();
  }

  /** Marks a unit with a ring and its accuracy, or none. */
  select(unitKey: number | undefined): void {
    if (this.#selectedKey === unitKey) return;
    this.#selectedKey = unitKey;
    this.#placeLabels();
    this.#draw();
  }

  /** Shows these alarms; the same array again costs nothing. */
  setAlarms(alarms: readonly AlarmMark[]): void {
    if (this.#alarms === alarms) return;
    this.#alarms = alarms;
    this.#draw();
  }

  /** Where the sign of an alarm is drawn, page pixels, and whether it flashes. */
  whereAlarmDrawn(
    alarmId: string,
  ): { readonly xPx: number; readonly yPx: number; readonly flashes: boolean } | undefined {
    const mark = this.#alarms.find(({ id }) => id === alarmId);
    if (mark === undefined) return undefined;
    const { x, y } = this.#map.project([mark.place[0], mark.place[1]]);
    const { left, top } = this.#map.getContainer().getBoundingClientRect();
    return { xPx: left + x, yPx: top + y - signAbovePx, flashes: mark.isWaiting };
  }

  /** Keeps the selected unit in the middle until the person drags the map or selects nothing. */
  setFollows(follows: boolean): void {
    this.#follows = follows;
    if (follows) this.#centreOnSelected();
  }

  /** Brings a unit to the middle, near enough to see the streets around it. */
  showUnit(unitKey: number): void {
    const place = this.#displayed(unitKey);
    if (place !== undefined) this.showPlace(place);
  }

  /** Brings a place to the middle, near enough to see the streets around it. */
  showPlace([lon, lat]: LonLat): void {
    const zoom = Math.max(this.#map.getZoom(), closestFitZoom);
    if (this.#options.glides()) this.#map.flyTo({ center: [lon, lat], zoom, duration: 800 });
    else this.#map.jumpTo({ center: [lon, lat], zoom });
  }

  /** The middle of what is shown. */
  centre(): LonLat {
    const { lng, lat } = this.#map.getCenter();
    return [lng, lat];
  }

  /** Draws these incidents under the units. */
  setIncidents(incidents: IncidentScene): void {
    this.#incidents = incidents;
    this.#draw();
  }

  /** Tells of each incident whose middle is clicked, until the returned function is called. */
  onIncident(listener: (id: string) => void): () => void {
    this.#tellIncident = listener;
    return () => {
      this.#tellIncident = undefined;
    };
  }

  /** Tells of each point that is clicked with the other button, or pressed long. */
  onPlace(listener: (place: LonLat) => void): () => void {
    this.#tellPlace = listener;
    return () => {
      this.#tellPlace = undefined;
    };
  }

  /** The next click is a place and picks no unit. */
  pickPlace(listener: (place: LonLat) => void): () => void {
    this.#pickPlace = listener;
    this.#map.getCanvas().style.cursor = 'crosshair';
    return () => {
      this.#pickPlace = undefined;
      this.#map.getCanvas().style.cursor = '';
    };
  }

  /** Shows all units that have a place. */
  showAllUnits(): void {
    const { table } = this.#options.client;
    if (table.count === 0) return;
    let [west, south, east, north] = [180, 90, -180, -90];
    for (let row = 0; row < table.count; row += 1) {
      const lon = table.lonLat[row * 2] ?? 0;
      const lat = table.lonLat[row * 2 + 1] ?? 0;
      west = Math.min(west, lon);
      east = Math.max(east, lon);
      south = Math.min(south, lat);
      north = Math.max(north, lat);
    }
    const bounds: [number, number, number, number] = [west, south, east, north];
    this.#map.fitBounds(bounds, { padding: 64, maxZoom: closestFitZoom, duration: 0 });
  }

  zoomBy(steps: number): void {
    const zoom = this.#map.getZoom() + steps;
    if (this.#options.glides()) this.#map.easeTo({ zoom, duration: 200 });
    else this.#map.jumpTo({ zoom });
  }

  /** Where a unit's symbol is drawn now: page pixels, and [lon, lat]. */
  whereDrawn(
    unitKey: number,
  ): { readonly xPx: number; readonly yPx: number; readonly place: [number, number] } | undefined {
    const place = this.#displayed(unitKey);
    if (place === undefined) return undefined;
    const { x, y } = this.#map.project(place);
    const { left, top } = this.#map.getContainer().getBoundingClientRect();
    return { xPx: left + x, yPx: top + y, place };
  }

  /** True when there is a map under the units and it shows all that it has for this view. */
  isDrawn(): boolean {
    // before it is loaded there is no style to ask
    if (!this.#map.loaded() || !this.#map.areTilesLoaded()) return false;
    return Object.keys(this.#map.getStyle().sources).length > 0;
  }

  #takePlace({ lng, lat }: { readonly lng: number; readonly lat: number }): boolean {
    const listener = this.#pickPlace;
    listener?.([lng, lat]);
    return listener !== undefined;
  }

  /** A unit that stands on the middle of an incident goes before it. */
  #takeIncident(point: { readonly x: number; readonly y: number }): boolean {
    if (this.#tellIncident === undefined || this.#unitAt(point.x, point.y) !== undefined) {
      return false;
    }
    const project = ([lon, lat]: LonLat) => this.#map.project([lon, lat]);
    const id = findIncidentAt(this.#incidents, project, point, pickReachPx);
    if (id !== undefined) this.#tellIncident(id);
    return id !== undefined;
  }

  #frameArrived(): void {
    this.#frameNumber += 1;
    const { table } = this.#options.client;
    if (!this.#hasFitted && table.count > 0) {
      this.#hasFitted = true;
      this.showAllUnits();
    }
    this.#draw();
  }

  #cameraMoved(notBeforeMs: number): void {
    if (this.#options.nowMs() - this.#labelsPlacedMs >= notBeforeMs) this.#placeLabels();
    this.#draw();
  }

  #secondPassed(): void {
    if (document.hidden) return;
    const changed = this.#placeLabels();
    if (this.#follows) this.#centreOnSelected();
    if (changed) this.#draw();
  }

  #draw(): void {
    const { client } = this.#options;
    const layers = unitLayers({
      table: client.table,
      glide: this.#glide,
      atlas: this.#atlas,
      colors: mapColors[this.#theme],
      labels: this.#labels,
      selectedRow:
        this.#selectedKey === undefined ? undefined : client.table.index.get(this.#selectedKey),
      frameNumber: this.#frameNumber,
      scale: this.#scale,
    });
    const incidents = incidentLayers(this.#incidents, mapColors[this.#theme]);
    const alarms = alarmLayers({
      marks: this.#alarms,
      atlas: this.#alarmAtlas,
      colors: mapColors[this.#theme],
      isDim: this.#alarmsAreDim,
    });
    this.#overlay.setProps({ layers: [...incidents, ...layers, ...alarms] });
  }

  /** Only signs flash, only until somebody has taken the alarm, and never for whoever asked for reduced motion. */
  #flash(): void {
    if (document.hidden) return;
    const flashes = this.#options.glides() && this.#alarms.some(({ isWaiting }) => isWaiting);
    const isDim = flashes && !this.#alarmsAreDim;
    if (isDim === this.#alarmsAreDim) return;
    this.#alarmsAreDim = isDim;
    this.#draw();
  }

  #alarmAt({ x, y }: { readonly x: number; readonly y: number }): string | undefined {
    return findAlarmAt(this.#alarms, this.#view(), x, y);
  }

  /** @returns true when a label has changed, or the size of the symbols */
  #placeLabels(): boolean {
    const { client, nowMs } = this.#options;
    this.#labelsPlacedMs = nowMs();
    const view = this.#view();
    const { labels, inView } = placeLabels(
      client.table,
      view,
      this.#labelsPlacedMs,
      this.#labels,
      this.#selectedKey,
      (unitKey) => this.#labelOf(unitKey),
    );
    const scale = symbolScale(view, inView);
    const isSame =
      scale === this.#scale &&
      labels.length === this.#labels.length &&
      labels.every(({ key, text, side }, i) => {
        const before = this.#labels[i];
        return before?.key === key && before.text === text && before.side === side;
      });
    // the same array again tells the text layer that no line has to be set anew
    if (!isSame) this.#labels = labels;
    this.#scale = scale;
    return !isSame;
  }

  /** The callsign; of a lost unit with the age of the place at which it is drawn. */
  #labelOf(unitKey: number): string | undefined {
    const { client } = this.#options;
    const { table } = client;
    const callsign = table.roster.get(unitKey)?.callsign;
    if (callsign === undefined || presenceOf(table, unitKey) !== 'lost') return callsign;
    const fixedAtMs = table.fixedAtMs[table.index.get(unitKey) ?? -1];
    if (fixedAtMs === undefined) return callsign;
    return `${callsign} · ${this.#sayAge(client.serverNowMs() - fixedAtMs)}`;
  }

  #unitAt(xPx: number, yPx: number): number | undefined {
    const { client, nowMs } = this.#options;
    return findUnitAt(client.table, this.#view(), xPx, yPx, pickReachPx, nowMs());
  }

  #view(): View {
    const { lng, lat } = this.#map.getCenter();
    return { lon: lng, lat, zoom: this.#map.getZoom(), ...this.#sizePx };
  }

  /** Kept, since asking the page for a size makes it lay itself out. */
  #measure(): void {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    this.#sizePx = { widthPx: clientWidth, heightPx: clientHeight };
  }

  #displayed(unitKey: number): [number, number] | undefined {
    const { client, nowMs } = this.#options;
    const row = client.table.index.get(unitKey);
    return row === undefined ? undefined : displayedPlace(client.table, row, nowMs());
  }

  #centreOnSelected(): void {
    const { table } = this.#options.client;
    const row = this.#selectedKey === undefined ? undefined : table.index.get(this.#selectedKey);
    if (row === undefined) return;
    const center: [number, number] = [table.lonLat[row * 2] ?? 0, table.lonLat[row * 2 + 1] ?? 0];
    if (this.#options.glides()) {
      this.#map.easeTo({ center, duration: secondMs, easing: (share) => share });
    } else {
      this.#map.jumpTo({ center });
    }
  }

  #stopFollowing(): void {
    if (!this.#follows) return;
    this.#follows = false;
    this.#options.onFollowEnd();
  }
}

/** North up and seen from above, always: a course is read against the edge of the screen. */
const calmMap: Partial<MapOptions> = {
  bounds: indonesia,
  dragRotate: false,
  pitchWithRotate: false,
  touchPitch: false,
  maxPitch: 0,
  renderWorldCopies: false,
  attributionControl: false,
  fadeDuration: 0,
  maxZoom: 19,
};
