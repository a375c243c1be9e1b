import type { TFunction } from 'i18next';
import type { Grant } from '../../../server/domain/access.ts';
import { everywhere } from '../../../server/domain/region.ts';

/** A role on a region in words: `Operator 64.08`, `Administrator seluruh wilayah`. */
export function grantText({ role, region }: Grant, t: TFunction): string {
  return `${t(`role.${role}`)} ${regionText(region, t)}`;
}

/** All grants of somebody in one line, by region: `Administrator, Komandan seluruh wilayah; Operator 64.08`. */
export function grantsText(grants: readonly Grant[], t: TFunction): string {
  if (grants.length === 0) return t('people.noRole');
  const byRegion = Map.groupBy(grants, ({ region }) => region);
  return [...byRegion]
    .map(([region, held]) => {
      const names = held.map(({ role }) => t(`role.${role}`)).join(', ');
      return `${names} ${regionText(region, t)}`;
    })
    .join('; ');
}

function regionText(region: string, t: TFunction): string {
  return region === everywhere ? t('region.everywhere') : region;
}
