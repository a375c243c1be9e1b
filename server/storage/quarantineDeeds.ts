import type { Deed } from '../domain/account.ts';

/** What somebody did to entries: a deed for each of their regions, for the log of that region. */
export function deedsOnQuarantine(
  actor: string,
  action: 'quarantine.recovered' | 'quarantine.replayed' | 'quarantine.downloaded',
  entries: readonly { readonly key: number; readonly region: string | null }[],
): readonly Deed[] {
  return [...Map.groupBy(entries, ({ region }) => region)].map(([region, ofRegion]) => ({
    actor,
    action,
    subject: null,
    region,
    data: { keys: ofRegion.map(({ key }) => key) },
  }));
}
