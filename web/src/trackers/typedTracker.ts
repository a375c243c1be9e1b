import { isInScope, type Scope } from '../../../server/domain/access.ts';
import {
  type Agency,
  checkCallsign,
  isRegencyCode,
  isTrackerId,
  type UnitKind,
} from '../../../server/domain/unit.ts';
import type { ListedTracker } from './trackers.ts';

/** What is typed of the unit that carries a tracker, and of where it reports. */
export type TypedUnit = {
  readonly region: string;
  readonly callsign: string;
  readonly kind: UnitKind;
  readonly agency: Agency;
  /** People. */
  readonly strength: number;
};

/** What is typed of a tracker. */
export type TypedTracker = TypedUnit & {
  readonly id: string;
  /** Empty: its times have an offset. */
  readonly timeZone: string;
  readonly isWeak: boolean;
  /** One network a line. */
  readonly networks: string;
};

/** Which fields the server would refuse. */
export type UnitFaults = {
  readonly region?: 'wrong' | 'notYours' | undefined;
  readonly callsign?: boolean;
};
export type TrackerFaults = UnitFaults & { readonly id?: boolean; readonly networks?: boolean };

/** A unit of which nothing is known but, where there is only one, the region. */
export function beginUnit(scope: Scope, callsign: string): TypedUnit {
  const [own = '', ...others] = scope;
  const region = others.length === 0 && isRegencyCode(own) ? own : '';
  return { region, callsign, kind: 'handheld', agency: 'polri', strength: 1 };
}

/** What a form for a tracker begins with. */
export function beginTracker(scope: Scope): TypedTracker {
  return { ...beginUnit(scope, ''), id: '', timeZone: '', isWeak: false, networks: '' };
}

/** A tracker as it can be typed over. */
export function typedOf({ networks, timeZone, ...tracker }: ListedTracker): TypedTracker {
  const { id, region, callsign, kind, agency, strength, isWeak } = tracker;
  const zone = { timeZone: timeZone ?? '', networks: networks.join('\n') };
  return { id, region, callsign, kind, agency, strength, isWeak, ...zone };
}

/** @param scope the regions in which one may do this */
export function unitFaults({ region, callsign }: TypedUnit, scope: Scope): UnitFaults {
  const code = region.trim();
  return {
    region: !isRegencyCode(code) ? 'wrong' : isInScope(scope, [code]) ? undefined : 'notYours',
    callsign: !checkCallsign(callsign).ok,
  };
}

export function trackerFaults(typed: TypedTracker, scope: Scope): TrackerFaults {
  return {
    ...unitFaults(typed, scope),
    id: !isTrackerId(typed.id.trim()),
    networks: networksOf(typed).some((network) => !networkPattern.test(network)),
  };
}

export function isFine(faults: object): boolean {
  return Object.values(faults).every((fault) => fault === undefined || fault === false);
}

/** The networks that were typed, whatever stands between them. */
export function networksOf({ networks }: Pick<TypedTracker, 'networks'>): readonly string[] {
  return networks.split(/[\s,;]+/).filter((network) => network !== '');
}

/** What the server is told of a unit. */
export function unitBody({ region, callsign, kind, agency, strength }: TypedUnit) {
  return { region: region.trim(), callsign: callsign.trim(), kind, agency, strength };
}

/** What the server is told of how a tracker speaks. */
export function doorBody(typed: TypedTracker) {
  return { isWeak: typed.isWeak, networks: typed.isWeak ? networksOf(typed) : [] };
}

/** Roughly an address and how many bits of it count; the server looks closely. */
const networkPattern = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(\/\d{1,3})?$/;
