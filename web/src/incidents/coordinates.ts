import type { TFunction } from 'i18next';
import type { LonLat } from '../../../server/domain/fence.ts';

/** A place as operators read it, latitude first: `0,51234 LU 117,53210 BT`. */
export function coordinates([lon, lat]: LonLat, t: TFunction): string {
  const north = t(lat < 0 ? 'unit.south' : 'unit.north');
  const east = t(lon < 0 ? 'unit.west' : 'unit.east');
  return `${Math.abs(lat).toFixed(5)} ${north} ${Math.abs(lon).toFixed(5)} ${east}`;
}
