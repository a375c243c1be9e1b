import type { LonLat } from './fence.ts';
import { checkRegion } from './region.ts';
import { wrongRequired } from './requirementPlan.ts';
import type { Result } from './result.ts';
import type { SiteClass, SiteKind, Strength } from './site.ts';
import { ringRadiusBounds } from './siteRing.ts';

/** A site as somebody describes it. */
export type SiteFields = {
  readonly id: string;
  readonly name: string;
  readonly kind: SiteKind;
  readonly siteClass: SiteClass;
  readonly region: string;
  readonly place: LonLat;
  readonly required: Readonly<Record<string, Strength>>;
  /** Metres; undefined: as its kind and class have it (siteRing.ts). */
  readonly ringRadiusM: number | undefined;
};

export type SiteFault =
  | 'bad_id'
  | 'bad_name'
  | 'bad_region'
  | 'bad_place'
  | 'swapped'
  | 'bad_required'
  | 'bad_radius';

/** Why a site was not taken, and by which of its fields. */
export type SiteRefusal = {
  readonly field: keyof SiteFields;
  readonly reason: SiteFault;
  readonly detail: string;
};

const maxNameLength = 120;
/** Fences cannot reach further (tracking/fences/checkShape.ts), with room for the largest ring. */
const maxLat = 84.8;
const maxLon = 177;
/** West, south, east and north of Indonesia, degrees. */
const indonesia = [95, -11, 141, 6] as const;

/** Words that stand where an id can stand in an address: `/sites/import`, `/fences/at`, `/fences/edit`. */
const reservedIds = new Set(['import', 'at', 'edit', '.', '..']);

/**
 * True for an id of a site or a fence: 1 to 64 letters, digits, dots, dashes or underscores, and none of
 * the words `import`, `at` and `edit`.
 */
export function isPlaceId(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(text) && !reservedIds.has(text);
}

/** Checks the name of a site or a fence: 1 to 120 printable characters, trimmed. */
export function checkPlaceName(text: string): Result<string, 'bad_name'> {
  const name = text.trim();
  if (name.length > 0 && name.length <= maxNameLength && !/[\p{C}\u{fffd}]/u.test(name)) {
    return { ok: true, value: name };
  }
  const detail = text.includes('\u{fffd}')
    ? 'a name has characters that cannot be read: save the file as UTF-8'
    : `a name is 1 to ${maxNameLength} printable characters`;
  return { ok: false, reason: 'bad_name', detail };
}

/** Checks a site: all that is wrong with it. Its place comes back in whole microdegrees, its
 * radius in decimetres. */
export function checkSite(
  fields: SiteFields,
):
  | { readonly ok: true; readonly value: SiteFields }
  | { readonly ok: false; readonly refusals: readonly SiteRefusal[] } {
  const refusals: SiteRefusal[] = [];
  if (!isPlaceId(fields.id)) {
    const detail = 'a site id is 1 to 64 letters, digits, dots, dashes or underscores';
    refusals.push({ field: 'id', reason: 'bad_id', detail });
  }
  const name = checkPlaceName(fields.name);
  if (!name.ok) refusals.push({ field: 'name', reason: name.reason, detail: name.detail });
  const region = checkRegion(fields.region);
  if (!region.ok) refusals.push({ field: 'region', reason: region.reason, detail: region.detail });
  const place = checkSitePlace(fields.place);
  if (!place.ok) refusals.push({ field: 'place', reason: place.reason, detail: place.detail });
  const required = wrongRequired(fields.required);
  if (required !== undefined) {
    refusals.push({ field: 'required', reason: 'bad_required', detail: required });
  }
  const { ringRadiusM } = fields;
  const { min, max } = ringRadiusBounds;
  if (ringRadiusM !== undefined && !(ringRadiusM >= min && ringRadiusM <= max)) {
    const detail = `the radius of a ring is ${min} to ${max} m`;
    refusals.push({ field: 'ringRadiusM', reason: 'bad_radius', detail });
  }
  if (!name.ok || !place.ok || refusals.length > 0) return { ok: false, refusals };
  const rounded = ringRadiusM === undefined ? undefined : Math.round(ringRadiusM * 10) / 10;
  return {
    ok: true,
    value: { ...fields, name: name.value, place: place.value, ringRadiusM: rounded },
  };
}

/** Checks where a site is. One that lies in Indonesia only the other way round was swapped. */
export function checkSitePlace([lon, lat]: LonLat): Result<LonLat, 'bad_place' | 'swapped'> {
  if (!Number.isFinite(lon) || !Number.isFinite(lat)) {
    return { ok: false, reason: 'bad_place', detail: 'longitude and latitude must be numbers' };
  }
  if (!isInIndonesia(lon, lat) && isInIndonesia(lat, lon)) {
    const detail = `longitude ${lon} and latitude ${lat} look swapped: longitude is about 95 to 141 and latitude -11 to 6`;
    return { ok: false, reason: 'swapped', detail };
  }
  if (Math.abs(lon) > maxLon || Math.abs(lat) > maxLat) {
    const detail = `longitude is -${maxLon} to ${maxLon} and latitude -${maxLat} to ${maxLat}; got ${lon}, ${lat}`;
    return { ok: false, reason: 'bad_place', detail };
  }
  if (lon === 0 && lat === 0) {
    return { ok: false, reason: 'bad_place', detail: 'longitude and latitude 0 are no place' };
  }
  return { ok: true, value: [Math.round(lon * 1e6) / 1e6, Math.round(lat * 1e6) / 1e6] };
}

function isInIndonesia(lon: number, lat: number): boolean {
  const [west, south, east, north] = indonesia;
  return lon >= west && lon <= east && lat >= south && lat <= north;
}
