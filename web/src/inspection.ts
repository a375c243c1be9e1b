import type { AlarmSound } from './alarms/alarmSound.ts';
import type { LiveClient } from './live/liveClient.ts';
import type { UnitMap } from './map/unitMap.ts';

/** What `window.posko` offers: looking, never touching. For tests and for support at a distance. */
export type Inspection = {
  /** `connecting`, `live` or `lost`. */
  readonly connection: () => string;
  /** True when there is a map under the units and it shows all that it has for this view. */
  readonly isMapDrawn: () => boolean;
  /** Where a unit's symbol is drawn at this instant, [lon, lat]; null when it has none. */
  readonly displayed: (unitId: string) => readonly [number, number] | null;
  /** The same in CSS pixels of the page, [x, y]. */
  readonly project: (unitId: string) => readonly [number, number] | null;
  /** `quiet`, `muted`, `blocked`, or the priority that sounds. */
  readonly sound: () => string;
  /** Where the sign of an alarm is drawn, CSS pixels of the page, and whether it flashes; null when it has none. */
  readonly alarmSign: (
    alarmId: string,
  ) => { readonly xPx: number; readonly yPx: number; readonly flashes: boolean } | null;
};

declare global {
  interface Window {
    posko?: Inspection;
  }
}

/** Looks at the live client and at the map that is shown, if any. */
export function createInspection(
  client: LiveClient,
  currentMap: () => UnitMap | undefined,
  sound: AlarmSound,
): Inspection {
  const drawn = (unitId: string) => {
    const unit = client.table.roster.values().find(({ id }) => id === unitId);
    return unit === undefined ? undefined : currentMap()?.whereDrawn(unit.key);
  };
  return {
    connection: () => client.connection.state,
    isMapDrawn: () => currentMap()?.isDrawn() ?? false,
    displayed: (unitId) => drawn(unitId)?.place ?? null,
    project: (unitId) => {
      const place = drawn(unitId);
      return place === undefined ? null : [place.xPx, place.yPx];
    },
    sound: () => (sound.state.kind === 'sounding' ? sound.state.priority : sound.state.kind),
    alarmSign: (alarmId) => currentMap()?.whereAlarmDrawn(alarmId) ?? null,
  };
}
