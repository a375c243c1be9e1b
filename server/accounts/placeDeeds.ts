import type { Deed } from '../domain/account.ts';

/** What somebody did to an operation, a site or a fence. */
export function deedOnPlace(
  actor: string | null,
  action: `operation.${string}` | `site.${string}` | `fence.${string}`,
  place: { readonly id: string; readonly region: string },
  data: Deed['data'] = {},
): Deed {
  const kind = action.slice(0, action.indexOf('.'));
  return { actor, action, subject: `${kind}:${place.id}`, region: place.region, data };
}

/** The same for a change: one deed for each region that the place was in or comes to. */
export function deedsOnPlaceChange(
  actor: string | null,
  action: `site.${string}` | `fence.${string}`,
  place: { readonly id: string; readonly region: string },
  toRegion: string | undefined,
  data: Deed['data'],
): readonly Deed[] {
  const regions = new Set([place.region, toRegion ?? place.region]);
  return [...regions].map((region) => deedOnPlace(actor, action, { id: place.id, region }, data));
}
