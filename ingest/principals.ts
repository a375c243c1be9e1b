import { BlockList } from 'node:net';
import { unmapped } from '../server/domain/loopback.ts';
import type { Listener } from '../server/domain/outMessage.ts';
import type { Principals, TrackerDoor } from '../server/domain/principal.ts';
import type { Tracker } from '../server/domain/unit.ts';

/** Somebody who said who they are, and showed it. */
export type Speaker =
  | { readonly kind: 'tracker' | 'gateway'; readonly id: string }
  /** Says nothing, and hears what Posko tells others. */
  | { readonly kind: 'listener'; readonly id: string; readonly listener: Listener };

/** A gateway as the door needs it. */
type KnownGateway = {
  /** MQTT topic filters, in levels. */
  readonly filters: readonly (readonly string[])[];
  readonly trackerIds: ReadonlySet<string>;
};

/** All who may speak, as the door looks them up. */
export type KnownPrincipals = {
  readonly trackers: ReadonlyMap<string, Tracker & TrackerDoor>;
  readonly gateways: ReadonlyMap<string, KnownGateway>;
  readonly secretVersions: ReadonlyMap<string, number>;
  readonly certificatesFromMs: ReadonlyMap<string, number>;
  /** From where trackers with a weak identity may speak; absent: from everywhere. */
  readonly weakNetworks: ReadonlyMap<string, BlockList>;
};

export const nobody: KnownPrincipals = indexPrincipals({
  trackers: [],
  gateways: [],
  secretVersions: new Map(),
  certificatesFromMs: new Map(),
});

/** Makes what is looked up at each message quick to look up. */
export function indexPrincipals(principals: Principals): KnownPrincipals {
  return {
    trackers: new Map(principals.trackers.map((tracker) => [tracker.id, tracker])),
    gateways: new Map(
      principals.gateways.map(({ id, topics, trackerIds }) => [
        id,
        { filters: topics.map((topic) => topic.split('/')), trackerIds: new Set(trackerIds) },
      ]),
    ),
    secretVersions: principals.secretVersions,
    certificatesFromMs: principals.certificatesFromMs,
    weakNetworks: new Map(
      principals.trackers
        .filter(({ isWeak, networks }) => isWeak && networks.length > 0)
        .map(({ id, networks }) => [id, blockListOf(networks)]),
    ),
  };
}

/** The tracker or gateway of an id. They share one name space; undefined: nobody has it. */
export function speakerOf(id: string, known: KnownPrincipals): Speaker | undefined {
  if (known.trackers.has(id)) return { kind: 'tracker', id };
  return known.gateways.has(id) ? { kind: 'gateway', id } : undefined;
}

/** Who listens acknowledges what it hears: a thousand alarms a second and some. */
const listenerVoices = 25;

/** For how many trackers somebody speaks: their limits are so many times those of one. */
export function voicesOf({ kind, id }: Speaker, known: KnownPrincipals): number {
  switch (kind) {
    case 'tracker':
      return 1;
    case 'gateway':
      return Math.max(1, known.gateways.get(id)?.trackerIds.size ?? 1);
    case 'listener':
      return listenerVoices;
  }
}

/** True for an address from which a tracker may speak by its id alone. */
export function isInWeakNetwork(id: string, address: string, known: KnownPrincipals): boolean {
  const networks = known.weakNetworks.get(id);
  if (networks === undefined) return true;
  const plain = unmapped(address).replace(/%.*$/, '');
  return networks.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4');
}

/** @param networks CIDR, as the database checked them */
function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    list.addSubnet(
      address,
      prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix),
      family,
    );
  }
  return list;
}
