import type { LonLat } from './fence.ts';
import type { Agency } from './unit.ts';

/** Kinds of site (design.md section 2). */
export const siteKinds = ['tps', 'ppk', 'kpu', 'bawaslu', 'warehouse', 'custom'] as const;
export type SiteKind = (typeof siteKinds)[number];

/** How much trouble is expected: hardly any, some, much; `khusus` are prisons and relocation sites. */
export const siteClasses = ['kurang_rawan', 'rawan', 'sangat_rawan', 'khusus'] as const;
export type SiteClass = (typeof siteClasses)[number];

/** Strength by agency, people. */
export type Strength = Readonly<Partial<Record<Agency, number>>>;

/** One version of a site, as it is in force. */
export type Site = {
  /** Small number that stands for it in rows and typed arrays; never reused. */
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly kind: SiteKind;
  readonly siteClass: SiteClass;
  /** Kemendagri code, as fine as is known: `64.08.04.2001`. */
  readonly region: string;
  readonly place: LonLat;
  readonly operationKey: number;
  /** What it must have, by phase of its operation; a phase that is not named requires nothing. */
  readonly required: Readonly<Record<string, Strength>>;
};
