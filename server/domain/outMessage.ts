import type { Scope } from './access.ts';
import { includesRegion, isRegionCode } from './region.ts';

/**
 * What Posko tells other systems by MQTT, each under `posko/<region>/out/<kind>`:
 * - `alarm`: something happened to an alarm (QoS 1),
 * - `position`: a unit is there now (QoS 0),
 * - `anchor`: how the log ended on a day (QoS 1, retained).
 */
export const outKinds = ['alarm', 'position', 'anchor'] as const;
export type OutKind = (typeof outKinds)[number];

/** One message for them. */
export type OutMessage = {
  readonly kind: OutKind;
  /** Of its topic: a regency code, else a province's, else `00`. */
  readonly region: string;
  /** JSON. */
  readonly payload: string;
  /** Where it may be seen: who may in one of these hears it. */
  readonly regions: readonly string[];
};

/** Of the topics of what belongs to no region. */
export const noRegion = '00';

export function outTopic({ region, kind }: Pick<OutMessage, 'region' | 'kind'>): string {
  return `posko/${region}/out/${kind}`;
}

/**
 * The regions under which something is told that belongs to these, each once: their regencies, and
 * provinces of which none of those is one; `00` where there is neither.
 */
export function outRegions(regions: readonly string[]): readonly string[] {
  const codes = new Set(regions.filter(isRegionCode).map((code) => code.slice(0, 5)));
  const told = [...codes].filter(
    (code) => ![...codes].some((other) => other !== code && includesRegion(code, other)),
  );
  return told.length === 0 ? [noRegion] : told;
}

/** A program of others that listens, shown by an API token. */
export type Listener = {
  /** `Access.credential` of its token. */
  readonly credential: string;
  /** For the log: `name/token`. */
  readonly actor: string;
  /** Where it may hear of alarms, and of positions. */
  readonly alarms: Scope;
  readonly positions: Scope;
  /** When its token ends, UTC epoch ms. */
  readonly expiresAtMs: number;
};

/** True when something of a region, or of one above or below it, may lie in a scope. */
export function touchesScope(scope: Scope, region: string): boolean {
  return scope.some((code) => includesRegion(code, region) || includesRegion(region, code));
}
